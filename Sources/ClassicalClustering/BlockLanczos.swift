import Core

/// The eigenvectors of a sparse symmetric matrix for its largest eigenvalues, by block Lanczos
/// with full reorthogonalisation and thick restarts (Wu and Simon, "Thick-Restart Lanczos
/// Method for Large Symmetric Eigenvalue Problems", SIAM J. Matrix Anal. Appl. 22, 2000).
///
/// A block method finds multiple eigenvalues, which graphs with several components have. The
/// basis has k + 8 b columns for k eigenvectors and blocks of b. The first sweep that fills it
/// takes about (k + 8 b) products with the matrix and O(N (k + 8 b)^2) operations for
/// orthogonality. Small matrices are solved densely instead. Random starts come from the seed,
/// and pieces of rows are fixed, so the result does not depend on the number of threads.
struct BlockLanczos {
  /// The largest eigenvalues in descending order, [k].
  private(set) var values: [Double] = []
  /// Their eigenvectors as columns, [N, k] row-major.
  private(set) var vectors: [Double] = []
  /// Whether every residual |A v - λ v| is at most the tolerance; also true if the problem was
  /// solved densely.
  private(set) var converged = false

  private let matrix: AffinityMatrix
  /// The number of eigenvectors, k.
  private let wanted: Int
  /// The number of vectors per block, b.
  private let block: Int
  /// The number of columns of the basis.
  private let capacity: Int
  private let threads: Int
  /// The stream of starting vectors and of replacements for lost directions.
  private var random: RandomStream

  /// Solves the eigenproblem.
  /// - Parameters:
  ///   - count: k, at most N.
  ///   - tolerance: the largest residual |A v - λ v| to accept; the matrix has norm 1.
  ///   - maximumRestarts: after so many restarts the vectors are taken as they are.
  ///   - seed: determines the starting vectors.
  /// - Throws: `ClusteringError.noEigenvectors` if LAPACK fails on a small problem.
  init(
    _ matrix: AffinityMatrix, count: Int, tolerance: Double, maximumRestarts: Int, seed: UInt64,
    threads: Int
  ) throws(ClusteringError) {
    self.matrix = matrix
    self.threads = threads
    wanted = count
    (block, capacity) = Self.sizes(of: count)
    random = RandomStream(seed: seed, purpose: .clustering, epoch: -1)
    if matrix.count <= 2 * capacity {
      try solveDense()
    } else {
      try iterate(tolerance, maximumRestarts)
    }
  }

  /// The number of vectors in a block and in the basis for `count` eigenvectors.
  static func sizes(of count: Int) -> (block: Int, capacity: Int) {
    let block = min(max(count, 4), 32)
    return (block, count + 8 * block)
  }

  /// Solves the whole problem with LAPACK, in O(N^3).
  private mutating func solveDense() throws(ClusteringError) {
    let count = matrix.count
    let solution = try SymmetricEigenproblem(matrix.dense(), order: count)
    values = Array(solution.values.prefix(wanted))
    vectors = (0..<count).flatMap { row in
      (0..<wanted).map { solution.vectors[$0 * count + row] }
    }
    converged = true
  }

  /// Fills the basis block by block, solves the projected problem, and restarts from its best
  /// vectors.
  private mutating func iterate(
    _ tolerance: Double, _ maximumRestarts: Int
  ) throws(ClusteringError) {
    var basis = TallMatrix(rows: matrix.count, width: capacity, threads: threads)
    var next = TallMatrix(rows: matrix.count, width: block, threads: threads)
    var used = knownVectors(into: &basis)
    if used == wanted { return finish(with: basis, [Double](repeating: 1, count: wanted)) }
    // Q^T A Q for the basis Q, [capacity, capacity].
    var projection = [Double](repeating: 0, count: capacity * capacity)
    for index in 0..<used { projection[index * capacity + index] = 1 }
    try drawAtRandom(&next, against: basis, first: used)
    for restart in 0...maximumRestarts {
      var remainder: [Double] = []
      while used + block <= capacity {
        append(next, to: &basis, at: used)
        used += block
        next = product(with: next)
        let result = try orthonormalise(&next, against: basis, first: used)
        remainder = result.remainder
        for row in 0..<used {
          for column in 0..<block {
            let value = result.projections[row * block + column]
            projection[row * capacity + used - block + column] = value
            projection[(used - block + column) * capacity + row] = value
          }
        }
      }
      let solution = try SymmetricEigenproblem(
        (0..<used).flatMap { projection[$0 * capacity..<$0 * capacity + used] }, order: used)
      let isExact = largestResidual(solution, remainder, used) <= tolerance
      if isExact || restart == maximumRestarts {
        basis.combine(first: used, into: wanted, solution.vectors)
        return finish(with: basis, Array(solution.values.prefix(wanted)), isExact)
      }
      // Thick restart: keep the best approximations. The remainder of the last product
      // continues from them.
      let kept = min(wanted + 2 * block, used - block)
      basis.combine(first: used, into: kept, solution.vectors)
      projection = [Double](repeating: 0, count: capacity * capacity)
      for index in 0..<kept { projection[index * capacity + index] = solution.values[index] }
      used = kept
    }
  }

