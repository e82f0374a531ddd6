extension KMeansResult {
  /// The nearest centre of each of some points, which need not be those that were fitted.
  /// - Parameters:
  ///   - points: [M, D], row-major, with the D of the fit.
  ///   - dimensions: D.
  /// - Returns: [M].
  /// - Throws: `ClusteringError` if the values are not whole rows or are out of range.
  public func assign(
    _ points: [Float], dimensions: Int, threads: Int = 1
  ) throws(ClusteringError) -> [Int32] {
    try checkRows(points, named: "points", dimensions)
    try checkRows(centres, named: "centres", dimensions)
    return OpenBLAS.withoutThreads {
      points.withUnsafeBufferPointer { buffer in
        let points = PointSet(buffer, dimensions: dimensions, threads: threads)
        var lloyd = LloydIteration(points, startingFrom: centres)
        _ = lloyd.assign()
        return lloyd.labels
      }
    }
  }
}
