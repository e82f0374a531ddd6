import Torch

/// The nearest neighbours of every row of a matrix of unit rows, by cosine similarity.
public struct NearestNeighbours: Sendable {
  /// Neighbours of each row, the nearest first.
  public let count: Int
  private let indices: [Int32]

  /// - Parameters:
  ///   - features: unit rows [N, D].
  ///   - count: neighbours of each row, itself not among them; N - 1 at most are found.
  public init(of features: Tensor, count: Int) throws {
    let rows = features.shape[0]
    self.count = min(count, rows - 1)
    var indices: [Int32] = []
    indices.reserveCapacity(rows * self.count)
    let transposed = try features.transposed()
    for start in stride(from: 0, to: rows, by: 256) {
      let block = start..<min(start + 256, rows)
      let similarity = try features.narrowed(0, to: block).matmul(transposed).floats()
      for (offset, row) in block.enumerated() {
        indices += Self.largest(
          self.count, of: similarity[(offset * rows)..<((offset + 1) * rows)], without: row)
      }
    }
    self.indices = indices
  }

  /// Neighbour number `rank` of a row; 0 is the nearest.
  public func neighbour(_ rank: Int, of row: Int) -> Int { Int(indices[row * count + rank]) }

  /// The columns of the largest values in descending order; of equal ones the first.
  private static func largest(
    _ count: Int, of values: ArraySlice<Float>, without excluded: Int
  ) -> [Int32] {
    guard count > 0 else { return [] }
    var best: [(value: Float, column: Int32)] = []
    best.reserveCapacity(count + 1)
    var threshold = -Float.infinity
    values.withUnsafeBufferPointer { values in
      for column in 0..<values.count where values[column] > threshold && column != excluded {
        let place = best.firstIndex { $0.value < values[column] } ?? best.count
        best.insert((values[column], Int32(column)), at: place)
        if best.count > count { best.removeLast() }
        if best.count == count { threshold = best[count - 1].value }
      }
    }
    return best.map(\.column)
  }
}
