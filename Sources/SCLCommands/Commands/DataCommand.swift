import ArgumentParser
import Benchmarks
import Domain
import Experiments
import Foundation

/// `scl data`: the commands on benchmark files and their originals. It does nothing itself.
///
///     scl data fetch cifar10
///     scl data prepare cifar10 --from data/downloads/cifar-10-binary.tar.gz
///     scl data montage cifar10 --out cifar10.png
struct DataCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Download, prepare and inspect benchmark data.",
    subcommands: [
      List.self, Fetch.self, Prepare.self, Info.self, Verify.self, Montage.self,
    ])
}

/// A benchmark file, given by its path or by the benchmark's name.
struct BenchmarkFileArgument: ParsableArguments {
  @Argument(
    help: "Benchmark file, or the name of a benchmark in the data folder.",
    completion: .list(BenchmarkDefinition.all.map(\.name)))
  var file: String

  @Option(
    help: "Folder of benchmark files (default: \(BenchmarkFolder.defaultPath)).",
    completion: .directory, transform: folderPath)
  var data = BenchmarkFolder.defaultPath

  /// The path of the file. A name is looked up in the data folder, unless a file of that name
  /// exists. Anything with a slash or the suffix .h5 is a path.
  ///
  /// Throws `BenchmarkError.unreadable`, with the command to run next, for the name of a benchmark
  /// without a file.
  var path: String {
    get throws {
      let files = FileManager.default
      let folder = BenchmarkFolder(data)
      let named = folder.file(named: file)
      guard !files.fileExists(atPath: file), !file.contains("/"), !file.hasSuffix(".h5") else {
        return file
      }
      if files.fileExists(atPath: named) { return named }
      guard let definition = BenchmarkDefinition.all.first(where: { $0.name == file }) else {
        return file
      }
      let next = BenchmarkStatus(definition, in: folder).next.map { "; next: \($0)" } ?? ""
      throw BenchmarkError.unreadable(file: named, reason: "it does not exist\(next)")
    }
  }
}

extension DataCommand {
  /// `scl data info`: prints a `BenchmarkReport`. It does not read the images, so it is
  /// fast. Exit codes: 0; 65 for a damaged file, 66 for a missing one.
  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the contents and origin of a benchmark file.")

    @OptionGroup var benchmark: BenchmarkFileArgument
    @OptionGroup var output: JSONOption

    func run() throws {
      try BenchmarkReport(benchmark.path).show(json: output.json)
    }
  }

  /// `scl data verify`: reads a whole benchmark file and compares it with its checksum, for files
  /// that were copied.
  ///
  ///     data/rehearsal.h5: ok, 2500 train, 500 test, SHA-256 6b9668053e731b18...
  ///
  /// Exit codes: 0; 65 if a check fails; 66 for a missing file.
  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Verify a benchmark file against its checksum.",
      discussion: """
        Reads the whole file. Checks the checksum of the content, that labels are in range, that the \
        number of images per split is as stated, and that fine labels belong to their superclasses. \
        Exits with 65 if a check fails.
        """)

    @OptionGroup var benchmark: BenchmarkFileArgument
    @OptionGroup var output: JSONOption
    @OptionGroup var quiet: QuietOption

    /// Prints a line with counts and checksum, and further lines if the pixels are not verified or
    /// re-encoded.
    func run() throws {
      let file = try benchmark.path
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
      if benchmark.info.isCompleteButUnverified {
        Console.print("\(file): \(BenchmarkReport.unverified)")
      }
      if benchmark.info.pixels == .reEncoded {
        Console.print("\(file): \(BenchmarkReport.reEncoded)")
      }
    }
  }
}
