import COpenBLAS

/// A matrix of few long columns, [N, width] row-major, processed in a fixed number of pieces of
/// rows. Results do not depend on the number of threads.
struct TallMatrix {
  /// The number of rows, N.
  let rows: Int
  /// The number of columns.
  let width: Int
  let threads: Int
  /// [N, width], row-major.
  var values: [Double]

  /// The number of pieces, unless there are fewer rows.
  private static let maximumPieces = 16

  init(rows: Int, width: Int, threads: Int) {
    self.rows = rows
    self.width = width
    self.threads = threads
    values = [Double](repeating: 0, count: rows * width)
  }

  private var pieces: Int { min(Self.maximumPieces, rows) }

  /// Calls `body` for each piece with its rows and the address of its first value, in parallel.
  mutating func updatePieces(_ body: (Range<Int>, UnsafeMutablePointer<Double>) -> Void) {
    let (rows, width, pieces, threads) = (rows, width, pieces, threads)
    values.withUnsafeMutableBufferPointer { values in
      let values = values.baseAddress!
      parallelFor(pieces, threads: threads) { piece in
        let range = piece * rows / pieces..<(piece + 1) * rows / pieces
        body(range, values + range.lowerBound * width)
      }
    }
  }

  /// The products of the first `count` columns with those of another matrix of as many rows.
  /// - Returns: [count, other.width].
  func products(ofFirst count: Int, with other: TallMatrix) -> [Double] {
    let size = count * other.width
    var parts = [Double](repeating: 0, count: pieces * size)
    let (rows, width, pieces) = (rows, width, pieces)
    parts.withUnsafeMutableBufferPointer { parts in
      let parts = parts.baseAddress!
      values.withUnsafeBufferPointer { values in
        other.values.withUnsafeBufferPointer { others in
          let (values, others) = (values.baseAddress!, others.baseAddress!)
          parallelFor(pieces, threads: threads) { piece in
            let range = piece * rows / pieces..<(piece + 1) * rows / pieces
            cblas_dgemm(
              CblasRowMajor, CblasTrans, CblasNoTrans, Int32(count), Int32(other.width),
              Int32(range.count), 1, values + range.lowerBound * width, Int32(width),
              others + range.lowerBound * other.width, Int32(other.width), 0, parts + piece * size,
              Int32(other.width))
          }
        }
      }
    }
    return sumOfPieces(parts, length: size)
  }

  /// Subtracts a combination of the first `count` columns of another matrix from each column.
  /// - Parameter coefficients: [count, width].
  mutating func subtract(_ other: TallMatrix, first count: Int, _ coefficients: [Double]) {
    let width = width
    updatePieces { range, values in
      other.values.withUnsafeBufferPointer { others in
        cblas_dgemm(
          CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(range.count), Int32(width),
          Int32(count), -1, others.baseAddress! + range.lowerBound * other.width,
          Int32(other.width), coefficients, Int32(width), 1, values, Int32(width))
      }
    }
  }

  /// Replaces the first `to` columns by combinations of the first `from` columns.
  /// - Parameter coefficients: one combination per row, [to, from].
  mutating func combine(first from: Int, into to: Int, _ coefficients: [Double]) {
    let width = width
    updatePieces { range, values in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: range.count * to) { combined in
        let combined = combined.baseAddress!
        cblas_dgemm(
          CblasRowMajor, CblasNoTrans, CblasTrans, Int32(range.count), Int32(to), Int32(from), 1,
          values, Int32(width), coefficients, Int32(from), 0, combined, Int32(to))
        for row in 0..<range.count {
          (values + row * width).update(from: combined + row * to, count: to)
        }
      }
    }
  }
}
