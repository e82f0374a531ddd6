import Core
import Domain
import Torch
import Vision

/// A generator makes images that a discriminator tells from real ones; k-means clusters the features of the
/// discriminator.
///
/// Radford, A., Metz, L. and Chintala, S., "Unsupervised Representation Learning with Deep Convolutional
/// Generative Adversarial Networks", ICLR 2016. The tables that have this row do not say what was trained for
/// how long, nor what was clustered.
package final class DCGAN: TrainedMethod {
  /// The defaults are those of the example in PyTorch's repository (commit 77f55b9).
  public struct Settings: Configurable {
    /// Maps of the discriminator's first layer and of the generator's last but one.
    public var channels = 64
    /// The length of a code.
    public var codes = 100
    /// beta1 of Adam.
    public var beta1 = 0.5
    /// Height and width of an image in pixels; 0 stands for those of the image.
    public var viewSize = 0
    /// Starts of the final k-means; the best one is kept.
    public var restarts = 10
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings.adam(2e-4, batchSize: 64, epochs: 25)

    public init() {}

    public static let schema = SettingsSchema<Self>(
      .integer(
        "channels", \.channels, in: 4...512,
        "maps of the discriminator's first layer and of the generator's last but one"),
      .integer("codes", \.codes, in: 1...4096, "length of a code"),
      .number(
        "adam_beta1", \.beta1, in: 0...0.9999, "share of its first moment that Adam keeps"),
      .integer(
        SettingName.viewSize, \.viewSize, in: 0...1024, "side of an image in pixels; 0: the image's"
      )
    )
    .adding(
      .integer("restarts", \.restarts, in: 1...1000, "starts of the final k-means"), from: "ours"
    )
    .including(\.training)
  }

  public static let description = MethodDescription(
    name: "dcgan", title: "DCGAN + k-means", family: .reconstruction, version: 2,
    reference:
      "Radford et al., Unsupervised Representation Learning with Deep Convolutional Generative "
      + "Adversarial Networks, ICLR 2016",
    summary: "k-means on a discriminator's maps, pooled to 4 x 4 (section 5.1)",
    code: "pytorch/examples@77f55b9, dcgan/main.py")

  /// Sides have to be 4 pixels doubled; the example has 64.
  public static let benchmarkDefaults = BenchmarkDefaults.each(
    of: ["stl10", "imagenet10", "imagenet-dogs"], ["view_size": 64])

  /// What a step updates, in this order.
  private enum Part: String, CaseIterable {
    case discriminator
    case generator
  }

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let model: DCGANNetwork
  /// The generated images of the step, which both updates use, with the generator's gradients.
  private var fakes: Tensor?

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let settings = inputs.settings
    augmentation = try Augmentation(
      .unchanged(normalise: false), for: inputs,
      size: settings.viewSize == 0 ? nil : settings.viewSize, crop: .square(share: 1))
    model = try DCGANNetwork(
      channels: settings.channels, codes: settings.codes, size: augmentation.size,
      context: inputs.context)
  }

  public var plan: TrainingPlan {
    // Other optimisers have the setting `momentum`.
    let parts = settings.training.optimiser == .adam ? Part.allCases : []
    return TrainingPlan(
      training: settings.training, views: 1,
      momenta: Dictionary(uniqueKeysWithValues: parts.map { ($0.rawValue, settings.beta1) }))
  }

  public var network: any Module { model }

  /// The discriminator first, and then the generator against the new discriminator.
  public var updates: [String] { Part.allCases.map(\.rawValue) }

  /// The discriminator sees real and generated images as batches of their own, so that each is normalised
  /// by itself.
  public func loss(_ batch: Batch) -> [LossTerm] {
    guard batch.part == Part.generator.rawValue, let fakes else {
      // An image of a code of its own for each image of the batch.
      let fakes = model.generator(inputs.normalNoise(settings.codes, batch), training: true)
      self.fakes = fakes
      let real = model.discriminator(Self.scaled(batch.views[0]), training: true).logits
      let fake = model.discriminator(fakes.detached(), training: true).logits
      let loss = adversarialLoss(real, areReal: true) + adversarialLoss(fake, areReal: false)
      return [("discriminator", loss)]
    }
    let verdict = model.discriminator(fakes, training: true).logits
    return [("generator", adversarialLoss(verdict, areReal: true))]
  }

  public func finishStep(_ batch: Batch) { fakes = nil }

  /// Pixels of 0 to 1 as the generator makes them, -1 to 1.
  private static func scaled(_ images: Tensor) -> Tensor { images * 2 - 1 }

  /// k-means on the maps of all layers, max-pooled to 4 x 4.
  public func assign(_ images: ImageSet) throws -> [Int32] {
    try FeatureClustering(restarts: settings.restarts, for: inputs).assign(images) { images in
      try augmentation.overAll(images) { views, _ in
        pooledMaps(model.discriminator(Self.scaled(views), training: false).maps)
      }.floats()
    }
  }
}

extension DCGAN: AppliesToNewImages {}
