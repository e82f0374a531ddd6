import Core
import Torch
import Vision

/// A variational autoencoder, and k-means on the means of its codes.
///
/// Kingma, D. P. and Welling, M., "Auto-Encoding Variational Bayes", ICLR 2014, which the published tables
/// name for this row; they do not say what network it was.
package final class VariationalAutoencoder: TrainedMethod {
  /// The distribution of pixels that the decoder gives.
  public enum Likelihood: String, CaseIterable, Sendable {
    /// Bernoulli, whose probability is a sigmoid: for pixels of 0 to 1.
    case bernoulli
    /// Normal with variance 1.
    case gaussian
  }

  /// The encoder and the decoder are those of `Autoencoder`; the loss is that of the example that PyTorch's
  /// authors give for MNIST.
  public struct Settings: Configurable {
    /// Starts of the final k-means; the best one is kept.
    public var restarts = 20
    /// The distribution of pixels that the decoder gives.
    public var likelihood = Likelihood.bernoulli
    /// Encoder and decoder.
    public var network = AutoencoderSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings.adam(1e-3, batchSize: 256)
    /// Whether the images' mean is subtracted and what is left divided by their deviation.
    public var normalise = false

    public init() {}

    /// A Bernoulli distribution is of values from 0 to 1.
    public var contradiction: String? {
      likelihood == .bernoulli && normalise
        ? "likelihood bernoulli takes pixels of 0 to 1, which normalise true does not leave" : nil
    }

    public static let schema = SettingsSchema<Self>(
      .integer("restarts", \.restarts, in: 1...1000, "starts of the final k-means"),
      from: "ours, as ae"
    )
    .adding(
      .choice("likelihood", \.likelihood, "distribution of pixels that the decoder gives"),
      from: "pytorch/examples@77f55b9, vae/main.py; gaussian: Kingma and Welling, appendix C.2"
    )
    .including(\.network, from: "ours, as ae: Xie et al., ICML 2016, section 4.3")
    .adding(
      .boolean(
        "normalise", \.normalise, "subtract the images' mean and divide by their deviation"),
      from: "pytorch/examples@77f55b9, vae/main.py"
    )
    .including(\.training, from: "ours, as ae; Adam at 1e-3: pytorch/examples@77f55b9, vae/main.py")
  }

  public static let description = MethodDescription(
    name: "vae", title: "VAE", family: .reconstruction, version: 2,
    reference: "Kingma and Welling, Auto-Encoding Variational Bayes, ICLR 2014",
    summary: "k-means on the means of codes whose distribution is kept near a normal one")

  /// An encoder to normal distributions of codes. As a `Coder` it gives their means.
  private struct GaussianEncoder: Coder {
    /// [B, 3, S, S] to [B, 2 D]: means, then logarithms of variances.
    let both: any Coder
    let dimensions: Int

    var children: [(name: String, module: any Module)] { both.children }

    func distribution(
      _ images: Tensor, training: Bool
    ) -> (mean: Tensor, logVariance: Tensor) {
      let values = both(images, training: training)
      return (
        values.narrowed(1, to: 0..<dimensions),
        values.narrowed(1, to: dimensions..<(2 * dimensions))
      )
    }

    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
      distribution(input, training: training).mean
    }
  }

  private struct Network: Module {
    let encoder: GaussianEncoder
    /// Codes [B, D] to [B, 3, S, S].
    let decoder: any Coder

    var children: [(name: String, module: any Module)] {
      [("encoder", encoder), ("decoder", decoder)]
    }
  }

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let model: Network

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let settings = inputs.settings
    augmentation = try Augmentation(
      .unchanged(normalise: settings.normalise), for: inputs, crop: .square(share: 1))
    let dimensions = settings.network.dimensions
    let autoencoder = try AutoencoderNetwork(
      settings.network, encoderOutputs: 2 * dimensions, size: inputs.images.height,
      context: inputs.context)
    model = Network(
      encoder: GaussianEncoder(both: autoencoder.encoder, dimensions: dimensions),
      decoder: autoencoder.decoder)
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 1) }
  public var network: any Module { model }

  /// Equation 10 with one sample z = m + sqrt(v) e for each image. Both terms are sums over an image: a mean
  /// over pixels would leave the divergence thousands of times too heavy.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let images = batch.views[0]
    let (mean, logVariance) = model.encoder.distribution(images, training: true)
    let sample = gaussianSample(
      mean: mean, logVariance: logVariance,
      noise: inputs.normalNoise(settings.network.dimensions, batch))
    let rebuilt = model.decoder(sample, training: true)
    let reconstruction =
      switch settings.likelihood {
      case .bernoulli: bernoulliReconstruction(rebuilt.sigmoid(), images)
      case .gaussian: gaussianReconstruction(rebuilt, images)
      }
    return [
      ("reconstruction", reconstruction),
      ("divergence", standardNormalDivergence(mean: mean, logVariance: logVariance)),
    ]
  }

  /// k-means on the means of codes.
  public func assign(_ images: ImageSet) throws -> [Int32] {
    try FeatureClustering(restarts: settings.restarts, for: inputs)
      .assign(images, by: model.encoder, augmentation)
  }
}

extension VariationalAutoencoder: AppliesToNewImages {}
