import Metrics

/// The scores of a run, and what its clusters are.
package struct RunMetrics: Equatable, Sendable {
  /// Agreement with the classes; nil where the images have no labels.
  package var scores: Scores?
  /// The number of scored images.
  package var images: Int
  /// The number of clusters asked for.
  package var clusters: Int
  /// Members of every cluster, largest first; a cluster without members has 0.
  package var clusterSizes: [Int]

  package init(scores: Scores?, images: Int, clusters: Int, clusterSizes: [Int]) {
    self.scores = scores
    self.images = images
    self.clusters = clusters
    self.clusterSizes = clusterSizes
  }
}

/// Coded as one object, in which scores stand beside the other keys. Without labels there are none.
extension RunMetrics: Codable {
  private static let others = ["images", "clusters", "clusterSizes"]

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: NameKey.self)
    images = try values.decode(Int.self, forKey: NameKey("images"))
    clusters = try values.decode(Int.self, forKey: NameKey("clusters"))
    clusterSizes = try values.decode([Int].self, forKey: NameKey("clusterSizes"))
    var found: [String: Double] = [:]
    for key in values.allKeys where !Self.others.contains(key.name) {
      found[key.name] =
        MetricRegistry.current[key.name] == nil
        ? try? values.decode(Double.self, forKey: key)
        : try values.decode(Double.self, forKey: key)
    }
    let required = MetricRegistry.required.map(\.name)
    guard required.contains(where: { found[$0] != nil }) else { return }
    // A record with some of the scores that every version writes, but not all, is damaged.
    for name in required where found[name] == nil {
      _ = try values.decode(Double.self, forKey: NameKey(name))
    }
    scores = Scores(byName: found)
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: NameKey.self)
    for (name, score) in scores?.byName ?? [:] {
      try values.encode(score, forKey: NameKey(name))
    }
    try values.encode(images, forKey: NameKey("images"))
    try values.encode(clusters, forKey: NameKey("clusters"))
    try values.encode(clusterSizes, forKey: NameKey("clusterSizes"))
  }
}

/// A key that is known at run time only, such as the name of a metric.
package struct NameKey: CodingKey {
  package let name: String

  package init(_ name: String) {
    self.name = name
  }

  package init?(stringValue: String) {
    name = stringValue
  }

  package init?(intValue: Int) { return nil }

  package var stringValue: String { name }
  package var intValue: Int? { nil }
}
