import ArgumentParser
import Benchmarks
import Core
import Experiments
import Foundation

extension DataCommand {
  struct Prepare: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a benchmark file from original files.",
      discussion: """
        --from takes a folder or an archive (.tar, .tar.gz, .tar.xz, .tar.zst, .tar.bz2, .zip), which is \
        read as a stream and never unpacked. The form of the files is found out:

        cifar10, cifar100: binary version, python version, or train/ and test/ with class folders.
        stl10: the binary files.
        imagenet10, imagenet-dogs: ILSVRC-2012's training images as synset folders, synset .tar files \
        or ILSVRC2012_img_train.tar.
        tiny-imagenet: tiny-imagenet-200.
        Any other name with --as folders: a folder of images for each class, or train/ and test/ with \
        such folders; experiments then know the name. With --unlabelled, every image in the folder and \
        in its folders, without classes: experiments say how many clusters to look for.

        Numbers of images and published checksums are checked. What is missing or different is listed \
        and refused; --partial accepts it, and the file and every table say so. A benchmark that can \
        be generated (rehearsal) needs no --from.

        Files that are no images are passed over, counted and recorded. A benchmark file that is there \
        already is replaced with --force only, unless the new one has the same content.
        """)

    /// What the files are when they are none of the known benchmarks'.
    enum OwnForm: String, ExpressibleByArgument, CaseIterable {
      case folders
    }

    @Argument(
      help: """
        Benchmark: \(BenchmarkDefinition.all.map(\.name).joined(separator: ", ")), or a name of your \
        own with --as.
        """, completion: .list(BenchmarkDefinition.all.map(\.name)))
    var benchmark: String

    @Option(help: "Folder or archive of the original files.", completion: .file())
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

    @Flag(help: "Take images of your own without classes, whatever folders they lie in.")
    var unlabelled = false

    @Flag(help: "Accept missing or different images; the file and every table say so.")
    var partial = false

    @Flag(help: "Leave out images that cannot be read; they are counted, and the file names them.")
    var skipUnreadable = false

    @Flag(help: "Replace a benchmark file that is there already.")
    var force = false

    @Option(
      help: "Folder of the results, in which finished runs of a replaced file are looked for.")
    var results = "results"

    @OptionGroup var output: JSONOption
    @OptionGroup var quiet: QuietOption

    private var options: PreparationOptions {
      var options = PreparationOptions()
      options.acceptsPartial = partial
      options.imageSize = imageSize
      options.omitsUnlabelled = withoutUnlabelled
      options.ignoresClasses = unlabelled
      options.skipsUnreadable = skipUnreadable
      options.keepsExisting = !force
      return options
    }

    func validate() throws {
      if let imageSize, !(8...1024).contains(imageSize) {
        throw ValidationError("--image-size is 8 to 1024 pixels")
      }
      if unlabelled, form == nil {
        throw ValidationError("--unlabelled is for images of your own: add --as folders")
      }
      if form != nil, from == nil {
        throw ValidationError("name the folder of your images: --from FOLDER")
      }
    }

    private func knownBenchmark() throws -> BenchmarkDefinition {
      do {
        return try .named(benchmark)
      } catch {
        throw ValidationError(
          "\(error); images of your own, in a folder for each class, become the benchmark "
            + "'\(benchmark)' with --as folders --from FOLDER")
      }
    }

    func run() throws {
      let stop = StopRequest { signal in
        AtomicFile.removeUnfinished()
        _exit(128 + signal)
      }
      try stop.listen(to: [SIGINT, SIGTERM])
      let folder = BenchmarkFolder(data)
      let definition = form == nil ? try knownBenchmark() : nil
      let meter = PreparationMeter(definition?.title ?? benchmark)
      defer { meter.end() }
      let dependents = DependentRuns(results: results)
      let replaced = to ?? folder.file(named: benchmark)
      let before = try? BenchmarkFile.open(replaced).info
      let summary: BenchmarkSummary
      do {
        summary = try prepare(folder, definition, meter)
      } catch BenchmarkError.alreadyThere(let file, let difference, _) {
        meter.end()
        throw BenchmarkError.alreadyThere(
          file: file, difference: difference, dependents: dependents.words(of: before))
      }
      meter.end()
      for line in summary.missing { Console.error("missing or different: \(line)") }
      switch summary.outcome {
      case .made: break
      case .kept: Console.error("\(summary.file): unchanged; what is there already is kept")
      case .replaced(let content) where content == summary.contentSHA256:
        Console.error("\(summary.file): written anew, its content is unchanged")
      case .replaced:
        Console.error("\(summary.file): replaced\(dependents.words(of: before))")
      }
      let benchmark = try BenchmarkFile.open(summary.file)
      tellLeftOut(benchmark.info.leftOut)
      try BenchmarkReport(benchmark, isVerified: false).show(json: output.json)
    }

    private func tellLeftOut(_ names: [String]) {
      let shown = 20
      for name in names.prefix(shown) { Console.error("cannot be read, left out: \(name)") }
      if names.count > shown {
        Console.error("and \(names.count - shown) more; the benchmark file has their names")
      }
    }

    private func prepare(
      _ folder: BenchmarkFolder, _ definition: BenchmarkDefinition?, _ meter: PreparationMeter
    ) throws -> BenchmarkSummary {
      if let definition, let from {
        return try BenchmarkPreparation.prepare(
          definition, from: from, to: to ?? folder.file(of: definition), options: options,
          report: meter.show)
      } else if let from {
        return try BenchmarkPreparation.prepareFolders(
          named: benchmark, from: from, to: to ?? folder.file(named: benchmark), options: options,
          report: meter.show)
      } else if let definition, definition.hasGenerator {
        return try folder.generate(definition, to: to, options: options, report: meter.show)
      } else {
        throw ValidationError("name the folder or archive of the original files: --from PATH")
      }
    }
  }
}
