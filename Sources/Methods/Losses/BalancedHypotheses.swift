import Torch

/// Classes of all images that make all clusters about equally large: the consensus probabilities are scaled by
/// Sinkhorn's iterations to rows of sum 1 and columns of sum N / K, and an image's class is the largest of its row
/// (docs/scl.md, `hypotheses: balanced`; Asano, Rupprecht and Vedaldi, "Self-labelling via simultaneous clustering
/// and representation learning", ICLR 2020, section 3.2).
///
/// The sums of the scaled probabilities are balanced, not the numbers of images: these can differ where
/// probabilities are far from 0 and 1, and a cluster whose probability is the same for all images can stay empty.
/// A higher power brings the probabilities nearer to 0 and 1.
package struct BalancedHypotheses {
  /// The class of each image, int64 [N].
  package let labels: Tensor
  /// The logarithm of the factor of each cluster, [K], of mean 0.
  package let logScalings: Tensor

  /// - Parameters:
  ///   - consensus: probabilities of all images, [N, K], such as p q / sum_k p q.
  ///   - power: what they are raised to, at least 1 (the paper's lambda, of which its code uses 25).
  ///   - iterations: how often the columns are scaled.
  package init(_ consensus: Tensor, power: Double = 1, iterations: Int) {
    let consensus = consensus.detached()
    (labels, logScalings) = Torch.withoutGradients {
      let blocks = Sinkhorn.blocks(of: consensus.size(0))
      let matrix = Tensor.zeros([1], on: consensus.device).to(.float64)
        .expanded(consensus.shape).copy()
      for block in blocks {
        let scores = Self.scores(of: consensus.narrowed(0, to: block), power)
        matrix.narrowed(0, to: block)
          .copy(from: (scores - scores.maximum(along: [1], keep: true)).exp())
      }
      let logarithms = Sinkhorn(matrix, rowsFirst: true, iterations: iterations).columns.log()
      // A factor common to all clusters changes nothing.
      let scalings = (logarithms - logarithms.mean()).squeezed(0).to(.float32)
      let labels = blocks.map {
        Self.labels(of: consensus.narrowed(0, to: $0), power: power, logScalings: scalings)
      }
      return (Tensor.concatenated(labels), scalings)
    }
  }

  /// The classes of further predictions by factors that were found before: argmax_k of
  /// power log P_ik + `logScalings`_k, int64 [B].
  ///
  /// - Parameters:
  ///   - consensus: probabilities, [B, K].
  ///   - power: that of the hypotheses.
  ///   - logScalings: [K]; with zeros, the classes are those of the largest probabilities.
  package static func labels(of consensus: Tensor, power: Double = 1, logScalings: Tensor) -> Tensor
  {
    (scores(of: consensus.detached(), power) + logScalings).argmax(along: 1)
  }

  /// power log P, float64 [B, K].
  private static func scores(of consensus: Tensor, _ power: Double) -> Tensor {
    consensus.to(.float64).clamped(atLeast: 1e-300).log() * power
  }
}
