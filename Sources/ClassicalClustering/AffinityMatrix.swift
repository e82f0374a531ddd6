import Foundation

/// How strongly neighbours in a graph are tied.
public enum AffinityWeights: String, CaseIterable, Hashable, Sendable {
  /// exp(-|x_i - x_j|^2 / (s_i s_j)), s being the distance to the 7th neighbour (Zelnik-Manor and
  /// Perona, "Self-Tuning Spectral Clustering", NIPS 2004, equations 1 and 2), between points of
  /// which one is among the other's neighbours.
  case selfTuning = "self-tuning"
  /// 1 between points that are among each other's neighbours, 1/2 where only one is among the other's
  /// (scikit-learn's affinity "nearest_neighbors").
  case connectivity
}

/// A sparse symmetric affinity between points, normalised: D^-1/2 W D^-1/2, where D has the sums of
/// W's rows (Ng, Jordan and Weiss, NIPS 2001, step 2). One less the normalised Laplacian L_sym (von
/// Luxburg, "A Tutorial on Spectral Clustering", 2007, section 3.2).
struct AffinityMatrix {
  let count: Int
  /// The sums of W's rows, [N].
  let degrees: [Double]
  /// Where the entries of each row begin, [N + 1].
  private let starts: [Int]
  private let columns: [Int32]
  private let values: [Double]

  init(_ graph: NearestNeighbourGraph, weights: AffinityWeights) {
    count = graph.count
    let rows = Self.rows(of: graph, weights: weights)
    let degrees = rows.map { $0.reduce(0) { $0 + $1.weight } }
    self.degrees = degrees
    starts = rows.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    columns = rows.flatMap { $0.map(\.column) }
    values = rows.enumerated().flatMap { row, entries in
      entries.map { entry in
        // A product that is not 0 means that neither degree is.
        entry.weight == 0
          ? 0 : entry.weight / (degrees[row] * degrees[Int(entry.column)]).squareRoot()
      }
    }
  }

  private typealias Entry = (column: Int32, weight: Double)

  /// W's entries by rows, in the order of their columns.
  private static func rows(
    of graph: NearestNeighbourGraph, weights: AffinityWeights
  ) -> [[Entry]] {
    let scales = (0..<graph.count).map { point in
      Double(graph.squaredDistances[point * graph.neighbours + min(7, graph.neighbours) - 1])
        .squareRoot()
    }
    var rows = [[Entry]](repeating: [], count: graph.count)
    for point in 0..<graph.count {
      for place in point * graph.neighbours..<(point + 1) * graph.neighbours {
        let other = Int(graph.indices[place])
        let weight: Double
        switch weights {
        case .connectivity: weight = 0.5
        case .selfTuning:
          let distance = Double(graph.squaredDistances[place])
          weight = distance == 0 ? 1 : exp(-distance / (scales[point] * scales[other]))
        }
        rows[point].append((Int32(other), weight))
        rows[other].append((Int32(point), weight))
      }
    }
    return rows.map { row in
      row.sorted { $0.column < $1.column }.reduce(into: [Entry]()) { entries, entry in
        // Two points that are each other's neighbours have been seen twice.
        guard let last = entries.last, last.column == entry.column else {
          entries.append(entry)
          return
        }
        if weights == .connectivity { entries[entries.count - 1].weight += entry.weight }
      }
    }
  }

  /// The product with some vectors.
  /// - Parameters:
  ///   - vectors: [N, b], row-major.
  ///   - product: [N, b].
  func multiply(
    _ vectors: UnsafePointer<Double>, width: Int, into product: UnsafeMutablePointer<Double>,
    rows: Range<Int>
  ) {
    columns.withUnsafeBufferPointer { columns in
      values.withUnsafeBufferPointer { values in
        for row in rows {
          let sum = product + row * width
          sum.update(repeating: 0, count: width)
          for entry in starts[row]..<starts[row + 1] {
            let vector = vectors + Int(columns[entry]) * width
            let value = values[entry]
            for index in 0..<width { sum[index] += value * vector[index] }
          }
        }
      }
    }
  }

  /// The parts that no entry connects, each with its rows in ascending order; the largest first, of
  /// equally large ones that of the first row. Rows without entries are left out.
  func parts() -> [[Int]] {
    var isSeen = [Bool](repeating: false, count: count)
    var parts: [[Int]] = []
    for row in 0..<count where !isSeen[row] && degrees[row] > 0 {
      isSeen[row] = true
      var part = [row]
      var next = 0
      while next < part.count {
        for entry in starts[part[next]]..<starts[part[next] + 1] where values[entry] > 0 {
          let other = Int(columns[entry])
          guard !isSeen[other] else { continue }
          isSeen[other] = true
          part.append(other)
        }
        next += 1
      }
      parts.append(part.sorted())
    }
    return parts.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
  }

  /// All of it, [N, N].
  func dense() -> [Double] {
    var matrix = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for entry in starts[row]..<starts[row + 1] {
        matrix[row * count + Int(columns[entry])] = values[entry]
      }
    }
    return matrix
  }
}
