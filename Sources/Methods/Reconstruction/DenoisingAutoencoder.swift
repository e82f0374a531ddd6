import Core
import Torch
import Vision

/// A denoising autoencoder, and k-means on its codes: it learns to undo noise that its input is given.
///
/// Vincent, P., Larochelle, H., Bengio, Y. and Manzagol, P.-A., "Extracting and Composing Robust Features with
/// Denoising Autoencoders", ICML 2008, and Vincent, P., Larochelle, H., Lajoie, I., Bengio, Y. and Manzagol,
/// P.-A., "Stacked Denoising Autoencoders", JMLR 11, 2010, which the published tables name for this row; they
/// name neither network nor noise.
package final class DenoisingAutoencoder: TrainedMethod {
  /// What is done to pixels of 0 to 1.
  public enum Noise: String, CaseIterable, Sendable {
    /// Values are set to zero.
    case masking
    /// Normal noise is added.
    case gaussian
  }

  /// How far a reconstruction is from the image.
  public enum Reconstruction: String, CaseIterable, Sendable {
    /// The mean squared difference.
    case squared
    /// The cross-entropy of a sigmoid to pixels of 0 to 1, summed over an image.
    case crossEntropy = "cross-entropy"
  }

  /// The network, the optimiser and the final k-means are those of `Autoencoder`.
  public struct Settings: Configurable {
    /// Starts of the final k-means; the best one is kept.
    public var restarts = 20
    /// What is done to the input's values.
    public var noise = Noise.masking
    /// The share of the values that masking noise sets to zero.
    public var corruption = 0.25
    /// The standard deviation of normal noise, of pixels of 0 to 1.
    public var deviation = 0.1
    /// How far a reconstruction is from the image.
    public var reconstruction = Reconstruction.squared
    /// The autoencoder.
    public var network = AutoencoderSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings.adam(1e-3, batchSize: 256)
    /// Whether the images' mean is subtracted and what is left divided by their deviation.
    public var normalise = true

    public init() {}

    /// A cross-entropy is of values from 0 to 1.
    public var contradiction: String? {
      reconstruction == .crossEntropy && normalise
        ? "reconstruction cross-entropy takes pixels of 0 to 1, which normalise true does not leave"
        : nil
    }

    public static let schema = SettingsSchema<Self>(
      .integer("restarts", \.restarts, in: 1...1000, "starts of the final k-means"),
      from: "ours, as ae"
    )
    .adding(
      .choice("noise", \.noise, "what is done to the input's values while it learns"),
      .number(
        "corruption", \.corruption, in: 0...0.99,
        "share of the input's values that masking noise sets to zero"),
      .number(
        "noise_deviation", \.deviation, in: 0...10,
        "standard deviation of gaussian noise, for pixels of 0 to 1"),
      .choice("reconstruction", \.reconstruction, "how far a reconstruction is from the image"),
      from: "Vincent et al., JMLR 11, 2010, sections 2.2 and 3.3; shares of 0.1 to 0.5 are usual"
    )
    .including(\.network, from: "ours, as ae: Xie et al., ICML 2016, section 4.3")
    .adding(
      .boolean(
        "normalise", \.normalise, "subtract the images' mean and divide by their deviation"),
      from: "ours, as ae"
    )
    .including(\.training, from: "ours, as ae")
  }

  public static let description = MethodDescription(
    name: "dae", title: "DAE", family: .reconstruction, version: 2,
    reference:
      "Vincent et al., Extracting and Composing Robust Features with Denoising Autoencoders, ICML 2008; "
      + "Vincent et al., Stacked Denoising Autoencoders, JMLR 11, 2010",
    summary: "k-means on the codes from which a decoder reconstructs images that were given noise")

  public let inputs: Inputs
  /// What is scored, normalised by the settings.
  public let augmentation: Augmentation
  /// What is learnt from: pixels of 0 to 1, which noise is defined on.
  private let pixels: Augmentation
  private let model: AutoencoderNetwork

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    augmentation = try Augmentation(
      .unchanged(normalise: inputs.settings.normalise), for: inputs, crop: .square(share: 1))
    pixels = try Augmentation(
      .unchanged(normalise: false), for: inputs, crop: .square(share: 1))
    model = try AutoencoderNetwork(
      inputs.settings.network, size: inputs.images.height, context: inputs.context)
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 1) }
  public var network: any Module { model }

  /// The images themselves, of values from 0 to 1.
  public func views(of images: ImageSet, at positions: [Int], epoch: Int) -> [Tensor] {
    [pixels.view(0, of: images, at: positions, epoch: epoch)]
  }

  /// How far the reconstruction is from the image without noise (section 2.3 of the first paper).
  public func loss(_ batch: Batch) -> [LossTerm] {
    let images = batch.views[0]
    let code = model.encoder(augmentation.normalised(corrupted(images, batch)), training: true)
    let rebuilt = model.decoder(code, training: true)
    let reconstruction =
      switch settings.reconstruction {
      case .squared: (rebuilt - augmentation.normalised(images)).squared().mean()
      case .crossEntropy: bernoulliReconstruction(rebuilt.sigmoid(), images)
      }
    return [("reconstruction", reconstruction)]
  }

  /// The images with noise.
  private func corrupted(_ images: Tensor, _ batch: Batch) -> Tensor {
    switch settings.noise {
    case .masking:
      return images * MaskingNoise(share: settings.corruption).mask(of: images, batch, inputs)
    case .gaussian:
      let values = images.count / max(1, batch.positions.count)
      return images + inputs.normalNoise(values, batch).reshaped(images.shape) * settings.deviation
    }
  }

  /// k-means on the codes of images without noise.
  public func assign(_ images: ImageSet) throws -> [Int32] {
    try FeatureClustering(restarts: settings.restarts, for: inputs)
      .assign(images, by: model.encoder, augmentation)
  }
}

extension DenoisingAutoencoder: AppliesToNewImages {}
