import Metrics
import Testing

@Suite struct MetricsTests {
  /// Expected values from scikit-learn 1.9.1 (`normalized_mutual_info_score`, `adjusted_rand_score`);
  /// the accuracies are counted by hand.
  @Test(arguments: [
    Example([0, 0, 1, 2], [0, 0, 1, 1], 0.7999999999999999, 0.8164965809277259, 0.75, 4.0 / 7),
    Example(
      [0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2], 0.5158037429793889, 0.5295405780575618, 4.0 / 6,
      0.24242424242424243),
    Example([0, 0, 1, 1], [0, 1, 0, 1], 0, 0, 0.5, -0.5),
    Example([0, 0, 0, 0, 0], [0, 0, 0, 0, 0], 1, 1, 1, 1),
    Example([0, 0, 0, 0, 0], [0, 1, 2, 3, 4], 0, 0, 0.2, 0),
    Example([0, 1, 2, 3, 4], [0, 0, 0, 0, 0], 0, 0, 0.2, 0),
    Example([7], [-3], 1, 1, 1, 1),
  ])
  func `Scores of small clusterings are scikit-learn's`(example: Example) throws {
    let scores = try ClusteringScores(truth: example.truth, predicted: example.predicted)
    #expect(abs(scores.nmiArithmetic - example.nmiArithmetic) < 1e-12)
    #expect(abs(scores.nmiGeometric - example.nmiGeometric) < 1e-12)
    #expect(abs(scores.acc - example.acc) < 1e-12)
    #expect(abs(scores.ari - example.ari) < 1e-12)
  }

  struct Example: Sendable {
    let truth: [Int32]
    let predicted: [Int32]
    let nmiArithmetic: Double
    let nmiGeometric: Double
    let acc: Double
    let ari: Double

