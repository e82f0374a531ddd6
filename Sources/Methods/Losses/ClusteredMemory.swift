import Torch

/// A memory whose entries are reached cluster by cluster.
package struct ClusteredMemory {
  /// Unit vectors m, [N, D].
  let vectors: Tensor
  /// The current class y of each entry, int64 [N].
  let hypotheses: Tensor
  /// Where each cluster lies when entries are ordered by cluster.
  let clusters: [Range<Int>]
  /// The entries in that order, int64 [N].
  private let order: Tensor
  /// The place of each entry in that order.
  private let places: [Int]

  /// - Parameters:
  ///   - vectors: unit vectors m, [N, D].
  ///   - hypotheses: current classes y of all images, each in 0..<clusters, int64 [N].
  ///   - clusters: K.
  /// - Throws: `TorchError` where a class is none of these.
  public init(_ vectors: Tensor, hypotheses: Tensor, clusters: Int) throws {
    let classes = try hypotheses.integers().map(Int.init)
    var sizes = [Int](repeating: 0, count: clusters)
    for y in classes {
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
    var (order, places) = ([Int](repeating: 0, count: classes.count), classes)
    for (entry, y) in classes.enumerated() {
      order[next[y]] = entry
      places[entry] = next[y]
      next[y] += 1
    }
    self.vectors = vectors
    self.hypotheses = hypotheses
    self.clusters = ranges
    self.order = Tensor(order).to(vectors.device)
    self.places = places
  }

  /// The vectors at these places of the order by cluster: [M, D].
  func vectors(at range: Range<Int>) -> Tensor {
    vectors.rows(order.narrowed(0, to: range))
  }

  /// The places of these entries (int64 [B]) in the order by cluster.
  func places(of index: Tensor) throws -> [Int] {
    try index.integers().map { places[Int($0)] }
  }
}
