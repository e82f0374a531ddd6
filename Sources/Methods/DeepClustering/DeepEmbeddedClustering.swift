import ClassicalClustering
import Core
import Torch
import Vision

/// Deep embedded clustering: an autoencoder's encoder and cluster centres on its codes learn from
/// their own confident assignments.
///
/// Xie, J., Girshick, R. and Farhadi, A., "Unsupervised Deep Embedding for Clustering Analysis", ICML
/// 2016.
package final class DeepEmbeddedClustering: TrainedMethod, ReportsConfidence {
  /// How far the frequencies f_j of the target go.
  public enum TargetScope: String, CaseIterable, Sendable {
    /// Over all images, as equation 3 has it, found anew before each epoch.
    case images
    /// Over the batch.
    case batch
  }

  /// The defaults are the paper's (section 4.3): SGD with a rate of 0.01, batches of 256. It stops when
  /// fewer than one image in a thousand changes its cluster; here after a number of epochs.
  public struct Settings: Configurable {
    /// Starts of k-means for the first centres.
    public var restarts = 20
    /// Over what the frequencies f_j of equation 3 are counted.
    public var target = TargetScope.images
    /// The autoencoder whose encoder it starts from.
    public var network = AutoencoderSettings()
    /// Whether the images' mean is subtracted and what is left divided by their deviation.
    public var normalise = true
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings()

    public init() {
      training.epochs = 50
      training.batchSize = 256
      training.learningRate = 0.01
      training.nesterov = false
      training.weightDecay = 0
      training.schedule = .constant
    }

    public static let schema = SettingsSchema<Self>(
      .integer("restarts", \.restarts, in: 1...1000, "starts of k-means for the first centres"),
      .choice("target", \.target, "over what the frequencies of clusters are counted"),
      from: "Xie et al., ICML 2016, section 4.3"
    )
    .including(\.network)
    .adding(
      .boolean(
        "normalise", \.normalise, "subtract the images' mean and divide by their deviation")
    )
    .including(\.training)
  }

  public static let description = MethodDescription(
    name: "dec", title: "DEC", family: .deepClustering, version: 2,
    reference:
      "Xie et al., Unsupervised Deep Embedding for Clustering Analysis, ICML 2016",
    summary: "an autoencoder's codes and cluster centres, sharpened by their own assignments")

  private struct Network: Module {
    let encoder: any Coder
    /// mu, [K, D].
    let centres: Tensor

    var ownParameters: [NamedTensor] { [("centres", centres)] }
    var children: [(name: String, module: any Module)] { [("encoder", encoder)] }

    /// Equation 1: [B, K].
    func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
      studentAssignment(encoder(images, training: training), centres: centres)
    }
  }

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let model: Network
  /// P of every image, [N, K]; of no meaning where the batch is the target's scope.
  private let targets: Tensor

  /// The autoencoder that it starts from, with the same network and pixels.
  public static func stage(of settings: Settings) -> Stage? {
    var values = AutoencoderSettings.schema.values(of: settings.network)
    values["normalise"] = .boolean(settings.normalise)
    return Stage(method: Autoencoder.description.name, settings: values)
  }

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let (settings, context) = (inputs.settings, inputs.context)
    let stage = try context.finishedStage(for: Self.self, settings)
    let augmentation = try Augmentation(
      .unchanged(normalise: settings.normalise), for: inputs, crop: .square(share: 1))
    self.augmentation = augmentation
    let autoencoder = try AutoencoderNetwork(
      settings.network, size: inputs.images.height, context: context)
    try autoencoder.load(stage)
    let codes = augmentation.overAll(inputs.images) { views, _ in
      autoencoder.encoder(views, training: false)
    }
    let kMeans = KMeans(
      clusters: context.clusters, restarts: settings.restarts, context: context)
    let dimensions = settings.network.dimensions
    let centres = try kMeans.fit(codes.floats(), dimensions: dimensions).centres
    model = Network(
      encoder: autoencoder.encoder,
      centres: Tensor(centres, shape: [context.clusters, dimensions]).to(context.device)
        .settingRequiresGradient())
    targets = Tensor.zeros([inputs.images.count, context.clusters], on: context.device)
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 1) }
  public var network: any Module { model }
  public var memory: [NamedTensor] { [("targets", targets)] }

  /// Finds the targets of all images.
  public func beginEpoch(_ epoch: Int) {
    guard settings.target == .images else { return }
    targets.copy(from: sharpenedTarget(assignments(of: learnt)))
  }

  /// Equations 2 and 3.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let assignment = model(batch.views[0], training: true)
    let target =
      settings.target == .images
      ? targets.rows(batch.index) : sharpenedTarget(assignment)
    return [("divergence", targetDivergence(target, assignment))]
  }

  /// The nearest centre, which is that of the largest q.
  public func confidentAssignment(of images: ImageSet) throws -> ConfidentAssignment {
    try ConfidentAssignment(probabilities: assignments(of: images))
  }

  /// q of all of `images`, [N, K].
  private func assignments(of images: ImageSet) -> Tensor {
    augmentation.overAll(images) { views, _ in model(views, training: false) }
  }
}
