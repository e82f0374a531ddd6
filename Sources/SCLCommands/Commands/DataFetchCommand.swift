import ArgumentParser
import Benchmarks
import Core
import Domain
import Downloads
import Experiments
import Foundation

/// Versions by name in `--edition`.
extension PublishedFile.Version: ExpressibleByArgument {
  /// Only CIFAR has more than one.
  public static var allValueStrings: [String] { [Self.binary, .python].map(\.rawValue) }
}

extension DataCommand {
  /// `scl data fetch`: downloads the original file of a benchmark with `Download`, verifies its
  /// MD5, and prints the command that prepares it.
  ///
  ///     data/downloads/cifar-10-binary.tar.gz: downloaded, 162.2 MiB, MD5 c32a1d4ab5d03f12... ok
  ///     next: scl data prepare cifar10 --from data/downloads/cifar-10-binary.tar.gz
  ///
  /// Exit codes: 0; 64 for an unknown benchmark or one that needs an account; 65 if the bytes are
  /// not the published ones; 66 if the server refuses; 74 if the transfer fails for good or the
  /// disk is full; 128 plus the signal's number after a signal. After 74 or a signal the same
  /// command continues the download.
  struct Fetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Download the original files of a benchmark and verify their checksum.",
      discussion: """
        Downloads from the official address or from --url; the bytes must be the published ones. A \
        download that is interrupted or stalls is resumed. After a failure or Ctrl-C, run the same command \
        again to continue. Archives need no unpacking: the output ends with the command that prepares the \
        benchmark file.
        """)

    @Argument(
      help: "Benchmark: cifar10, cifar100, stl10 or tiny-imagenet.",
      completion: .list(["cifar10", "cifar100", "stl10", "tiny-imagenet"]))
    var benchmark: String

    /// CIFAR is published in two versions with the same images. `--version` is the version of this program.
    @Option(help: "Edition of CIFAR (default: binary).")
    var edition: PublishedFile.Version?

    /// For networks without access to the official server. The checksum is the same, so any mirror
    /// can be trusted.
    @Option(help: "Address of the same file on a mirror.")
    var url: String?

    @Option(help: "Folder for the download (default: DATA/downloads).")
    var to: String?

    @Option(
      help: "Folder of benchmark files (default: \(BenchmarkFolder.defaultPath)).",
      transform: folderPath)
    var data = BenchmarkFolder.defaultPath

    @OptionGroup var output: JSONOption
    @OptionGroup var quiet: QuietOption

    /// The result, as printed with `--json`.
    private struct Line: Encodable {
      let benchmark: String
      /// Where the file is.
      let file: String
      let bytes: Int64
      /// As published, which the file was verified against.
      let md5: String
      /// Where it came from.
      let address: String
      /// "downloaded" or "already there".
      let outcome: String
      /// The command that prepares the benchmark file.
      let next: String
    }

    /// Downloads with progress on standard error. A complete file is not downloaded again.
    func run() async throws {
      let definition = try BenchmarkDefinition.named(benchmark)
      let published = try definition.publishedFile(edition)
      guard let address = url ?? published.address else {
        throw PublicationError.needsAccount(
          benchmark: benchmark, page: definition.publication?.page ?? "", file: published.name)
      }
      let file = "\(to ?? BenchmarkFolder(data).downloads)/\(published.name)"
      let download = try Download(address, to: file, size: published.size, md5: published.md5)
      let meter = TransferMeter(published.name, size: published.size)
      if !output.json { Console.note("downloading \(address) to \(file)") }
      let outcome = try await finish(download, of: definition, meter)
      let next = BenchmarkFolder(data).prepareCommand(definition, from: file)
      let word = outcome == .downloaded ? "downloaded" : "already there"
      if output.json {
        try Console.json(
          Line(
            benchmark: benchmark, file: file, bytes: published.size, md5: published.md5,
            address: address, outcome: word, next: next))
        return
      }
      Console.print("\(file): \(word), \(Quantities.size(published.size)), MD5 \(published.md5) ok")
      Console.print("next: \(next)")
    }

    /// Downloads until the end or a signal.
    /// - Throws: `ExitCode` of 128 plus the signal's number, after a line that says how to continue.
    ///   Without a connection, the error names the command for an archive from elsewhere.
    private func finish(
      _ download: Download, of definition: BenchmarkDefinition, _ meter: TransferMeter
    ) async throws -> Download.Outcome {
      let transfer = Task { try await download.run(meter.show) }
      let stop = StopRequest { _ in transfer.cancel() }
      // If signals cannot be caught, they end the program at once.
      try? stop.listen(to: [SIGINT, SIGTERM])
      do {
        let outcome = try await transfer.value
        meter.end()
        return outcome
      } catch {
        meter.end()
        if let signal = stop.signal {
          Console.error("stopped; run the same command to continue the download")
          throw ExitCode(RunExit.interrupted(by: signal))
        }
        if case DownloadError.unknownHost(let host, _) = error {
          let command = BenchmarkFolder(data).prepareCommand(definition, from: "PATH")
          throw DownloadError.unknownHost(host, remedy: "if you have the archive: `\(command)`")
        }
        throw error
      }
    }
  }
}
