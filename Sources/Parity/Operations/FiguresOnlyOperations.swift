import Methods
import Torch

/// Losses of methods of which the tables have published figures only. They are written here from their
/// formulas, so that files of cases can be compared whole. References: GATCluster's official code;
/// PyTorch's autograd on JULE's formula. Errors are relative; the shared cases allow 1e-4. B images, K
/// clusters, D dimensions.
///
/// - `loss.gatcluster`: probabilities, attended, reference [B, K]; relation [B, B]; `similarity_weight`,
///   `entropy_weight`, `relation_weight`, `attention_weight`. Targets of both classifiers, and the weighted
///   sum of similarity to the targets, entropy, relations of pairs, and attention.
/// - `loss.jule_triplet`: anchor, positive, negative [B, D]; `margin`, `gamma`. The mean of
///   max(0, gamma |a - p|^2 - |a - n|^2 + margin).
let figuresOnlyOperations: [String: ParityFile.Operation] = [
  "loss.gatcluster": { parity in
    let (probabilities, attended) = (
      try parity.leaf("probabilities"), try parity.leaf("attended")
    )
    let (reference, relation) = (try parity.tensor("reference"), try parity.tensor("relation"))
    let sizes = reference.sum(along: [0], keep: true) + 1e-5
    let similarity = distribution(reference / sizes)
    let attention = distribution(reference.squared() / sizes)
    let entropies = [probabilities, attended].map { predictions in
      let mean = predictions.mean(along: [0])
      return (mean * mean.log()).sum()
    }
    let loss =
      try (probabilities * similarity).sum(along: [1]).mean()
      * -parity.number("similarity_weight")
      + (entropies[0] + entropies[1]) * parity.number("entropy_weight")
      + relationLoss(probabilities, relation) * parity.number("relation_weight")
      + binaryCrossEntropies(attended, attention).mean() * parity.number("attention_weight")
    return try parity.error(
      of: loss, parts: [("target_similarity", similarity), ("target_attention", attention)],
      gradients: [("grad_probabilities", probabilities), ("grad_attended", attended)])
  },

  "loss.jule_triplet": { parity in
    let (anchor, positive, negative) = (
      try parity.leaf("anchor"), try parity.leaf("positive"), try parity.leaf("negative")
    )
    func distances(to other: Tensor) -> Tensor { (anchor - other).squared().sum(along: [1]) }
    let loss = try
      (distances(to: positive) * parity.number("gamma") - distances(to: negative)
      + parity.number("margin")).relu().mean()
    return try parity.error(
      of: loss,
      gradients: [
        ("grad_anchor", anchor), ("grad_positive", positive), ("grad_negative", negative),
      ])
  },
]

/// Values [B, K] divided by the sums of their rows.
private func distribution(_ values: Tensor) -> Tensor {
  values / (values.sum(along: [1], keep: true) + 1e-5)
}

/// The binary cross-entropy of the products of predictions at unit length and the pairs' relations, mean over
/// each pair once and each image with itself.
private func relationLoss(_ probabilities: Tensor, _ relation: Tensor) -> Tensor {
  let lengths = probabilities.squared().sum(along: [1], keep: true).squareRoot() + 1e-5
  let unit = probabilities / lengths
  let count = probabilities.size(0)
  let numbers = Tensor.indices(count, on: probabilities.device)
  let isLater = numbers.unsqueezed(1).isLess(than: numbers.unsqueezed(0))
  let products = unit.matmul(unit.transposed()).clamped(to: 0...1)
  return binaryCrossEntropies(products, relation).filled(where: isLater, with: 0).sum()
    / Double(count * (count + 1) / 2)
}
