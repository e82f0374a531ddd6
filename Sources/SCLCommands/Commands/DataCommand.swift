import ArgumentParser
import Benchmarks
import Experiments

struct DataCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Turns original image files into benchmark files.",
    subcommands: [
      List.self, Fetch.self, Prepare.self, Info.self, Verify.self, Montage.self,
    ])
}

extension DataCommand {
  struct Prepare: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a benchmark file from original files.",
      discussion: """
        The form of the original files is found out: CIFAR-10's binary version, or a train/ and \
        test/ tree of class folders with JPEG or PNG files. A benchmark that can be generated \
        (rehearsal) needs no --from.
        """)

    @Argument(help: "Benchmark: \(BenchmarkDefinition.all.map(\.name).joined(separator: ", ")).")
    var benchmark: String

    @Option(help: "Folder of the original files.")
    var from: String?

    @Option(help: "Benchmark file to make (default: DATA/BENCHMARK.h5).")
    var to: String?

    @Option(help: "Folder of the benchmark files.")
    var data = "data"

    @Flag(help: "Accept fewer images than the definition's; the file and every table say so.")
    var partial = false

    @OptionGroup var output: JSONOption

    func run() throws {
      let definition = try BenchmarkDefinition.named(benchmark)
      let meter = ImageMeter(definition.title)
      defer { meter.end() }
      let summary: BenchmarkSummary
      if let from {
        summary = try BenchmarkPreparation.prepare(
          definition, from: from, to: to ?? BenchmarkFolder(data).file(of: definition),
          partial: partial, progress: meter.show)
      } else if definition.hasGenerator {
        summary = try BenchmarkFolder(data).generate(definition, to: to, progress: meter.show)
      } else {
        throw ValidationError("name the folder of the original files: --from FOLDER")
      }
      meter.end()
      for line in summary.missing { Console.error("missing: \(line)") }
      try BenchmarkReport(summary.file).show(json: output.json)
    }
  }

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows what a benchmark file holds and where it came from.")

    @Argument(help: "Benchmark file.")
    var file: String

    @OptionGroup var output: JSONOption

    func run() throws {
      try BenchmarkReport(file).show(json: output.json)
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Reads a benchmark file whole and compares it with its checksum.")

    @Argument(help: "Benchmark file.")
    var file: String

    @OptionGroup var output: JSONOption

    func run() throws {
      let benchmark = try BenchmarkFile.open(file)
      try benchmark.verify()
      guard !output.json else { return try BenchmarkReport(file).show(json: true) }
      Console.print(
        "\(file): ok, \(benchmark.info.counts), SHA-256 \(benchmark.info.contentSHA256)")
    }
  }
}
