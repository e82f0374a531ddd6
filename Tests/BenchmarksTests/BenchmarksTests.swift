import Benchmarks
import Domain
import Foundation
import Rehearsal
import Testing

/// All tests of the module, in sequence: each has files of many megabytes in memory.
@Suite(.serialized) final class BenchmarksTests {
  let folder: String

  /// A small but complete copy of the rehearsal, made once.
  static let rehearsal = Result {
    let folder = NSTemporaryDirectory() + "benchmarks-tests-rehearsal-\(getpid())"
    try RehearsalGenerator(seed: 1).write(to: folder)
    return folder
  }

  init() throws {
    folder = NSTemporaryDirectory() + "benchmarks-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// A copy of the rehearsal's files under `name` that a test may damage.
  func copyOfRehearsal(_ name: String = "original") throws -> String {
    let copy = "\(folder)/\(name)"
    try FileManager.default.copyItem(atPath: Self.rehearsal.get(), toPath: copy)
    return copy
  }

  func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  func write(_ bytes: [UInt8], to path: String) throws {
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  /// Prepares the rehearsal from `path` and checks that a failure leaves no file behind.
  @discardableResult
  func prepare(
    _ definition: BenchmarkDefinition = .rehearsal, from path: String, partial: Bool = false
  ) throws(BenchmarkError) -> BenchmarkFile {
    let target = "\(folder)/made/\(definition.name).h5"
    var options = PreparationOptions()
    options.acceptsPartial = partial
    do {
      _ = try BenchmarkPreparation.prepare(definition, from: path, to: target, options: options)
    } catch {
      let left = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/made")) ?? []
      #expect(left.isEmpty, "a failed preparation must leave no file")
      throw error
    }
    return try BenchmarkFile.open(target)
  }
}
