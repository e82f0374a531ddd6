import Metrics
import Testing

/// AMI, purity, homogeneity and completeness. Expected values from scikit-learn 1.9.1
/// (`adjusted_mutual_info_score`, `homogeneity_completeness_v_measure`) and, for purity, from the maxima
/// of its `contingency_matrix`.
@Suite struct MoreMetricsTests {
  struct Example: Sendable {
    let truth: [Int32]
    let predicted: [Int32]
    let ami: Double
    let purity: Double
    let homogeneity: Double
    let completeness: Double

    init(
      _ truth: [Int32], _ predicted: [Int32], _ ami: Double, _ purity: Double,
      _ homogeneity: Double, _ completeness: Double
    ) {
      self.truth = truth
      self.predicted = predicted
      self.ami = ami
      self.purity = purity
      self.homogeneity = homogeneity
      self.completeness = completeness
    }
  }

  private static let points: [Int32] = Array(0..<3000)
  private static let squares = points.map { ($0 * $0) % 7 }

  @Test(arguments: [
    Example([0, 0, 1, 2], [0, 0, 1, 1], 0.5714285714285714, 0.75, 0.6666666666666666, 1),
    Example(
      [0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2], 0.2987924581708901, 0.8333333333333334,
      0.6666666666666669, 0.420619835714305),
    Example([0, 0, 1, 1], [0, 1, 0, 1], -0.5, 0.5, 0, 0),
    Example([0, 0, 0, 0, 0], [0, 0, 0, 0, 0], 1, 1, 1, 1),
    Example([0, 0, 0, 0, 0], [0, 1, 2, 3, 4], 0, 1, 1, 0),
    Example([0, 1, 2, 3, 4], [0, 0, 0, 0, 0], 0, 0.2, 0, 1),
    Example([0, 1, 2, 3, 4], [4, 3, 2, 1, 0], 1, 1, 1, 1),
    Example([0, 0, 1, 1, 2], [0, 1, 2, 3, 4], 0, 1, 1, 0.6554587535412856),
    Example([7], [-3], 1, 1, 1, 1),
    Example(
      squares, points.map { ($0 * 3 + $0 / 10) % 11 }, -0.0025137496182763707, 0.292,
      0.0002353801996815113, 0.00013270248084903656),
    Example(
      squares, points.map { ($0 * $0 + ($0 % 5 == 0 ? 1 : 0)) % 7 }, 0.7526671223359532, 0.914,
      0.8275143597872846, 0.6909392552802327),
    Example(
      points.map { $0 / 3 }, points.map { ($0 + 1) / 3 }, 0.4202540702652257, 0.667,
      0.9079472812157565, 0.9078636262457053),
  ])
  func `Scores are scikit-learn's`(example: Example) throws {
    let scores = try ClusteringScores(truth: example.truth, predicted: example.predicted)
    #expect(abs(try #require(scores[.ami]) - example.ami) < 1e-10)
    #expect(abs(try #require(scores[.purity]) - example.purity) < 1e-12)
    #expect(abs(try #require(scores[.homogeneity]) - example.homogeneity) < 1e-12)
    #expect(abs(try #require(scores[.completeness]) - example.completeness) < 1e-12)
  }

  @Test func `AMI of 10,000 classes and clusters takes no more than their distinct sizes`() throws {
    let points: [Int32] = Array(0..<60_000)
    let table = try ContingencyTable(
      truth: points.map { $0 % 8_000 }, predicted: points.map { $0 / 8 })
    let start = ContinuousClock.now
    #expect(table.adjustedMutualInformation < 0.2)
    #expect(ContinuousClock.now - start < .seconds(60))
  }
}