    init(
      _ truth: [Int32], _ predicted: [Int32], _ nmiArithmetic: Double, _ nmiGeometric: Double,
      _ acc: Double, _ ari: Double
    ) {
      self.truth = truth
      self.predicted = predicted
      self.nmiArithmetic = nmiArithmetic
      self.nmiGeometric = nmiGeometric
      self.acc = acc
      self.ari = ari
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `Every score is within its bounds and symmetric, to the last bit`(seed: UInt64) throws {
    let truth = randomLabels(300, below: 1 + Int(seed % 7), seed: seed)
    let predicted = randomLabels(300, below: 1 + Int(seed % 11), seed: seed + 100)
    let scores = try ClusteringScores(truth: truth, predicted: predicted)
    let swapped = try ClusteringScores(truth: predicted, predicted: truth)
    for nmi in [scores.nmiArithmetic, scores.nmiGeometric] { #expect((0...1).contains(nmi)) }
    #expect(scores.acc > 0 && scores.acc <= 1)
    #expect((-0.5...1).contains(scores.ari))
    // The geometric mean is never above the arithmetic one.
    #expect(scores.nmiGeometric >= scores.nmiArithmetic - 1e-15)
    #expect(scores.nmiArithmetic == swapped.nmiArithmetic)
    #expect(scores.nmiGeometric == swapped.nmiGeometric)
    #expect(scores.acc == swapped.acc)
    #expect(scores.ari == swapped.ari)
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func `Names of clusters and order of points change no bit`(seed: UInt64) throws {
    let truth = randomLabels(500, below: 8, seed: seed)
    let predicted = randomLabels(500, below: 13, seed: seed + 50)
    // 5 is coprime to 13, so label -> 1000 - 5 label mod 13 renames and reorders.
    let renamed = predicted.map { 1000 - ($0 * 5) % 13 }
    let scores = try ClusteringScores(truth: truth, predicted: predicted)
    #expect(try ClusteringScores(truth: truth, predicted: renamed) == scores)
    #expect(
      try ClusteringScores(truth: truth.reversed(), predicted: predicted.reversed()) == scores)
  }

  @Test(arguments: 2..<30)
  func `A perfect clustering under other names scores exactly 1`(classes: Int) throws {
    let truth = randomLabels(997, below: classes, seed: UInt64(classes))
    let scores = try ClusteringScores(truth: truth, predicted: truth.map { -7 * $0 })
    #expect(scores.nmiArithmetic == 1)
    #expect(scores.nmiGeometric == 1)
    #expect(scores.acc == 1)
    #expect(scores.ari == 1)
  }

  @Test func `The Rand index of 100,000 points does not overflow`() throws {
    // Two classes of n/2, each cut into two clusters of n/4: ordered pairs (a point with itself
    // too) in the same cell 4 (n/4)², in the same class 2 (n/2)², in the same cluster 4 (n/4)².
    let truth = (0..<100_000).map { Int32($0 % 2) }
    let predicted = (0..<100_000).map { Int32($0 % 4) }
    let n = 100_000.0
    let together = n * n / 4
    let both = together - n
    let classesOnly = n * n / 2 - together
    let neither = n * n - together - classesOnly
    let expected =
      2 * both * neither
      / ((both + classesOnly) * (classesOnly + neither) + both * neither)
    let table = try ContingencyTable(truth: truth, predicted: predicted)
    #expect(abs(table.adjustedRandIndex - expected) < 1e-12)
  }

  @Test func `Cluster sizes are largest first and name empty clusters`() throws {
    let scores = try ClusteringScores(truth: [0, 0, 1, 1], predicted: [3, 5, 5, 5], clusters: 4)
    #expect(scores.clusterSizes == [3, 1, 0, 0])
  }

  @Test func `NMI has the protocol's normaliser, and records have it under both`() throws {
    let (truth, predicted): ([Int32], [Int32]) = ([0, 0, 1, 2], [0, 0, 1, 1])
    for normaliser in NMINormaliser.allCases {
      let scores = try ClusteringScores(
        truth: truth, predicted: predicted, normaliser: normaliser
      ).scores
      #expect(scores[.nmi] == scores.value(of: .nmi, under: normaliser))
      #expect(scores.value(of: .nmi, under: .arithmetic) == scores[.nmiArithmetic])
      #expect(scores.value(of: .nmi, under: .geometric) == scores[.nmiGeometric])
      #expect(scores.value(of: .acc, under: .geometric) == scores[.acc])
    }
  }

  @Test func `The table counts every class in every cluster`() throws {
    let table = try ContingencyTable(truth: [9, -1, 9, 4], predicted: [2, 2, 0, 2])
    #expect(table.classes == [-1, 4, 9])
    #expect(table.clusters == [0, 2])
    #expect(table.counts == [0, 1, 0, 1, 1, 1])
    #expect(table.classSizes == [1, 1, 2])
    #expect(table.clusterSizes == [1, 3])
  }

  @Test(arguments: [-7, 0, 65_530, 1_000_000] as [Int32])
  func `The table is the same whatever numbers the labels are`(first: Int32) throws {
    let truth: [Int32] = [0, 2, 2, 9, 0, 9, 9]
    let predicted: [Int32] = [1, 1, 0, 4, 1, 0, 4]
    let table = try ContingencyTable(
      truth: truth.map { $0 + first }, predicted: predicted.map { $0 + first })
    #expect(table.classes == [first, first + 2, first + 9])
    #expect(table.clusters == [first, first + 1, first + 4])
    #expect(table.counts == [0, 2, 0, 1, 1, 0, 1, 0, 2])
  }

  @Test func `Labels that cannot be scored are refused`() {
    #expect(throws: MetricsError.lengthsDiffer(truth: 2, predicted: 1)) {
      try ContingencyTable(truth: [0, 1], predicted: [0])
    }
    #expect(throws: MetricsError.noPoints) { try ContingencyTable(truth: [], predicted: []) }
    #expect(throws: MetricsError.fewerClustersThanFound(asked: 1, found: 2)) {
      try ClusteringScores(truth: [0, 1], predicted: [0, 1], clusters: 1)
    }
    let distinct = (0..<9000).map { Int32($0) }
    #expect(throws: MetricsError.tooManyGroups(classes: 9000, clusters: 9000)) {
      try ContingencyTable(truth: distinct, predicted: distinct)
    }
  }
}

/// Labels from a linear congruential generator (Knuth's MMIX), so that the tests need no other module.
func randomLabels(_ count: Int, below bound: Int, seed: UInt64) -> [Int32] {
  var state = seed
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int32((state >> 33) % UInt64(bound))
  }
}

/// Every clustering here is scored by the built-in metrics.
extension ClusteringScores {
  fileprivate var nmiArithmetic: Double { self[.nmiArithmetic] ?? .nan }
  fileprivate var nmiGeometric: Double { self[.nmiGeometric] ?? .nan }
  fileprivate var acc: Double { self[.acc] ?? .nan }
  fileprivate var ari: Double { self[.ari] ?? .nan }
}
