import Torch

/// A memory whose entries are reached cluster by cluster.
package struct ClusteredMemory {
  /// Unit vectors m, [N, D].
  let vectors: Tensor
  /// The current class y of each entry, [N].
  private let classes: [Int]
  /// Where each cluster lies when entries are ordered by cluster.
  let clusters: [Range<Int>]
  /// The entries in that order, int64 [N].
  private let order: Tensor
  /// The place of each entry in that order.
  private let places: [Int]

  /// - Parameters:
  ///   - vectors: unit vectors m, [N, D].
  ///   - hypotheses: current classes y of all images, each in 0..<clusters, [N]. They are not read from a tensor, so
  ///     that no step waits for a card.
  ///   - clusters: K.
  /// - Throws: `TorchError` where a class is none of these.
  public init(_ vectors: Tensor, hypotheses: [Int], clusters: Int) throws {
    var sizes = [Int](repeating: 0, count: clusters)
    for y in hypotheses {
      guard sizes.indices.contains(y) else {
        throw TorchError(message: "a hypothesis of class \(y) where there are \(clusters) clusters")
      }
      sizes[y] += 1
    }
    var ranges: [Range<Int>] = []
    for size in sizes {
      let start = ranges.last?.upperBound ?? 0
      ranges.append(start..<(start + size))
    }
    // Members of a cluster stay in the order of the memory, so that sums over them have one order.
    var next = ranges.map(\.lowerBound)
    var (order, places) = ([Int](repeating: 0, count: hypotheses.count), hypotheses)
    for (entry, y) in hypotheses.enumerated() {
      order[next[y]] = entry
      places[entry] = next[y]
      next[y] += 1
    }
    self.vectors = vectors
    classes = hypotheses
    self.clusters = ranges
    self.order = Tensor(order).to(vectors.device)
    self.places = places
  }

  /// The vectors at these places of the order by cluster: [M, D].
  func vectors(at range: Range<Int>) -> Tensor {
    vectors.rows(order.narrowed(0, to: range))
  }

  /// Some entries of the memory, B of them.
  struct Entries {
    /// Which they are, int64 [B].
    let index: Tensor
    /// The class of each, int64 [B].
    let classes: Tensor
    /// The place of each in the order by cluster, [B].
    let places: [Int]
  }

  /// The entries at these positions.
  /// - Throws: `TorchError` where there is none.
  func entries(at positions: [Int]) throws -> Entries {
    if let wrong = positions.first(where: { !classes.indices.contains($0) }) {
      throw TorchError(message: "the entry \(wrong) of a memory of \(classes.count)")
    }
    return Entries(
      index: Tensor(positions).to(vectors.device),
      classes: Tensor(positions.map { classes[$0] }).to(vectors.device),
      places: positions.map { places[$0] })
  }
}
