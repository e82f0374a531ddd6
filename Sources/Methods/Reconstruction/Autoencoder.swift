import Core
import Torch
import Vision

/// An autoencoder, and k-means on its codes.
///
/// Bengio, Y., Lamblin, P., Popovici, D. and Larochelle, H., "Greedy Layer-Wise Training of Deep
/// Networks", NIPS 2006, which the published tables name for this row; they do not say what network
/// it was.
package final class Autoencoder: TrainedMethod {
  /// The network and the final k-means are those that DEC starts from. It is learnt as a whole with
  /// Adam, not layer by layer: nothing is left to gain from that with ReLU and today's initialisation.
  public struct Settings: Configurable {
    /// Starts of the final k-means; the best one is kept.
    public var restarts = 20
    /// The share of the input's values that are set to zero in training.
    public var corruption = 0.0
    /// The autoencoder.
    public var network = AutoencoderSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings.adam(1e-3, batchSize: 256)
    /// Whether the images' mean is subtracted and what is left divided by their deviation.
    public var normalise = true

    public init() {}

    public static let schema = SettingsSchema<Self>(
      .integer("restarts", \.restarts, in: 1...1000, "starts of the final k-means"),
      from: "Xie et al., ICML 2016, section 4.3"
    )
    .adding(
      .number(
        "corruption", \.corruption, in: 0...0.99,
        "share of the input's values that are set to zero while it learns"),
      from: "Xie et al., ICML 2016, section 4.3; 0.2 in pt-dec@11b3055, examples/mnist/mnist.py"
    )
    .including(\.network)
    .adding(
      .boolean(
        "normalise", \.normalise, "subtract the images' mean and divide by their deviation"),
      from: "ours"
    )
    .including(\.training, from: "ours")
  }

  public static let description = MethodDescription(
    name: "ae", title: "AE", family: .reconstruction, version: 2,
    reference: "Bengio et al., Greedy Layer-Wise Training of Deep Networks, NIPS 2006",
    summary: "k-means on the codes from which a decoder reconstructs the images")

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let model: AutoencoderNetwork

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    augmentation = try Augmentation(
      .unchanged(normalise: inputs.settings.normalise), for: inputs, crop: .square(share: 1))
    model = try AutoencoderNetwork(
      inputs.settings.network, size: inputs.images.height, context: inputs.context)
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 1) }
  public var network: any Module { model }

  /// The mean squared difference of pixels.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let images = batch.views[0]
    let seen = settings.corruption > 0 ? corrupted(images, batch) : images
    let rebuilt = model.decoder(model.encoder(seen, training: true), training: true)
    return [("reconstruction", (rebuilt - images).squared().mean())]
  }

  /// The images with values set to zero at random and the others scaled up, as dropout does it. The method
  /// `dae` sets pixels to black instead and scales nothing.
  private func corrupted(_ images: Tensor, _ batch: Batch) -> Tensor {
    let kept = Float(1 / (1 - settings.corruption))
    return images
      * MaskingNoise(share: settings.corruption).mask(of: images, batch, inputs, kept: kept)
  }

  /// k-means on codes.
  public func assign(_ images: ImageSet) throws -> [Int32] {
    try FeatureClustering(restarts: settings.restarts, for: inputs)
      .assign(images, by: model.encoder, augmentation)
  }
}

extension Autoencoder: AppliesToNewImages {}
