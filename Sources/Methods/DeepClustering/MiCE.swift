import Core
import Torch
import Vision

/// Mixture of contrastive experts: each of K experts tells the images of one cluster apart by momentum
/// contrast, and a gate tells the clusters.
///
/// Tsai, T. W., Li, C. and Zhu, J., "MiCE: Mixture of Contrastive Experts for Unsupervised Image
/// Clustering", ICLR 2021.
package final class MiCE: TrainedMethod, ReportsConfidence, ReportsReadOuts {
  /// The defaults are those of the official code for CIFAR (commit ddcce45).
  public struct Settings: Configurable {
    /// tau of experts and gate alike.
    public var temperature = 1.0
    /// M, the images whose keys are in the queue.
    public var queue = 16_384
    /// How the teacher follows.
    public var momentum = MomentumSettings(0.999)
    /// D, the length of the embeddings of experts and gate.
    public var dimensions = 128
    /// The residual network.
    public var backbone = BackboneSettings()
    /// Epochs, batches and optimiser.
    public var training = TrainingSettings()
    /// How views are made.
    public var augmentation = AugmentationSettings()

    public init() {
      backbone.depth = .thirtyFour
      training.epochs = 1001
      training.batchSize = 256
      training.learningRate = 1
      training.warmup = 10
      training.nesterov = false
      training.weightDecay = 1e-4
      // The code decays after epochs 480, 640 and 800.
      training.decayStart = 481
      training.decayEvery = 160
      augmentation.isGreyscaleFirst = true
    }

    public static let schema = SettingsSchema<Self>(
      .number("temperature", \.temperature, in: 0.01...10, "temperature of experts and gate"),
      .integer("queue", \.queue, in: 2...1_000_000, "images whose keys are in the queue"),
      .integer("dimensions", \.dimensions, in: 2...4096, "length D of an embedding"),
      from: "Tsai et al., ICLR 2021, section 5; MiCE@ddcce45, train_MiCE.py"
    )
    .including(\.momentum, from: "Tsai et al., ICLR 2021; MiCE@ddcce45, train_MiCE.py")
    .including(\.backbone, \.training, \.augmentation, from: "MiCE@ddcce45, train_MiCE.py")
  }

  public static let description = MethodDescription(
    name: "mice", title: "MiCE", family: .deepClustering, version: 2,
    reference:
      "Tsai et al., MiCE: Mixture of Contrastive Experts for Unsupervised Image Clustering, "
      + "ICLR 2021",
    summary: "experts tell images apart within clusters, and a gate tells the clusters",
    code: "MiCE@ddcce45", benchmarks: ["cifar10", "cifar100", "stl10", "imagenet-dogs"])

  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems.overlaid(with: [
    "stl10": ["stem": "imagenet", "epochs": 3001, "decay_start": 1501, "decay_every": 500]
  ])

  /// Student and teacher have this shape.
  private struct ExpertNetwork: Module {
    let backbone: Backbone
    /// All K experts in one layer: [K x D, F].
    private let experts: Linear
    private let gate: Linear
    private let dimensions: Int

    init(_ settings: Settings, context: MethodContext) {
      var stream = RandomStream(seed: context.seed, purpose: .weights)
      backbone = Backbone(settings.backbone, context: context, from: &stream)
      dimensions = settings.dimensions
      experts = Linear(
        backbone.features, context.clusters * dimensions, on: context.device, from: &stream)
      gate = Linear(backbone.features, dimensions, on: context.device, from: &stream)
    }

    var children: [(name: String, module: any Module)] {
      [("backbone", backbone), ("experts", experts), ("gate", gate)]
    }

    /// Unit embeddings by the experts, [B, K, D].
    func embeddings(_ images: Tensor, training: Bool) -> Tensor {
      let vectors = experts(backbone(images, training: training))
      return vectors.reshaped([-1, dimensions]).normalisedRows()
        .reshaped([images.size(0), -1, dimensions])
    }

    /// Unit embeddings by the gate, [B, D].
    func gating(_ images: Tensor, training: Bool) -> Tensor {
      gate(backbone(images, training: training)).normalisedRows()
    }
  }

  private struct Network: Module {
    let student: ExpertNetwork
    /// mu, [K, D].
    let prototypes: Tensor

    var ownParameters: [NamedTensor] { [("expert_prototypes", prototypes)] }
    var children: [(name: String, module: any Module)] { student.children }
  }

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let model: Network
  private let teacher: MomentumEncoder<ExpertNetwork>
  private let queue: KeyQueue
  /// The gate's fixed prototypes w, [K, D].
  private let gating: Tensor
  /// Of the epoch so far, [K, D]: what the next prototypes are made of.
  private let prototypeSums: Tensor
  /// The last step's: the teacher's embeddings [B, K, D], and their sums by cluster [K, D].
  private var step: (keys: Tensor, sums: Tensor)?

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let (settings, context) = (inputs.settings, inputs.context)
    let (clusters, dimensions) = (context.clusters, settings.dimensions)
    guard 2...dimensions + 1 ~= clusters else {
      throw MethodError.unsupported(
        method: "mice",
        reason: "\(dimensions) dimensions have room for 2 to \(dimensions + 1) clusters at equal "
          + "angles, not for \(clusters)")
    }
    augmentation = try Augmentation(settings.augmentation, for: inputs)
    gating = maxMahalanobisPrototypes(clusters: clusters, dimensions: dimensions)
      .to(context.device)
    var stream = RandomStream(seed: context.seed, purpose: .weights, epoch: 1)
    let student = ExpertNetwork(settings, context: context)
    model = Network(
      student: student,
      // The code's are whatever the memory holds.
      prototypes: Tensor.normal([clusters, dimensions], standardDeviation: 1, from: &stream)
        .normalisedRows().to(context.device).settingRequiresGradient())
    teacher = try MomentumEncoder(
      following: student, copy: ExpertNetwork(settings, context: context))
    var draws = RandomStream(seed: context.seed, purpose: .method)
    // Of length 1 about, as in the code.
    queue = KeyQueue(
      startingFrom: Tensor.uniform(
        [settings.queue, clusters, dimensions], bound: (3 / Double(dimensions)).squareRoot(),
        from: &draws
      ).to(context.device))
    prototypeSums = Tensor.zeros([clusters, dimensions], on: context.device)
  }

  public var plan: TrainingPlan { TrainingPlan(training: settings.training, views: 3) }
  public var network: any Module { model }

  public var memory: [NamedTensor] {
    teacher.memory + queue.memory + [("prototype_sums", prototypeSums)]
  }

  /// The mixture's view of a batch.
  private func experts(_ student: Tensor, _ keys: Tensor, _ gate: Tensor) -> ContrastiveExperts {
    ContrastiveExperts(
      student: student, teacher: keys, gate: gate, queue: queue.keys, gating: gating,
      prototypes: model.prototypes, temperature: settings.temperature)
  }

  /// Equation 8. The first view is the student's, the second the teacher's, and the third the gate's.
  public func loss(_ batch: Batch) -> [LossTerm] {
    let student = model.student.embeddings(batch.views[0], training: true)
    let keys = teacher { $0.embeddings(batch.views[1], training: true) }
    let mixture = experts(
      student, keys, model.student.gating(batch.views[2], training: true))
    step = (keys, mixture.prototypeSums(keys))
    return [("evidence", mixture.loss)]
  }

  /// Moves the teacher, replaces the oldest keys, and sets the prototypes at the end of an epoch
  /// (equation 13).
  public func finishStep(_ batch: Batch) {
    teacher.follow(momentum: settings.momentum.value(at: plan.progress(at: batch)))
    guard let step else { return }
    self.step = nil
    queue.append(step.keys)
    prototypeSums.add(step.sums)
    guard batch.step == batch.steps - 1 else { return }
    // A cluster without images keeps its prototype; in the code it becomes zero.
    let isEmpty = prototypeSums.squared().sum(along: [1], keep: true).isLess(than: 1e-12)
    model.prototypes.copy(
      from: isEmpty.select(model.prototypes.detached(), else: prototypeSums.normalisedRows()))
    prototypeSums.zero()
  }

  /// The cluster of the largest posterior, with the image itself as all three views. The queue stays as
  /// training left it; in the code it goes on with the images that are scored.
  public func confidentAssignment(of images: ImageSet) throws -> ConfidentAssignment {
    let student = model.student
    return try ConfidentAssignment(
      logits: augmentation.overAll(images) { views, _ in
        experts(
          student.embeddings(views, training: false),
          teacher { $0.embeddings(views, training: false) },
          student.gating(views, training: false)
        ).logPosterior
      })
  }
}
