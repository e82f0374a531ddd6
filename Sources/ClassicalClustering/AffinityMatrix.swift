import Foundation

/// The weights of edges between neighbours in a graph.
///
///     var spectral = SpectralClustering(clusters: 10)
///     spectral.weights = .connectivity
public enum AffinityWeights: String, CaseIterable, Hashable, Sendable {
  /// exp(-|x_i - x_j|^2 / (s_i s_j)), where s_i is the distance of point i to its 7th neighbour
  /// (Zelnik-Manor and Perona, "Self-Tuning Spectral Clustering", NIPS 2004, equations 1 and
  /// 2). An edge exists if at least one point is among the other's neighbours. With fewer than
  /// 7 neighbours, s_i is the distance to the last.
  case selfTuning = "self-tuning"
  /// 1 between points that are among each other's neighbours, 1/2 if only one is among the
  /// other's (scikit-learn's affinity "nearest_neighbors").
  case connectivity
}

/// A sparse symmetric affinity W between points, normalised to D^-1/2 W D^-1/2, where D is
/// diagonal with the row sums of W (Ng, Jordan and Weiss, NIPS 2001, step 2). It is the
/// identity minus the normalised Laplacian L_sym (von Luxburg, "A Tutorial on Spectral
/// Clustering", 2007, section 3.2), so its eigenvalues are in [-1, 1].
///
/// Stored by rows (CSR): row i has the entries `starts[i]..<starts[i + 1]`, at most 2 N k in
/// all for k neighbours.
struct AffinityMatrix {
  /// The number of points, N.
  let count: Int
  /// The row sums of W, [N].
  let degrees: [Double]
  /// The first entry of each row, [N + 1].
  private let starts: [Int]
  /// The column and the normalised value of each entry.
  private let columns: [Int32]
  private let values: [Double]

  /// Weighs and normalises the edges of a graph, in O(N k log k).
  init(_ graph: NearestNeighbourGraph, weights: AffinityWeights) {
    count = graph.count
    let rows = Self.rows(of: graph, weights: weights)
    let degrees = rows.map { $0.reduce(0) { $0 + $1.weight } }
    self.degrees = degrees
    starts = rows.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    columns = rows.flatMap { $0.map(\.column) }
    values = rows.enumerated().flatMap { row, entries in
      entries.map { entry in
        // An entry above 0 implies that both degrees are above 0.
        entry.weight == 0
          ? 0 : entry.weight / (degrees[row] * degrees[Int(entry.column)]).squareRoot()
      }
    }
  }

  private typealias Entry = (column: Int32, weight: Double)

  /// The entries of W by rows, in the order of their columns.
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
        // Two points that are each other's neighbours have two entries.
        guard let last = entries.last, last.column == entry.column else {
          entries.append(entry)
          return
        }
        if weights == .connectivity { entries[entries.count - 1].weight += entry.weight }
      }
    }
  }

  /// The product with several vectors, for some rows, so that threads can share the work.
  /// - Parameters:
  ///   - vectors: [N, width], row-major.
  ///   - product: [N, width]; only the given rows are written.
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

  /// The connected components of the graph, each with its rows in ascending order. The largest
  /// comes first; of equally large ones, that with the first row. Rows without entries are left
  /// out.
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

  /// The whole matrix, [N, N] row-major. For small graphs.
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
