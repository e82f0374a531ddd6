import Methods
import Torch

/// Losses of clusterings and their gradients.
let clusterLossOperations: [String: ParityFile.Operation] = [
  "loss.cc_cluster": { parity in
    let (a, b) = (try parity.leaf("a"), try parity.leaf("b"))
    let loss =
      try clusterContrastLoss(a, b, temperature: parity.number("temperature"))
      + balanceLoss(a) + balanceLoss(b)
    return try error(of: loss, [("grad_a", a), ("grad_b", b)], parity)
  },

  "loss.iic": { parity in
    let (a, b) = (try parity.leaf("a"), try parity.leaf("b"))
    let loss = try mutualInformationLoss(a, b, lambda: parity.number("lambda_"))
    return try error(of: loss, [("grad_a", a), ("grad_b", b)], parity)
  },

  "loss.dec": { parity in
    let (embedding, centres) = (try parity.leaf("embedding"), try parity.leaf("centres"))
    let assignment = try studentAssignment(embedding, centres: centres)
    let target = try sharpenedTarget(assignment)
    let loss = try targetDivergence(target, assignment)
    return try largest(
      parity.relativeError(assignment, "assignment"), parity.relativeError(target, "target"),
      error(of: loss, [("grad_embedding", embedding), ("grad_centres", centres)], parity))
  },
]

/// The largest relative error of a loss and its gradients, by their names in the case; infinite where
/// there is no gradient.
private func error(
  of loss: Tensor, _ leaves: [(expected: String, leaf: Tensor)], _ parity: ParityCase
) throws -> Double {
  try loss.backward()
  return try leaves.reduce(parity.relativeError(loss, "loss")) { worst, leaf in
    try largest(
      worst,
      leaf.leaf.gradient.map { try parity.relativeError($0, leaf.expected) } ?? .infinity)
  }
}
