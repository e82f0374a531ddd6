/// Why points cannot be clustered. `name` says which values are meant: "points", "starting
/// centres".
///
///     do {
///       let result = try KMeans(clusters: 10).fit(points, dimensions: 3)
///     } catch ClusteringError.moreClustersThanPoints(let clusters, let points) {
///       print("\(points) points are too few for \(clusters) clusters")
///     }
public enum ClusteringError: Error, Hashable, Sendable {
  /// The values do not form whole rows, or there are none.
  case notRows(name: String, values: Int, dimensions: Int)
  /// More clusters than points were requested.
  case moreClustersThanPoints(clusters: Int, points: Int)
  /// Another number of starting centres than of clusters.
  case wrongNumberOfCentres(given: Int, clusters: Int)
  /// A value that is not finite or whose magnitude exceeds 1e15. Its square would not be exact
  /// enough.
  case valueOutOfRange(name: String, row: Int, column: Int)
  /// A value below 0 in a factorisation that takes only nonnegative ones.
  case negativeValue(name: String, row: Int, column: Int)
  /// A setting out of range; `expected` states the range.
  case invalidSetting(name: String, value: String, expected: String)
  /// LAPACK found no eigenvectors of a symmetric matrix.
  case noEigenvectors(order: Int)
}

extension ClusteringError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notRows(let name, let values, let dimensions):
      "\(values) values of the \(name) are not a whole number (at least 1) of rows of "
        + "\(dimensions)"
    case .moreClustersThanPoints(let clusters, let points):
      "\(clusters) clusters of \(points) points: ask for at most as many clusters as points"
    case .wrongNumberOfCentres(let given, let clusters):
      "\(given) starting centres for \(clusters) clusters: give one for each"
    case .valueOutOfRange(let name, let row, let column):
      "row \(row), column \(column) of the \(name) is not a number of magnitude up to 1e15"
    case .negativeValue(let name, let row, let column):
      "row \(row), column \(column) of the \(name) is negative"
    case .invalidSetting(let name, let value, let expected):
      "\(name) cannot be \(value): it takes \(expected)"
    case .noEigenvectors(let order):
      "the eigenvectors of a matrix of \(order) rows were not found; its values may be too far apart"
    }
  }
}
