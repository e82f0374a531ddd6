import Torch

/// How far a discriminator's verdict on images is from the one that is wanted: the mean binary cross-entropy of
/// sigmoid(logits) to 1 for real images or to 0 for generated ones (Goodfellow et al., "Generative Adversarial
/// Nets", NIPS 2014, equation 1).
///
/// The generator wants its images to pass for real: `adversarialLoss(fakes, areReal: true)`, the form whose
/// gradient does not vanish (section 3 there).
///
/// - Parameters:
///   - logits: [B].
///   - areReal: the verdict that is wanted.
public func adversarialLoss(_ logits: Tensor, areReal: Bool) -> Tensor {
  (areReal ? -logits : logits).softplus().mean()
}
