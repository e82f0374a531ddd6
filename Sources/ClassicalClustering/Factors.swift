import COpenBLAS

/// The factors W [N, K] and H [K, D] during a factorisation of X [N, D].
struct Factors {
  /// W, [N, K] row-major.
  private(set) var weights: [Float]
  /// H, [K, D] row-major.
  private(set) var basis: [Float]

  /// The number of pieces of rows, which is fixed so that sums do not depend on the number of
  /// threads.
  private static let pieces = 16
  /// Rows of X that are processed together while they are in the cache.
  fileprivate static let blockRows = 256

  init(weights: [Float], basis: [Float]) {
    self.weights = weights
    self.basis = basis
  }

  /// Improves W, and then H unless it is kept, in one pass over X. O(N K (D + K)) operations.
  /// - Parameters:
  ///   - points: X, [N, D].
  ///   - dimensions: D.
  ///   - updates: the rule of improvement.
  ///   - rounds: how often W is improved.
  ///   - basisStays: whether H is kept.
  /// - Returns: |X|^2 - |X - W H|^2 of the new W and the old H; 0 if H is kept.
  mutating func improve(
    _ points: UnsafeBufferPointer<Float>, _ dimensions: Int,
    _ updates: NonnegativeFactorisation.Updates, rounds: Int, basisStays: Bool, threads: Int
  ) -> Double {
    let count = points.count / dimensions
    let components = basis.count / dimensions
    let square = components * components
    let basisProducts = Self.products(basis, components, dimensions)
    let pieces = min(Self.pieces, count)
    // W^T X and W^T W for each piece.
    var targets = [Float](repeating: 0, count: basisStays ? 0 : pieces * basis.count)
    var overlaps = [Float](repeating: 0, count: basisStays ? 0 : pieces * square)
    let basis = basis
    weights.withUnsafeMutableBufferPointer { weights in
      targets.withUnsafeMutableBufferPointer { targets in
        overlaps.withUnsafeMutableBufferPointer { overlaps in
          let (weights, targets, overlaps) = (weights.baseAddress!, targets, overlaps)
          parallelFor(pieces, threads: threads) { piece in
            let rows = piece * count / pieces..<(piece + 1) * count / pieces
            for first in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.blockRows) {
              let block = Block(
                rows: Int32(min(Self.blockRows, rows.upperBound - first)),
                components: Int32(components), dimensions: Int32(dimensions),
                points: points.baseAddress! + first * dimensions,
                weights: weights + first * components)
              block.improve(basis, basisProducts, updates, rounds: rounds)
              guard !basisStays else { continue }
              block.add(
                targets: targets.baseAddress! + piece * basis.count,
                overlaps: overlaps.baseAddress! + piece * square)
            }
          }
        }
      }
    }
    guard !basisStays else { return 0 }
    let target = Self.sum(targets, length: basis.count)
    let overlap = Self.sum(overlaps, length: square)
    let cross = zip(basis, target).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let own = zip(overlap, basisProducts).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    improveBasis(target, overlap, components, updates)
    return 2 * cross - own
  }

  /// Improves H, given W^T X [K, D] and W^T W [K, K].
  private mutating func improveBasis(
    _ target: [Float], _ overlap: [Float], _ components: Int,
    _ updates: NonnegativeFactorisation.Updates
  ) {
    // The update of H^T has the same form as that of W.
    let dimensions = basis.count / components
    var columns = Self.transposed(basis, components)
    let targets = Self.transposed(target, components)
    columns.withUnsafeMutableBufferPointer { columns in
      targets.withUnsafeBufferPointer { targets in
        updates.improve(
          columns.baseAddress!, rows: dimensions, components: components,
          targets: targets.baseAddress!, overlap)
      }
    }
    basis = Self.transposed(columns, dimensions)
  }

  /// H H^T, [K, K].
  private static func products(_ basis: [Float], _ components: Int, _ dimensions: Int) -> [Float] {
    var products = [Float](repeating: 0, count: components * components)
    let (k, d) = (Int32(components), Int32(dimensions))
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, k, k, d, 1, basis, d, basis, d, 0, &products, k)
    return products
  }

  /// The sum of vectors that lie one after the other, in double precision and in order.
  private static func sum(_ parts: [Float], length: Int) -> [Float] {
    (0..<length).map { index in
      Float(stride(from: index, to: parts.count, by: length).reduce(0.0) { $0 + Double(parts[$1]) })
    }
  }

  /// [rows, n] to [n, rows].
  private static func transposed(_ values: [Float], _ rows: Int) -> [Float] {
    let columns = values.count / rows
    return (0..<values.count).map { values[$0 % rows * columns + $0 / rows] }
  }
}

