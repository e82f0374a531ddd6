import ArgumentParser
import Benchmarks
import Foundation

extension Speed {
  /// Times reading a benchmark file.
  struct Read: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time reading all pixels and labels of a benchmark file.")

    @Argument(help: "Benchmark file.")
    var file: String

    func run() throws {
      var images = 0
      func read() throws {
        let benchmark = try BenchmarkFile.open(file)
        _ = try benchmark.pixels()
        images = try benchmark.labels().count
      }
      let seconds = try medianSeconds(of: [read], rounds: 5)[0]
      print("read: \(images) images in \(fixed(seconds, 3)) s, median of 5 reads")
    }
  }

  /// The counterpart of benchmarks/pillow_decode.py.
  struct Decode: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time decoding and scaling photographs on one core.",
      discussion: """
        What 'scl data prepare' does with each JPEG file of ImageNet: read and decode it, scale its \
        shorter side with antialiased bilinear weights, and crop the central square.
        """)

    @Argument(help: "Folder with JPEG or PNG files, at any depth.")
    var folder: String

    @Option(help: "Side of the squares in pixels.")
    var imageSize = 112

    @Option(help: "Number of rounds over all files; the median is reported.")
    var rounds = 15

    func run() throws {
      let suffixes = [".jpeg", ".jpg", ".png"]
      let files = (FileManager.default.subpaths(atPath: folder) ?? []).sorted()
        .filter { name in suffixes.contains { name.lowercased().hasSuffix($0) } }
        .map { "\(folder)/\($0)" }
      guard !files.isEmpty, rounds > 0 else {
        throw ValidationError("'\(folder)' has no JPEG or PNG files, or --rounds is not positive")
      }
      func decodeAll() throws {
        for file in files {
          let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: file)))
          _ = try ImageDecoder.decode(bytes, file: file).centreSquare(of: imageSize)
        }
      }
      // Fills the page cache.
      try decodeAll()
      let seconds = try medianSeconds(of: [decodeAll], rounds: rounds)[0]
      print(
        "decode: \(fixed(Double(files.count) / seconds, 1)) images/s to \(imageSize) pixels, "
          + "median of \(rounds) rounds over \(files.count) files, one thread")
    }
  }
}
