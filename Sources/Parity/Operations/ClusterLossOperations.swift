import Methods
import Torch

/// Losses of cluster assignments with their gradients. References: PyTorch's autograd, checked
/// against the official code of CC and IIC. Errors are relative; the shared cases allow 1e-4.
///
/// - `loss.cc_cluster`: probabilities a, b [N, K]; `temperature`. NT-Xent over the 2K cluster
///   columns, plus the balance term of each view.
/// - `loss.iic`: probabilities a, b [N, K]; `lambda_`. Minus the mutual information of the
///   symmetrised joint distribution.
/// - `loss.dec`: embedding [N, D], centres [K, D]. Student-t assignment, sharpened target without a
///   gradient, KL(target, assignment) / N.
let clusterLossOperations: [String: ParityFile.Operation] = [
  "loss.cc_cluster": { parity in
    let (a, b) = (try parity.leaf("a"), try parity.leaf("b"))
    let loss =
      try clusterContrastLoss(a, b, temperature: parity.number("temperature"))
      + balanceLoss(a) + balanceLoss(b)
    return try parity.error(of: loss, gradients: [("grad_a", a), ("grad_b", b)])
  },

  "loss.iic": { parity in
    let (a, b) = (try parity.leaf("a"), try parity.leaf("b"))
    let loss = try mutualInformationLoss(a, b, lambda: parity.number("lambda_"))
    return try parity.error(of: loss, gradients: [("grad_a", a), ("grad_b", b)])
  },

  "loss.dec": { parity in
    let (embedding, centres) = (try parity.leaf("embedding"), try parity.leaf("centres"))
    let assignment = studentAssignment(embedding, centres: centres)
    let target = sharpenedTarget(assignment)
    let loss = targetDivergence(target, assignment)
    return try largest(
      parity.relativeError(assignment, "assignment"), parity.relativeError(target, "target"),
      parity.error(
        of: loss, gradients: [("grad_embedding", embedding), ("grad_centres", centres)]))
  },
]
