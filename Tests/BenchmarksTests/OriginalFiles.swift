import CPNG
import Foundation
import Testing

/// The folder `shared` beside the project, or where SCL_SHARED says it is, with samples of the real
/// benchmarks.
enum RealSamples {
  static let folder =
    (ProcessInfo.processInfo.environment["SCL_SHARED"]
      ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../shared").standardized.path) + "/data"

  static var areHere: Bool { FileManager.default.fileExists(atPath: folder) }

  /// Needed by tests that read real samples.
  static let trait: ConditionTrait = .enabled(
    if: areHere, "needs shared/data, samples of the real benchmarks, beside the project")
}

extension BenchmarksTests {
  /// Runs a program and expects that it succeeds.
  func run(_ program: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(program) \(arguments)")
  }

  /// Packs entries of a folder with the system's tar, which compresses after the name's end.
  func pack(_ entries: [String], of parent: String, as archive: String) throws {
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: archive).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    try run("/bin/tar", ["-caf", archive, "-C", parent] + entries)
  }

  /// Unpacks a sample with the system's tar, whose reading is not ours.
  func unpacked(_ sample: String) throws -> String {
    let target = "\(folder)/unpacked-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
    try run("/bin/tar", ["-xzf", "\(RealSamples.folder)/\(sample)", "-C", target])
    return target
  }

  /// Writes an image [side, side, 3] as a PNG file.
  func writePNG(_ pixels: [UInt8], side: Int, to path: String) throws {
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(side)
    image.height = UInt32(side)
    image.format = UInt32(PNG_FORMAT_FLAG_COLOR)
    try #require(png_image_write_to_file(&image, path, 0, pixels, 0, nil) != 0)
  }

  /// The image of a CIFAR record's planes, as its definition says: [32, 32, 3].
  func interleaved(_ planes: some Collection<UInt8>) -> [UInt8] {
    let planes = Array(planes)
    return (0..<1_024).flatMap { [planes[$0], planes[1_024 + $0], planes[2_048 + $0]] }
  }
}
