import Core
import Domain
import Foundation
import Torch
import Vision

/// Twin contrast clustering in the form of its first author's code: images find their keys among earlier ones,
/// and so do clusters, whose vectors are means of the batch's embeddings weighted by assignments with Gumbel
/// noise.
///
/// Shen, Y., Shen, Z., Wang, M., Qin, J., Torr, P. and Shao, L., "You Never Cluster Alone", NeurIPS 2021. The
/// paper's final loss and constants could not be read. This is the state of its first author's working
/// repository before it (ymcidence/OperationVerdandi, commit f70a1cc).
package final class TCC: TrainedMethod, ReportsConfidence, ReportsReadOuts {
  /// The defaults are those of that code, with prototypes that learn, as it means them to.
  public struct Settings: Configurable {
    /// tau of both contrasts.
    public var temperature = 1.0
    /// lambda of the assignment.
    public var assignmentTemperature = 0.3
    /// The part of the training in which assignments have Gumbel noise.
    public var noiseSpan: EpochSpan = 0.25
    /// The weight of DEC's term.
    public var sharpenWeight = 0.1
    /// Earlier keys of images.
    public var queue = 16_384
    /// Earlier keys of each cluster.
    public var clusterQueue = 20
    /// The deviation of the noise on twice the clusters' earlier keys.
    public var queueNoise = 0.1
    /// Whether the prototypes stay where they start.
    public var prototypesAreFixed = false
    /// m, by which encoder and prototypes of the keys follow.
    public var momentum = MomentumSettings(0.999)
    /// D, the length of an embedding.
    public var dimensions = 128
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings()
    /// How views are made.
    public var augmentation = AugmentationSettings()

    public init() {
      backbone.depth = .thirtyFour
      // 400,000 steps on CIFAR-10's 60,000 images.
      training.epochs = 2560
      training.batchSize = 384
      training.optimiser = .adam
      training.learningRate = 1e-3
      training.weightDecay = 0
      // Both of the code's decays by 0.95, at epochs 120 and 160, at once.
      (training.decayStart, training.decayEvery, training.decayFactor) = (160, 100_000, 0.9025)
      augmentation.isGreyscaleFirst = true
    }

    public static let schema = SettingsSchema<Self>(
      .number("temperature", \.temperature, in: 0.01...10, "temperature tau of both contrasts"),
      .number(
        "assignment_temperature", \.assignmentTemperature, in: 0.01...10,
        "temperature of the assignment"),
      .span(
        "noise_span", \.noiseSpan, upTo: 100_000,
        "epochs, or their share of all, with Gumbel noise on assignments; 100000: to the end"),
      .number("sharpen_weight", \.sharpenWeight, in: 0...1000, "weight of DEC's divergence"),
      .integer("queue", \.queue, in: 2...1_000_000, "keys of images in the queue"),
      .integer(
        "cluster_queue", \.clusterQueue, in: 1...10_000, "keys of each cluster in the queue"),
      .number(
        "queue_noise", \.queueNoise, in: 0...10,
        "deviation of the noise that each step adds to twice the clusters' earlier keys"),
      .boolean(
        "fixed_prototypes", \.prototypesAreFixed,
        "prototypes stay where they start, as the code leaves them"),
      from: "OperationVerdandi@f70a1cc, model/moco.py"
    )
    .including(\.momentum)
    .adding(.integer("dimensions", \.dimensions, in: 2...4096, "length D of an embedding"))
    .including(\.backbone, \.training, \.augmentation)
  }

  public static let description = MethodDescription(
    name: "tcc", title: "TCC (form of the first author's code)", family: .deepClustering,
    version: 2,
    reference: "Shen et al., You Never Cluster Alone, NeurIPS 2021",
    summary: "momentum contrast of images and of the clusters that they are assigned to",
    code: "ymcidence/OperationVerdandi@f70a1cc",
    benchmarks: ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs"])

  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems

  private struct Network: Module {
    let encoder: Encoder
    /// mu, [K, D].
    let prototypes: Tensor
    let areFixed: Bool

    init(_ settings: Settings, _ context: MethodContext) {
      encoder = Encoder(settings.backbone, dimensions: settings.dimensions, context: context)
      areFixed = settings.prototypesAreFixed
      prototypes = maxMahalanobisPrototypes(
        clusters: context.clusters, dimensions: settings.dimensions
      ).to(context.device).settingRequiresGradient(!areFixed)
    }

    private var named: [NamedTensor] { [("prototypes", prototypes)] }
    var ownParameters: [NamedTensor] { areFixed ? [] : named }
    var ownBuffers: [NamedTensor] { areFixed ? named : [] }
    var children: [(name: String, module: any Module)] { encoder.children }
  }

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let model: Network
  private let keyModel: MomentumEncoder<Network>
  private let queue: KeyQueue
  private let clusterQueue: KeyQueue
  /// The last step's, [B, D] and [K, D], for the queues.
  private var keys: (images: Tensor, clusters: Tensor)?

  /// - Throws: `MethodError.unsupported` where the prototypes have no place.
  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let (settings, context) = (inputs.settings, inputs.context)
    guard context.clusters <= settings.dimensions + 1 else {
      throw MethodError.unsupported(
        method: "tcc",
        reason: "\(context.clusters) prototypes that are equally far from each other need "
          + "\(context.clusters - 1) dimensions, not \(settings.dimensions)")
    }
    augmentation = try Augmentation(settings.augmentation, for: inputs)
    model = Network(settings, context)
    keyModel = try MomentumEncoder(following: model, copy: Network(settings, context))
    queue = KeyQueue(
      count: settings.queue, dimensions: settings.dimensions, seed: context.seed,
      on: context.device)
    clusterQueue = KeyQueue(
      count: settings.clusterQueue * context.clusters, dimensions: settings.dimensions,
      seed: context.seed, on: context.device)
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 2) }
  public var network: any Module { model }

  public var memory: [NamedTensor] {
    keyModel.memory + queue.memory + clusterQueue.memory.map { ("cluster_" + $0.name, $0.tensor) }
  }

  /// The contrast of images, that of clusters, and DEC's divergence of the assignments without noise.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let keys = keyModel { vectors(of: batch, view: 1, $0) }
    let (embeddings, prototypes, clusters) = vectors(of: batch, view: 0, model)
    self.keys = (keys.embeddings, keys.clusters)
    let plain = prototypeAssignment(
      embeddings, prototypes: prototypes, noise: nil, temperature: 1)
    return [
      (
        "instance",
        queueContrastLoss(
          embeddings, keys: keys.embeddings, queue: queue.keys, temperature: settings.temperature)
      ),
      (
        "cluster",
        clusterQueueContrastLoss(
          clusters, keys: keys.clusters, queue: blurredClusterKeys(batch),
          temperature: settings.temperature)
      ),
      (
        "sharpen",
        targetDivergence(sharpenedTarget(plain, isFixed: false), plain) * settings.sharpenWeight
      ),
    ]
  }

  /// Unit embeddings [B, D] of a view, unit prototypes [K, D], and the clusters' representations [K, D].
  private func vectors(
    of batch: Batch, view: Int, _ network: Network
  ) -> (embeddings: Tensor, prototypes: Tensor, clusters: Tensor) {
    let embeddings = network.encoder(batch.views[view], training: true)
    let prototypes = network.prototypes.normalisedRows()
    let assignment = prototypeAssignment(
      embeddings, prototypes: prototypes, noise: noise(batch, view: view),
      temperature: settings.assignmentTemperature)
    return (embeddings, prototypes, clusterRepresentations(embeddings, assignment: assignment))
  }

  /// Gumbel noise for a view of each image, -log(-log u) with u uniform over 0 to 1, [B, K]; nil once
  /// assignments have none.
  private func noise(_ batch: Batch, view: Int) -> Tensor? {
    guard batch.epoch < settings.noiseSpan.wholeEpochs(of: settings.training.epochs) else {
      return nil
    }
    let values = batch.positions.flatMap { position in
      var stream = RandomStream(
        seed: context.seed, purpose: .method, epoch: batch.epoch + 1,
        item: learnt.drawKeys[position], view: view)
      return (0..<context.clusters).map { _ in
        Float(-log(-log(min(max(stream.uniform(), 1e-12), 1 - 1e-12))))
      }
    }
    return Tensor(values, shape: [batch.positions.count, context.clusters]).to(context.device)
  }

  /// The clusters' earlier keys for a step, twice each with noise of its own, at unit length: a cluster's
  /// few keys are much alike.
  private func blurredClusterKeys(_ batch: Batch) -> Tensor {
    var stream = RandomStream(
      seed: context.seed, purpose: .method, epoch: batch.epoch + 1, item: batch.step, view: 2)
    let keys = clusterQueue.keys
    let noise = Tensor.normal(
      keys.shape, standardDeviation: settings.queueNoise, from: &stream)
    return (keys * 2 + noise.to(context.device)).normalisedRows()
  }

  /// Moves the momentum encoder, and then replaces the oldest keys.
  public func finishStep(_ batch: Batch) {
    keyModel.follow(momentum: settings.momentum.value(at: plan.progress(at: batch)))
    guard let keys else { return }
    queue.append(keys.images)
    clusterQueue.append(keys.clusters)
    self.keys = nil
  }

  /// The prototype that is most similar to the embedding, without noise.
  public func confidentAssignment(of images: ImageSet) throws -> ConfidentAssignment {
    let embeddings = model.encoder.embeddings(of: images, augmentation)
    return try ConfidentAssignment(
      probabilities: Torch.withoutGradients {
        prototypeAssignment(
          embeddings, prototypes: model.prototypes.normalisedRows(), noise: nil,
          temperature: settings.assignmentTemperature)
      })
  }
}

extension TCC: AppliesToNewImages {}
