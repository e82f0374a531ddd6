/// Why points cannot be clustered.
public enum ClusteringError: Error, Hashable, Sendable {
  /// Values that do not make up whole points, or no points at all.
  case notRows(name: String, values: Int, dimensions: Int)
  case moreClustersThanPoints(clusters: Int, points: Int)
  case wrongNumberOfCentres(given: Int, clusters: Int)
  /// A value that is not finite, or so large that its square would not be.
  case valueOutOfRange(name: String, row: Int, column: Int)
  /// A value below 0 where none may be.
  case negativeValue(name: String, row: Int, column: Int)
  case invalidSetting(name: String, value: String, expected: String)
  /// Those of a symmetric matrix were not found.
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
