import Torch

/// The clusters of a memory as their centres, and how similar embeddings are to these: the prediction by visual
/// similarity q from prototypes (docs/scl.md, `similarity: prototype`).
///
/// c_k is the mean of the vectors m_j with y_j = k, of unit length. q_i is a softmax over the K clusters of
/// x_i . c_k / tau, and costs one product of [B, D] and [D, K].
package struct ClusterPrototypes {
  /// c, unit rows, [K, D]; zero for a cluster without members, or whose members cancel each other out.
  package let centres: Tensor
  /// The sum of each cluster's vectors, [K, D].
  private let sums: Tensor
  private let memory: ClusteredMemory

  /// Goes through the memory once, cluster by cluster.
  /// - Parameter memory: no gradient flows into it.
  package init(_ memory: ClusteredMemory) {
    self.memory = memory
    (sums, centres) = Torch.withoutGradients {
      let sums = Tensor.concatenated(
        memory.clusters.map { memory.vectors(at: $0).sum(along: [0], keep: true) })
      return (sums, sums.normalisedRows())
    }
  }

  /// q, [B, K]: softmax over k of x_i . c_k / tau. A cluster without members has the probability 0, except
  /// that all clusters are equally likely where none has any. Gradients flow into x alone.
  ///
  /// - Parameters:
  ///   - features: unit embeddings x, [B, D].
  ///   - positions: the memory's entry of each feature, [B]. It is left out of the centre of its cluster, as
  ///     an image would else find itself there. Nil for images without an entry.
  ///   - temperature: tau.
  /// - Throws: `TorchError` where the memory has no such entry.
  package func prediction(
    _ features: Tensor, positions: [Int]?, temperature: Double
  ) throws -> Tensor {
    let (device, clusters) = (features.device, memory.clusters.count)
    var products = features.matmul(centres.transposed())
    var sizes = Tensor(memory.clusters.map { Float($0.count) }, shape: [1, clusters]).to(device)
    if let entries = try positions.map(memory.entries) {
      let isOwn = entries.classes.unsqueezed(1).isEqual(to: Tensor.indices(clusters, on: device))
      let withoutOwn = Torch.withoutGradients {
        (sums.rows(entries.classes) - memory.vectors.rows(entries.index)).normalisedRows()
      }
      products = isOwn.select((features * withoutOwn).sum(along: [1], keep: true), else: products)
      sizes = sizes - isOwn.to(.float32)
    }
    return (products / temperature)
      .filled(where: sizes.isLess(than: 0.5), with: MemorySoftmax.logarithmOfNothing)
      .softmax(along: 1)
  }
}