/// Some rows of X with their rows of W.
private struct Block {
  let rows: Int32
  let components: Int32
  let dimensions: Int32
  /// The rows of X, [rows, D].
  let points: UnsafePointer<Float>
  /// The rows of W, [rows, K], which are changed in place.
  let weights: UnsafeMutablePointer<Float>

  /// Improves the weights W for the basis H.
  /// - Parameter basisProducts: H H^T, [K, K].
  func improve(
    _ basis: [Float], _ basisProducts: [Float], _ updates: NonnegativeFactorisation.Updates,
    rounds: Int
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Int(rows * components)) { targets in
      let targets = targets.baseAddress!
      // X H^T
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, rows, components, dimensions, 1, points,
        dimensions, basis, dimensions, 0, targets, components)
      for _ in 0..<rounds {
        updates.improve(
          weights, rows: Int(rows), components: Int(components), targets: targets, basisProducts)
      }
    }
  }

  /// Adds W^T X to `targets`, [K, D], and W^T W to `overlaps`, [K, K].
  func add(targets: UnsafeMutablePointer<Float>, overlaps: UnsafeMutablePointer<Float>) {
    cblas_sgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, components, dimensions, rows, 1, weights, components,
      points, dimensions, 1, targets, dimensions)
    cblas_sgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, components, components, rows, 1, weights,
      components, weights, components, 1, overlaps, components)
  }
}

extension NonnegativeFactorisation.Updates {
  /// Decreases |T - F B|^2 in F, whose rows are independent of each other.
  /// - Parameters:
  ///   - factor: F, [rows, K].
  ///   - targets: T B^T, [rows, K].
  ///   - products: B B^T, [K, K].
  fileprivate func improve(
    _ factor: UnsafeMutablePointer<Float>, rows: Int, components: Int,
    targets: UnsafePointer<Float>, _ products: [Float]
  ) {
    switch self {
    case .multiplicative:
      withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * components) { now in
        let now = now.baseAddress!
        let k = Int32(components)
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows), k, k, 1, factor, k, products, k,
          0, now, k)
        for index in 0..<rows * components {
          // The bound keeps 0 / 0 from becoming NaN: an entry that is 0 stays 0.
          factor[index] *= targets[index] / max(now[index], .ulpOfOne)
        }
      }
    case .coordinate:
      // A block of rows stays in the cache while all its columns are improved.
      for first in stride(from: 0, to: rows, by: Factors.blockRows) {
        let offset = first * components
        improveColumns(
          factor + offset, rows: min(Factors.blockRows, rows - first), components: components,
          targets: targets + offset, products)
      }
    }
  }

  /// Moves each column of F to its minimum while the other columns stay: F_k = max(0, F_k - g_k
  /// / (B B^T)_kk) with the gradient g_k = F (B B^T)_k - (T B^T)_k.
  private func improveColumns(
    _ factor: UnsafeMutablePointer<Float>, rows: Int, components: Int,
    targets: UnsafePointer<Float>, _ products: [Float]
  ) {
    let k = Int32(components)
    products.withUnsafeBufferPointer { products in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: rows) { gradients in
        for component in 0..<components {
          let line = products.baseAddress! + component * components
          guard line[component] > 0 else { continue }
          for row in 0..<rows {
            gradients.initializeElement(at: row, to: -targets[row * components + component])
          }
          cblas_sgemv(
            CblasRowMajor, CblasNoTrans, Int32(rows), k, 1, factor, k, line, 1, 1,
            gradients.baseAddress!, 1)
          for row in 0..<rows {
            let place = row * components + component
            factor[place] = max(0, factor[place] - gradients[row] / line[component])
          }
        }
      }
    }
  }
}
