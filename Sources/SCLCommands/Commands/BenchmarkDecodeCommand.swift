import ArgumentParser
import Benchmarks
import Foundation

extension BenchmarkCommand {
  struct Decode: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Decoding photographs and scaling them to a benchmark's size, on one core.",
      discussion: """
        What 'scl data prepare' does to each JPEG of ImageNet: read, decode, scale the shorter side \
        with antialiased bilinear weights, cut the central square.
        """)

    @Argument(help: "Folder with JPEG or PNG files, at any depth.")
    var folder: String

    @Option(help: "Side of the squares in pixels.")
    var imageSize = 112

    @Option(help: "Rounds over all files; their median counts.")
    var rounds = 15

    @OptionGroup var output: JSONOption

    private struct Result: Encodable {
      let benchmark = "decode"
      let imagesPerSecond: Double
      let secondsPerRound: Double
      let images: Int
      let imageSize: Int
    }

    func validate() throws {
      for (name, value) in [("image-size", imageSize), ("rounds", rounds)]
      where !(1...4_096).contains(value) {
        throw ValidationError("--\(name) takes 1 to 4096")
      }
    }

    func run() throws {
      let suffixes = [".jpeg", ".jpg", ".png"]
      let files = (FileManager.default.subpaths(atPath: folder) ?? []).sorted()
        .filter { name in suffixes.contains { name.lowercased().hasSuffix($0) } }
        .map { "\(folder)/\($0)" }
      guard !files.isEmpty else { throw BenchmarkError.missing(path: "\(folder)/*.JPEG") }
      let clock = ContinuousClock()
      // The first round fills the page cache.
      let times = try (0...rounds).map { _ in
        try clock.measure {
          for file in files {
            let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: file)))
            _ = try ImageDecoder.decode(bytes, file: file).centreSquare(of: imageSize)
          }
        } / .seconds(1)
      }.dropFirst().sorted()
      let median = times[times.startIndex + rounds / 2]
      let result = Result(
        imagesPerSecond: Double(files.count) / median, secondsPerRound: median,
        images: files.count, imageSize: imageSize)
      if output.json { return try Console.json(result) }
      Console.print(
        "decode: \(String(format: "%.1f", result.imagesPerSecond)) images/s to \(imageSize) pixels, "
          + "median of \(rounds) rounds over \(files.count) files, one thread")
    }
  }
}
