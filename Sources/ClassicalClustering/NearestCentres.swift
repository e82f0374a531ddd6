extension KMeansResult {
  /// The nearest centre of each of some points, which need not be those that were fitted.
  /// - Parameters:
  ///   - points: [M, D], row-major, with the D of the fit.
  ///   - dimensions: D.
  ///   - threads: the number of threads, which does not change the result.
  /// - Returns: [M].
  /// - Throws: `ClusteringError` if the values are not whole rows or are out of range.
  public func assign(
    _ points: [Float], dimensions: Int, threads: Int = 1
  ) throws(ClusteringError) -> [Int32] {
    try nearestRows(of: centres, to: points, dimensions: dimensions, threads: threads)
  }
}

extension KMeans {
  /// The nearest of some centres, such as those of an earlier fit, to each of some points.
  /// - Parameters:
  ///   - centres: [K, D], row-major.
  ///   - points: [M, D], row-major.
  ///   - dimensions: D.
  /// - Returns: [M].
  /// - Throws: `ClusteringError` if the values are not whole rows or are out of range, or if there are not K
  ///   centres.
  public func nearest(
    of centres: [Float], to points: [Float], dimensions: Int
  ) throws(ClusteringError) -> [Int32] {
    guard centres.count == clusters * dimensions else {
      throw .wrongNumberOfCentres(
        given: centres.count / max(1, dimensions), clusters: clusters)
    }
    return try nearestRows(of: centres, to: points, dimensions: dimensions, threads: threads)
  }
}

private func nearestRows(
  of centres: [Float], to points: [Float], dimensions: Int, threads: Int
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
