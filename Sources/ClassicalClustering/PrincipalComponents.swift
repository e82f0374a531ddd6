import COpenBLAS

/// Principal components of points: the directions of the largest variance.
///
///     let components = try PrincipalComponents(of: points, dimensions: 3072, count: 100)
///     let reduced = try components.projected(points, whitened: false)  // [N, 100]
///
/// Covariance and eigenvectors are computed in double precision on one thread. They take N D^2 and O(D^3)
/// operations (`SymmetricEigenproblem`).
public struct PrincipalComponents: Sendable {
  /// D.
  public let dimensions: Int
  /// The number of components, C.
  public let count: Int
  /// The variance along each component, descending, [C].
  public let variances: [Double]
  /// The mean of the points, [D].
  private let mean: [Double]
  /// The components as rows of unit length, [C, D].
  private let directions: [Float]

  /// Rows that are converted to double precision at a time.
  private static let block = 512
  /// LAPACK counts the 2 D^2 numbers of its work space in 32 bits.
  private static let mostDimensions = 32_766

  /// - Parameters:
  ///   - points: [N, D], row-major, finite.
  ///   - dimensions: D, at most 32,766.
  ///   - count: C, from 1 to the smaller of N - 1 and D.
  /// - Throws: `ClusteringError` for values or a count out of range.
  public init(of points: [Float], dimensions: Int, count: Int) throws(ClusteringError) {
    try checkRows(points, named: "points", dimensions)
    guard dimensions <= Self.mostDimensions else {
      throw .invalidSetting(
        name: "the number of values of a point", value: "\(dimensions)",
        expected: "at most \(Self.mostDimensions) for principal components")
    }
    let rows = points.count / dimensions
    let most = min(rows - 1, dimensions)
    guard count >= 1, count <= most else {
      throw .invalidSetting(
        name: "components", value: "\(count)",
        expected: "1 to \(most) for \(rows) points of \(dimensions) values")
    }
    var sums = [Double](repeating: 0, count: dimensions)
    for row in 0..<rows {
      for column in 0..<dimensions { sums[column] += Double(points[row * dimensions + column]) }
    }
    let mean = sums.map { $0 / Double(rows) }
    var covariance = [Double](repeating: 0, count: dimensions * dimensions)
    OpenBLAS.withoutThreads {
      var centred = [Double](repeating: 0, count: Self.block * dimensions)
      for start in stride(from: 0, to: rows, by: Self.block) {
        let size = min(Self.block, rows - start)
        for index in 0..<size * dimensions {
          centred[index] = Double(points[start * dimensions + index]) - mean[index % dimensions]
        }
        // Row-major lower is the triangle that LAPACK calls upper.
        cblas_dsyrk(
          CblasRowMajor, CblasLower, CblasTrans, Int32(dimensions), Int32(size),
          1 / Double(rows - 1), centred, Int32(dimensions), 1, &covariance, Int32(dimensions))
      }
    }
    let solution = try OpenBLAS.withoutThreads { () throws(ClusteringError) in
      try SymmetricEigenproblem(covariance, order: dimensions)
    }
    self.dimensions = dimensions
    self.count = count
    self.mean = mean
    variances = solution.values.prefix(count).map { max(0, $0) }
    directions = solution.vectors.prefix(count * dimensions).map(Float.init)
  }

  /// The coordinates of points along the components, [N, C].
  /// - Parameters:
  ///   - points: [N, D], row-major, finite; not necessarily those that the components are of.
  ///   - whitened: whether each coordinate is divided by its standard deviation, so that all have
  ///     variance 1. One without variance stays 0.
  ///   - threads: the number of threads, which does not change the result.
  /// - Throws: `ClusteringError` for values out of range.
  public func projected(
    _ points: [Float], whitened: Bool, threads: Int = 1
  ) throws(ClusteringError) -> [Float] {
    try checkRows(points, named: "points", dimensions)
    let rows = points.count / dimensions
    let scales = variances.map { variance -> Float in
      guard whitened else { return 1 }
      return variance > 1e-12 * (variances.first ?? 0) ? Float(1 / variance.squareRoot()) : 0
    }
    let mean = mean.map(Float.init)
    let (dimensions, count, directions) = (dimensions, count, directions)
    var result = [Float](repeating: 0, count: rows * count)
    OpenBLAS.withoutThreads {
      result.withUnsafeMutableBufferPointer { result in
        let result = result.baseAddress!
        parallelFor((rows + Self.block - 1) / Self.block, threads: threads) { piece in
          let start = piece * Self.block
          let size = min(Self.block, rows - start)
          var centred = Array(points[start * dimensions..<(start + size) * dimensions])
          for index in centred.indices { centred[index] -= mean[index % dimensions] }
          let output = result + start * count
          cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(size), Int32(count),
            Int32(dimensions), 1, centred, Int32(dimensions), directions, Int32(dimensions), 0,
            output, Int32(count))
          for index in 0..<size * count { output[index] *= scales[index % count] }
        }
      }
    }
    return result
  }
}
