/// The group under which tables list a method.
///
/// A method of another package can bring its own family: `family: "graph"`. Families sort in
/// the order of tables: known ones, others by name, controls last.
///
///     MethodDescription(
///       name: "mean-colour", title: "Mean colour", family: .classical, version: 1,
///       reference: "unpublished, 2026", summary: "k-means on the mean colour of each image")
public struct MethodFamily: RawRepresentable, ExpressibleByStringLiteral, Hashable, Sendable {
  /// The name in records and in the output of `scl methods`: "deep clustering".
  public let rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  public init(stringLiteral value: String) {
    self.init(rawValue: value)
  }

  /// Clustering of pixels or of simple features, without a network.
  public static let classical = MethodFamily(rawValue: "classical")
  /// Networks that learn by reconstructing images.
  public static let reconstruction = MethodFamily(rawValue: "reconstruction")
  /// Networks that learn clusters and features together.
  public static let deepClustering = MethodFamily(rawValue: "deep clustering")
  /// Networks that learn features by comparing views of images; k-means then clusters the
  /// features.
  public static let contrastive = MethodFamily(rawValue: "contrastive")
  /// Contrastive methods that also compare images of the same presumed class.
  public static let semantic = MethodFamily(rawValue: "semantic")
  /// Rows that bound the scores. They do not compete with methods and stand last.
  public static let control = MethodFamily(rawValue: "control")

  /// The known families except `control`, with their titles, in the order of tables.
  private static let titles: [(family: MethodFamily, title: String)] = [
    (.classical, "Classical"),
    (.reconstruction, "Reconstruction"),
    (.deepClustering, "Deep clustering"),
    (.contrastive, "Contrastive"),
    (.semantic, "Semantic contrastive"),
  ]

  /// The heading in tables: "Deep clustering". For an unknown family, its name.
  public var title: String {
    if self == .control { return "Controls" }
    return Self.titles.first { $0.family == self }?.title ?? rawValue
  }

  private var rank: Int {
    if self == .control { return Self.titles.count + 1 }
    return Self.titles.firstIndex { $0.family == self } ?? Self.titles.count
  }
}

/// The order of tables: known families, unknown ones by name, controls.
extension MethodFamily: Comparable {
  public static func < (first: Self, second: Self) -> Bool {
    (first.rank, first.rawValue) < (second.rank, second.rawValue)
  }
}

extension MethodFamily: Codable {}
