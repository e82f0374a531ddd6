import ArgumentParser
import Benchmarks

extension DataCommand {
  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows what a benchmark file holds and where it came from.")

    @OptionGroup var benchmark: BenchmarkFileArgument

    @OptionGroup var output: JSONOption

    func run() throws {
      try BenchmarkReport(benchmark.path).show(json: output.json)
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Reads a benchmark file whole and compares it with its checksum.",
      discussion: """
        Every label has to be in range, every image in a split, the counts those that the file states, \
        and a fine label one of its superclass. Exits with 65 if anything is not so.
        """)

    @OptionGroup var benchmark: BenchmarkFileArgument

    @OptionGroup var output: JSONOption
    @OptionGroup var quiet: QuietOption

    func run() throws {
      let file = benchmark.path
      let benchmark = try BenchmarkFile.open(file)
      let meter = PreparationMeter(file)
      defer { meter.end() }
      try benchmark.verify(report: meter.show)
      meter.end()
      guard !output.json else {
        return try BenchmarkReport(benchmark, isVerified: true).show(json: true)
      }
      Console.print(
        "\(file): ok, \(benchmark.info.counts), SHA-256 \(benchmark.info.contentSHA256)")
      if benchmark.info.isRightByNumberAlone {
        Console.print("\(file): \(BenchmarkReport.rightByNumberAlone)")
      }
      if benchmark.info.pixels == .reEncoded {
        Console.print("\(file): \(BenchmarkReport.reEncoded)")
      }
    }
  }
}