  /// Takes the first columns of the basis as the result.
  private mutating func finish(
    with basis: TallMatrix, _ values: [Double], _ isExact: Bool = true
  ) {
    self.values = values
    vectors = (0..<matrix.count).flatMap { row in
      basis.values[row * capacity..<row * capacity + wanted]
    }
    converged = isExact
  }

  /// Puts the eigenvectors of the eigenvalue 1 into the first columns: one for each component
  /// of the graph, with the square roots of its degrees (von Luxburg, proposition 4). A Krylov
  /// space could miss some of them.
  /// - Returns: their number, at most those wanted.
  private func knownVectors(into basis: inout TallMatrix) -> Int {
    let parts = matrix.parts().prefix(wanted)
    for (column, part) in parts.enumerated() {
      let total = part.reduce(0) { $0 + matrix.degrees[$1] }
      for row in part {
        basis.values[row * capacity + column] = (matrix.degrees[row] / total).squareRoot()
      }
    }
    return parts.count
  }

  /// Fills vectors with normal numbers and makes them orthonormal, to each other and to the
  /// first columns of the basis.
  private mutating func drawAtRandom(
    _ vectors: inout TallMatrix, against basis: TallMatrix, first count: Int
  ) throws(ClusteringError) {
    for index in vectors.values.indices { vectors.values[index] = random.normal() }
    _ = try orthonormalise(&vectors, against: basis, first: count)
  }

  /// Copies a block into the basis.
  private func append(_ block: TallMatrix, to basis: inout TallMatrix, at column: Int) {
    let (width, capacity) = (block.width, capacity)
    basis.updatePieces { rows, values in
      block.values.withUnsafeBufferPointer { block in
        for (index, row) in rows.enumerated() {
          (values + index * capacity + column).update(
            from: block.baseAddress! + row * width, count: width)
        }
      }
    }
  }

  /// A times a block of vectors.
  private func product(with vectors: TallMatrix) -> TallMatrix {
    var product = TallMatrix(rows: vectors.rows, width: vectors.width, threads: threads)
    vectors.values.withUnsafeBufferPointer { vectors in
      product.updatePieces { rows, values in
        matrix.multiply(
          vectors.baseAddress!, width: block, into: values - rows.lowerBound * block, rows: rows)
      }
    }
    return product
  }

  /// Writes X as Q P + Y R with orthonormal Y, orthogonal to the first `count` columns of Q,
  /// and replaces X by Y. Directions that X lacks are drawn at random; their rows of R are 0.
  ///
  /// Y comes from the eigenvectors of X^T X (SVQB: Stathopoulos and Wu, SIAM J. Sci. Comput.
  /// 23, 2002). After three rounds only rounding errors are left.
  /// - Parameters:
  ///   - vectors: X, [N, b].
  ///   - basis: Q, whose first `count` columns are orthonormal.
  /// - Returns: P, [count, b], and R, [b, b].
  private mutating func orthonormalise(
    _ vectors: inout TallMatrix, against basis: TallMatrix, first count: Int
  ) throws(ClusteringError) -> (projections: [Double], remainder: [Double]) {
    let width = vectors.width
    var projections = [Double](repeating: 0, count: count * width)
    var remainder = (0..<width * width).map { $0 % (width + 1) == 0 ? 1.0 : 0 }
    for _ in 0..<3 {
      if count > 0 {
        let overlap = basis.products(ofFirst: count, with: vectors)
        vectors.subtract(basis, first: count, overlap)
        for (index, value) in product(overlap, remainder, width).enumerated() {
          projections[index] += value
        }
      }
      let gram = try SymmetricEigenproblem(
        vectors.products(ofFirst: width, with: vectors), order: width)
      let largest = max(gram.values[0], .leastNormalMagnitude)
      let lengths = gram.values.map { $0 > largest * 1e-14 ? $0.squareRoot() : 0 }
      var scaled = gram.vectors
      var turned = gram.vectors
      for index in scaled.indices {
        let length = lengths[index / width]
        scaled[index] *= length > 0 ? 1 / length : 0
        turned[index] *= length
      }
      vectors.combine(first: width, into: width, scaled)
      remainder = product(turned, remainder, width)
      for column in 0..<width where lengths[column] == 0 {
        for row in 0..<vectors.rows { vectors.values[row * width + column] = random.normal() }
      }
    }
    return (projections, remainder)
  }

  /// The product of [rows, width] and [width, width].
  private func product(_ first: [Double], _ second: [Double], _ width: Int) -> [Double] {
    var product = [Double](repeating: 0, count: first.count)
    for row in 0..<first.count / width {
      for inner in 0..<width {
        let factor = first[row * width + inner]
        for column in 0..<width {
          product[row * width + column] += factor * second[inner * width + column]
        }
      }
    }
    return product
  }

  /// The largest residual |A v - λ v| of the wanted approximations. It is |R s|, where s are
  /// the entries of the projected eigenvector in the last block, so no product with A is
  /// needed.
  private func largestResidual(
    _ solution: SymmetricEigenproblem, _ remainder: [Double], _ used: Int
  ) -> Double {
    (0..<wanted).map { index in
      let last = solution.vectors[(index + 1) * used - block..<(index + 1) * used]
      return (0..<block).map { row in
        let value = zip(remainder[row * block..<(row + 1) * block], last).reduce(0) {
          $0 + $1.0 * $1.1
        }
        return value * value
      }.reduce(0, +).squareRoot()
    }.max() ?? 0
  }
}
