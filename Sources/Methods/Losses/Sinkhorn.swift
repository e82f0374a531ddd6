import Torch

/// Sinkhorn's iterations: factors for the rows and the columns of a matrix of positive elements, by which every
/// row has the sum 1 and every column the same share of the whole (Sinkhorn and Knopp, "Concerning nonnegative
/// matrices and doubly stochastic matrices", Pacific Journal of Mathematics 21, 1967). Rows are scaled last,
/// so that the factors of the columns alone are kept: those of the rows follow from them.
///
/// In float64. Rows are taken in blocks of fixed size, whose sums are added in order, so that no second matrix is
/// held and the result does not depend on the number of threads.
struct Sinkhorn {
  /// A column with a sum below this counts as one of zeros and keeps its factor.
  private static let leastMass = 1e-290

  /// [N, K], float64.
  private let matrix: Tensor
  /// The factors of the columns, [1, K], float64.
  private(set) var columns: Tensor

  /// - Parameters:
  ///   - matrix: [N, K], float64, from 0 to 1, best with 1 as the largest of each row.
  ///   - rowsFirst: whether the rows are scaled before the columns are for the first time.
  ///   - iterations: how often the columns are scaled.
  init(_ matrix: Tensor, rowsFirst: Bool, iterations: Int) {
    self.matrix = matrix
    columns = Tensor.full([1, matrix.size(1)], 1, on: matrix.device).to(.float64)
    for iteration in 0..<max(0, iterations) {
      scaleColumns(ofScaledRows: rowsFirst || iteration > 0)
    }
  }

  private mutating func scaleColumns(ofScaledRows areScaled: Bool) {
    let (count, clusters) = (matrix.size(0), matrix.size(1))
    let sums = columns * 0
    for block in Self.blocks(of: count) {
      let rows = areScaled ? self.rows(block) : matrix.narrowed(0, to: block) * columns
      sums.add(rows.sum(along: [0], keep: true))
    }
    let share = Double(count) / Double(max(1, clusters))
    let factors =
      Tensor.full([1], share, on: matrix.device).to(.float64)
      / sums.clamped(atLeast: Self.leastMass)
    columns = columns * factors.filled(where: sums.isLess(than: Self.leastMass), with: 1)
  }

  /// Ranges of rows that are worked on together.
  static func blocks(of count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: 4096).map { $0..<min($0 + 4096, count) }
  }

  /// These rows of the scaled matrix, whose sums are 1: [M, K], float64.
  func rows(_ range: Range<Int>) -> Tensor {
    let scaled = matrix.narrowed(0, to: range) * columns
    return scaled / scaled.sum(along: [1], keep: true).clamped(atLeast: Self.leastMass)
  }
}
