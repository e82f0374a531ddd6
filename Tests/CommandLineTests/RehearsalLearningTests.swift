import Foundation
import Records
import Testing

/// Whether what `make reproduce` shows is there: SCL learns on each of its generated benchmarks, with every seed.
extension CommandLineTests {
  private static let rehearsals = [
    "rehearsal-cifar10", "rehearsal-cifar100", "rehearsal-stl10", "rehearsal-imagenet10",
    "rehearsal-imagenet-dogs", "rehearsal-tiny-imagenet",
  ]

  /// The least accuracy of SCL over the seeds against the greatest of k-means on pixels.
  @Test(
    .enabled(if: Program.isSlow, "a quarter of an hour; 'make test-slow' runs it"),
    arguments: rehearsals, ["float32", "bfloat16"])
  func `With every seed SCL is 5 points above k-means and uses all clusters`(
    rehearsal: String, precision: String
  ) throws {
    let file = Self.repository.appendingPathComponent("experiments/rehearsal.yaml").path
    let reproduced = try program.run(
      ["reproduce", file, "--only", "benchmark=\(rehearsal),method=kmeans,method=scl"]
        + ["--precision", precision, "--data", "\(folder)/data", "--results", "\(folder)/results"])
    try #require(reproduced.exitCode == 0, "\(reproduced.errors)")

    func metrics(_ method: String) throws -> [RunMetrics] {
      try [0, 1].map { (seed: UInt64) in
        let run = RunFolder(
          results: "\(folder)/results", experiment: "rehearsal", benchmark: rehearsal,
          method: method, seed: seed)
        return try RunRecord.read(from: run.record).metrics
      }
    }
    let (pixels, scl) = try (metrics("kmeans"), metrics("scl"))
    let accuracies = [pixels, scl].map { $0.compactMap { $0.scores?[.acc] } }
    let (greatest, least) = (accuracies[0].max() ?? 1, accuracies[1].min() ?? 0)
    #expect(least >= greatest + 0.05, "\(least) against \(greatest)")
    #expect(scl.allSatisfy { !$0.clusterSizes.contains(0) })
  }
}
