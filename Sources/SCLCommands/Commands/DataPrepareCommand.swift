import ArgumentParser
import Benchmarks
import Experiments

extension DataCommand {
  struct Prepare: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a benchmark file from original files.",
      discussion: """
        --from takes a folder or an archive (.tar, .tar.gz, .zip), which is read as a stream and never \
        unpacked. The form of the files is found out:

        cifar10, cifar100: binary version, python version, or train/ and test/ with class folders.
        stl10: the binary files.
        imagenet10, imagenet-dogs: ILSVRC-2012's training images as synset folders, synset .tar files \
        or ILSVRC2012_img_train.tar.
        tiny-imagenet: tiny-imagenet-200.
        Any other name with --as folders: a folder of images for each class, or train/ and test/ with \
        such folders; experiments then know the name.

        Numbers of images and published checksums are checked. What is missing or different is listed \
        and refused; --partial accepts it, and the file and every table say so. A benchmark that can \
        be generated (rehearsal) needs no --from.
        """)

    /// What the files are when they are none of the known benchmarks'.
    enum OwnForm: String, ExpressibleByArgument, CaseIterable {
      case folders
    }

    @Argument(
      help: """
        Benchmark: \(BenchmarkDefinition.all.map(\.name).joined(separator: ", ")), or a name of your \
        own with --as.
        """)
    var benchmark: String

    @Option(help: "Folder or archive of the original files.")
    var from: String?

    @Option(
      name: .customLong("as"), help: "Take class folders of your own for a benchmark: folders.")
    var form: OwnForm?

    @Option(help: "Benchmark file to make (default: DATA/BENCHMARK.h5).")
    var to: String?

    @Option(help: "Folder of the benchmark files.")
    var data = "data"

    @Option(
      help: """
        Scale the shorter side of the images to so many pixels and cut out the central square \
        (default: 112 for imagenet10 and imagenet-dogs).
        """)
    var imageSize: Int?

    @Flag(help: "Leave out STL-10's images without labels.")
    var withoutUnlabelled = false

    @Flag(help: "Accept missing or different images; the file and every table say so.")
    var partial = false

    @OptionGroup var output: JSONOption

    private var options: PreparationOptions {
      var options = PreparationOptions()
      options.acceptsPartial = partial
      options.imageSize = imageSize
      options.omitsUnlabelled = withoutUnlabelled
      return options
    }

    func validate() throws {
      if let imageSize, !(8...1024).contains(imageSize) {
        throw ValidationError("--image-size is 8 to 1024 pixels")
      }
      if form != nil, from == nil {
        throw ValidationError("name the folder of your images: --from FOLDER")
      }
    }

    func run() throws {
      let folder = BenchmarkFolder(data)
      let definition = form == nil ? try BenchmarkDefinition.named(benchmark) : nil
      let meter = PreparationMeter(definition?.title ?? benchmark)
      defer { meter.end() }
      let summary: BenchmarkSummary
      if let definition, let from {
        summary = try BenchmarkPreparation.prepare(
          definition, from: from, to: to ?? folder.file(of: definition), options: options,
          report: meter.show)
      } else if let from {
        summary = try BenchmarkPreparation.prepareFolders(
          named: benchmark, from: from, to: to ?? folder.file(named: benchmark), options: options,
          report: meter.show)
      } else if let definition, definition.hasGenerator {
        summary = try folder.generate(definition, to: to, report: meter.show)
      } else {
        throw ValidationError("name the folder or archive of the original files: --from PATH")
      }
      meter.end()
      for line in summary.missing { Console.error("missing or different: \(line)") }
      try BenchmarkReport(summary.file).show(json: output.json)
    }
  }
}
