import Core
import Domain
import Foundation
import Metrics
import Records

/// A complete record; its parts are changed where a test needs it.
func exampleRecord(seed: UInt64 = 3) -> RunRecord {
  RunRecord(
    identity: "", experiment: "paper", benchmark: "cifar10", method: "scl", methodTitle: "SCL",
    methodFamily: .semantic, methodVersion: 2, seed: seed, profile: "default",
    settings: [
      "epochs": .integer(30), "temperature": .number(0.1), "learning-rate": .number(1),
      "symmetric": .boolean(true), "positives": .text("cluster"),
    ],
    protocol: RunProtocol(imageSize: 32),
    metrics: RunMetrics(
      scores: Scores([
        .nmi: 0.1 + 0.2, .acc: 1.0 / 3, .ari: -Double.leastNonzeroMagnitude,
        .nmiArithmetic: 0.1 + 0.2, .nmiGeometric: 0.30001,
      ]),
      images: 60_000, clusters: 3, clusterSizes: [40_000, 20_000, 0]),
    timing: RunTiming(
      seconds: 12.75, imagesPerSecond: nil, peakMemoryBytes: 1 << 40, resumptions: 1),
    provenance: Provenance(
      sourceRevision: "abc/1-dirty",
      benchmarkFile: BenchmarkProvenance(
        contentHash: "c0ffee", complete: true, images: 60_000, definitionImages: 60_000,
        sourceFormat: "CIFAR-10 binary version", rehearsalOf: nil),
      libtorch: "1.13.1", openBLAS: "0.3.21", device: "cpu", deviceName: "a processor",
      precision: "float32", threads: 2, finishedAt: "2026-01-01T00:00:00Z"))
}

/// A record under the identity of its own inputs.
func identifiedRecord(seed: UInt64 = 3) throws -> RunRecord {
  var record = exampleRecord(seed: seed)
  record.identity = try IdentityInputs(record).identity()
  return record
}

/// Runs `body` with the path of a new folder that is removed afterwards.
func withFolder(_ body: (String) throws -> Void) throws {
  let folder = NSTemporaryDirectory() + "/records-" + UUID().uuidString
  try AtomicFile.createFolder(folder)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}
