import COpenBLAS

/// Eigenvalues and eigenvectors of a dense symmetric matrix, by LAPACK's divide and conquer
/// (dsyevd). O(n^3).
struct SymmetricEigenproblem {
  /// In descending order, [n].
  let values: [Double]
  /// One eigenvector per row, in the order of `values`, [n, n].
  let vectors: [Double]

  /// - Parameters:
  ///   - matrix: [n, n]; only one triangle is read.
  ///   - order: n.
  /// - Throws: `ClusteringError.noEigenvectors` if LAPACK's iterations do not converge.
  init(_ matrix: [Double], order: Int) throws(ClusteringError) {
    var vectors = matrix
    var values = [Double](repeating: 0, count: order)
    var (n, information) = (Int32(order), Int32(0))
    var workCount = Int32(1 + 6 * order + 2 * order * order)
    var integerCount = Int32(3 + 5 * order)
    var work = [Double](repeating: 0, count: Int(workCount))
    var integers = [Int32](repeating: 0, count: Int(integerCount))
    dsyevd_(
      "V", "U", &n, &vectors, &n, &values, &work, &workCount, &integers, &integerCount,
      &information)
    guard information == 0 else { throw .noEigenvectors(order: order) }
    // LAPACK's columns are rows here. It sorts in ascending order, so start from the last.
    self.values = values.reversed()
    self.vectors = (0..<order).reversed().flatMap { vectors[$0 * order..<($0 + 1) * order] }
  }
}
