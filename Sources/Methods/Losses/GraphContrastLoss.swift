import Foundation
import Torch

/// A neighbour of each image of a batch in a graph of nearest neighbours.
package struct GraphNeighbours {
  /// Unit embeddings, [B, D].
  public let embeddings: Tensor
  /// By `graphNeighbourWeights`, [B].
  public let weights: Tensor

  /// - Parameters:
  ///   - embeddings: unit embeddings of the neighbours, [B, D].
  ///   - weights: of the neighbours, [B], above 0.
  public init(embeddings: Tensor, weights: Tensor) {
    self.embeddings = embeddings
    self.weights = weights
  }
}

/// GCC's contrast of representations along a graph: an image has to find its other view and its
/// neighbours among the batch (Zhong et al., "Graph Contrastive Clustering", ICCV 2021, the
/// representation graph contrastive loss, as GCC@530c11b computes it).
///
/// With f the anchors, a their other views, n_j the j-th neighbours and w_j their weights:
///
///     positive_i = exp(f_i . a_i / tau) + sum_j w_ji exp(f_i . w_ji n_ji / tau)
///     L = -mean_i log [ positive_i / sum over all other candidates c of exp(f_i . c / tau) ]
///
/// The candidates are all f, all a and all w_j n_j. Unlike in NT-Xent, an anchor is its own candidate.
/// Without neighbours, the sum below is over all candidates, the positive too.
///
/// ```swift
/// let loss = graphContrastLoss(first, second, temperature: 0.1)
/// ```
///
/// - Parameters:
///   - anchors: unit embeddings f of one view, [B, D].
///   - others: unit embeddings a of the other view, [B, D].
///   - neighbours: one neighbour of each image at a time.
///   - temperature: tau.
package func graphContrastLoss(
  _ anchors: Tensor, _ others: Tensor, neighbours: [GraphNeighbours] = [], temperature: Double
) -> Tensor {
  let indices = Tensor.indices(anchors.size(0), on: anchors.device)
  let own = indices.unsqueezed(1).isEqual(to: indices.unsqueezed(0))
  let scaled = anchors / temperature
  /// Similarities to candidates, [B, B], and those of an image's own one among them, [B, 1].
  func similarities(_ candidates: Tensor) -> (all: Tensor, own: Tensor) {
    (
      scaled.matmul(candidates.transposed()),
      (scaled * candidates).sum(along: [1], keep: true)
    )
  }
  let itself = scaled.matmul(anchors.transposed())
  let augmented = similarities(others)
  if neighbours.isEmpty {
    let all = Tensor.concatenated([itself, augmented.all], along: 1)
    return (all.logSumExp(along: [1], keep: true) - augmented.own).mean()
  }
  /// What stands for the logarithm of nothing: gradients go through it.
  let nothing = -1e9
  var positives = [augmented.own]
  var rest = [itself, augmented.all.filled(where: own, with: nothing)]
  for neighbour in neighbours {
    let weights = neighbour.weights.unsqueezed(1)
    let found = similarities(neighbour.embeddings * weights)
    positives.append(found.own + weights.log())
    rest.append(found.all.filled(where: own, with: nothing))
  }
  let positive = Tensor.concatenated(positives, along: 1).logSumExp(along: [1])
  return (Tensor.concatenated(rest, along: 1).logSumExp(along: [1]) - positive).mean()
}

/// The weights sqrt(3 / degree) of images as neighbours, by the graph of nearest neighbours without
/// directions: images that many others are near to count less. The degree is the number of images that
/// are in an image's row or have it in theirs, the image itself counted (GCC@530c11b; the paper, as far
/// as it is known here, divides by both images' degrees).
///
/// - Parameters:
///   - rows: neighbours of each of N images, [N, width], each from 0 to N - 1. Whether an image is in its
///     own row makes no difference.
///   - width: the neighbours in a row.
/// - Returns: the weight of each image, [N].
package func graphNeighbourWeights(_ rows: [Int], width: Int) -> [Float] {
  let sets = stride(from: 0, to: rows.count, by: width).map { Set(rows[$0..<$0 + width]) }
  var degrees = [Int](repeating: 1, count: sets.count)
  for (image, neighbours) in sets.enumerated() {
    for neighbour in neighbours where neighbour != image {
      degrees[image] += 1
      // Where both have each other, each is counted in its own row.
      if !sets[neighbour].contains(image) { degrees[neighbour] += 1 }
    }
  }
  return degrees.map { (3 / Float($0)).squareRoot() }
}
