import Torch

/// The negative log-likelihood of pixels under Bernoulli distributions, summed over an image, mean over the
/// batch: -sum_p [ x_p log y_p + (1 - x_p) log (1 - y_p) ] (Kingma and Welling, "Auto-Encoding Variational
/// Bayes", ICLR 2014, appendix C.1; Vincent et al., JMLR 11, 2010, section 2.2).
///
/// - Parameters:
///   - reconstruction: y, probabilities, [B, ...].
///   - images: x, in 0...1, of the same shape.
public func bernoulliReconstruction(_ reconstruction: Tensor, _ images: Tensor) -> Tensor {
  // log 0 stands for log 1e-12; float32 has no number between 1 - 6e-8 and 1.
  let logarithm = reconstruction.clamped(to: 1e-12...1).log()
  let complement = (1 - reconstruction).clamped(to: 1e-12...1).log()
  let likelihood = images * logarithm + (1 - images) * complement
  return -likelihood.sum() / Double(images.size(0))
}

/// The same under normal distributions of variance 1, without the constant: half the squared difference,
/// summed over an image, mean over the batch (the same paper, appendix C.2).
///
/// - Parameters:
///   - reconstruction: y, the means, [B, ...].
///   - images: x, of the same shape.
public func gaussianReconstruction(_ reconstruction: Tensor, _ images: Tensor) -> Tensor {
  (reconstruction - images).squared().sum() / (2 * Double(images.size(0)))
}

/// The divergence of normal distributions of codes from the standard normal distribution, summed over the
/// dimensions, mean over the batch: -1/2 sum_d [ 1 + log v_d - m_d^2 - v_d ] (the same paper, appendix B).
///
/// - Parameters:
///   - mean: m, [B, D].
///   - logVariance: log v, [B, D].
public func standardNormalDivergence(mean: Tensor, logVariance: Tensor) -> Tensor {
  (mean.squared() + logVariance.exp() - logVariance - 1).sum() / (2 * Double(mean.size(0)))
}

/// A code from a normal distribution, as a function of its parameters: m + e sqrt(v) (the same paper, section
/// 2.4).
///
/// - Parameters:
///   - mean: m, [B, D].
///   - logVariance: log v, [B, D].
///   - noise: e, of the standard normal distribution, [B, D].
public func gaussianSample(mean: Tensor, logVariance: Tensor, noise: Tensor) -> Tensor {
  mean + noise * (logVariance / 2).exp()
}
