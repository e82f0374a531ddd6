import Torch

/// Labels from the prototypes of a block of images: of every cluster, the images that are most probable make
/// a prototype, and the images most similar to it get the cluster's label (Niu, Shan and Wang, "SPICE:
/// Semantic Pseudo-Labeling for Image Clustering", IEEE TIP 31, 2022, section III-B).
package struct PrototypeLabels {
  /// Mean embeddings of the most probable images, [K, D], of any length.
  package let prototypes: Tensor
  /// The places of the images of each cluster in the block, in ascending order. An image may be among those
  /// of several clusters.
  package let selected: [[Int]]

  /// - Parameters:
  ///   - embeddings: unit vectors, [N, D].
  ///   - scores: probabilities of the clusters, [N, K].
  ///   - prototypeShare: the share of a cluster's images that make its prototype.
  ///   - selectedShare: the images of a cluster, as a share of N / K.
  package init(
    embeddings: Tensor, scores: Tensor, prototypeShare: Double, selectedShare: Double
  ) throws {
    let (count, clusters) = (scores.size(0), scores.size(1))
    let share = Double(count / max(1, clusters)) * selectedShare
    // At least one each, which a block has unless it is smaller than K.
    let (members, most) = (max(1, Int(share)), max(1, Int(share * prototypeShare)))
    prototypes = Tensor.concatenated(
      try scores.largestRows(most).map {
        embeddings.rows(Tensor($0).to(embeddings.device)).mean(along: [0], keep: true)
      })
    selected = try embeddings.matmul(prototypes.transposed()).largestRows(members).map {
      $0.sorted()
    }
  }
}

extension Tensor {
  /// Of each column of [N, K] the places of its largest elements, at most `count`, the largest first and
  /// the first of equal ones first.
  fileprivate func largestRows(_ count: Int) throws -> [[Int]] {
    let (rows, columns) = (size(0), size(1))
    let values = try transposed().contiguous().floats()
    return (0..<columns).map { column in
      let own = values[column * rows..<(column + 1) * rows]
      let order = own.indices.sorted { (own[$1], $0) < (own[$0], $1) }
      return order.prefix(count).map { $0 - column * rows }
    }
  }
}
