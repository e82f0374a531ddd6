/// Checks that `values` are whole rows of numbers of magnitude up to 1e15, at least one row.
/// - Parameter name: what the values are, for messages.
/// - Throws: `ClusteringError.notRows` or `.valueOutOfRange`.
func checkRows(
  _ values: [Float], named name: String, _ dimensions: Int
) throws(ClusteringError) {
  guard dimensions > 0, !values.isEmpty, values.count.isMultiple(of: dimensions) else {
    throw .notRows(name: name, values: values.count, dimensions: dimensions)
  }
  // Negated so that NaN, for which every comparison is false, is found too.
  if let index = values.firstIndex(where: { !(abs($0) <= 1e15) }) {
    throw .valueOutOfRange(name: name, row: index / dimensions, column: index % dimensions)
  }
}
