/// The scores of a run, as fractions of 1, and what its clusters are.
public struct RunMetrics: Equatable, Sendable {
  /// Agreement with the classes.
  public struct Scores: Equatable, Sendable {
    /// Under the protocol's normaliser.
    public var nmi: Double
    public var acc: Double
    public var ari: Double
    public var nmiArithmetic: Double
    public var nmiGeometric: Double

    public init(
      nmi: Double, acc: Double, ari: Double, nmiArithmetic: Double, nmiGeometric: Double
    ) {
      self.nmi = nmi
      self.acc = acc
      self.ari = ari
      self.nmiArithmetic = nmiArithmetic
      self.nmiGeometric = nmiGeometric
    }
  }

  /// Nil where the images have no labels.
  public var scores: Scores?
  /// Number of scored images.
  public var images: Int
  /// Number of clusters asked for.
  public var clusters: Int
  /// Members of every cluster, largest first; a cluster without members has 0.
  public var clusterSizes: [Int]

  public init(scores: Scores?, images: Int, clusters: Int, clusterSizes: [Int]) {
    self.scores = scores
    self.images = images
    self.clusters = clusters
    self.clusterSizes = clusterSizes
  }

  public init(
    nmi: Double, acc: Double, ari: Double, nmiArithmetic: Double, nmiGeometric: Double,
    images: Int, clusters: Int, clusterSizes: [Int]
  ) {
    self.init(
      scores: Scores(
        nmi: nmi, acc: acc, ari: ari, nmiArithmetic: nmiArithmetic, nmiGeometric: nmiGeometric),
      images: images, clusters: clusters, clusterSizes: clusterSizes)
  }
}

/// All keys stand beside each other; without labels those of the scores are not there.
extension RunMetrics: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case nmi, acc, ari, nmiArithmetic, nmiGeometric, images, clusters, clusterSizes

    static let scores: [Self] = [.nmi, .acc, .ari, .nmiArithmetic, .nmiGeometric]
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    images = try values.decode(Int.self, forKey: .images)
    clusters = try values.decode(Int.self, forKey: .clusters)
    clusterSizes = try values.decode([Int].self, forKey: .clusterSizes)
    // One score without the others is a damaged record.
    guard CodingKeys.scores.contains(where: values.contains) else { return }
    scores = Scores(
      nmi: try values.decode(Double.self, forKey: .nmi),
      acc: try values.decode(Double.self, forKey: .acc),
      ari: try values.decode(Double.self, forKey: .ari),
      nmiArithmetic: try values.decode(Double.self, forKey: .nmiArithmetic),
      nmiGeometric: try values.decode(Double.self, forKey: .nmiGeometric))
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    if let scores {
      try values.encode(scores.nmi, forKey: .nmi)
      try values.encode(scores.acc, forKey: .acc)
      try values.encode(scores.ari, forKey: .ari)
      try values.encode(scores.nmiArithmetic, forKey: .nmiArithmetic)
      try values.encode(scores.nmiGeometric, forKey: .nmiGeometric)
    }
    try values.encode(images, forKey: .images)
    try values.encode(clusters, forKey: .clusters)
    try values.encode(clusterSizes, forKey: .clusterSizes)
  }
}
