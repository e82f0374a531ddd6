/// The three scores that tables print.
public enum ScoreMetric: String, Codable, CaseIterable, Sendable {
  /// Normalised mutual information.
  case nmi
  /// Clustering accuracy under the best assignment of clusters to classes.
  case acc
  /// Adjusted Rand index.
  case ari

  /// The column heading: "NMI".
  public var title: String { rawValue.uppercased() }
}
