import Foundation
import HDF5
import Metrics
import Testing

/// `parity.h5`, where the checkout has it beside it.
let parityFile = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("shared/fixtures/parity.h5").path

@Suite(.serialized) struct MetricsParityTests {
  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: parityFile), "needs shared/fixtures"))
  func `Every metric case of parity.h5 agrees with scikit-learn and SciPy`() throws {
    let cases = try HDF5File(reading: parityFile).group("cases")
    var compared = 0
    for name in try cases.children() {
      let group = try cases.group(name)
      guard try group.stringAttribute("op") == "metric.clustering" else { continue }
      let tolerance: Double = try group.attribute("tolerance")
      let scores = try ClusteringScores(
        truth: group.dataSet("in/truth").read(), predicted: group.dataSet("in/predicted").read())
      for (key, metric) in [
        ("nmi_arithmetic", Metric.nmiArithmetic), ("nmi_geometric", .nmiGeometric),
        ("acc", .acc), ("ari", .ari),
      ] {
        let value = try #require(scores[metric])
        let expected: [Double] = try group.dataSet("out/\(key)").read()
        #expect(abs(value - expected[0]) <= tolerance, "\(name), \(key)")
        compared += 1
      }
    }
    #expect(compared > 0)
  }
}
