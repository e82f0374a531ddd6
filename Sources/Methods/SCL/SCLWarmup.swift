import Core
import Torch
import Vision

/// SCL's warm-up: plain instance discrimination of both views against a memory bank, beside a classifier
/// that gives both views the same clusters and uses all of them. `scl` goes on from it.
///
/// Our reading of Huang, J. and Gong, S., "Deep Clustering by Semantic Contrastive Learning", BMVC 2022,
/// whose body was not available. The terms are those of Wu et al., CVPR 2018, and of PICA (Huang et al.,
/// CVPR 2020). L = L_instance + L_view + L_balance + L_over (docs/scl.md).
package final class SCLWarmup: TrainedMethod, ReportsConfidence, ReportsReadOuts {
  /// For the warm-up of a run of SCL, they follow from that run's settings.
  public struct Settings: Configurable {
    /// The weight of the classifier's consistency between views.
    public var viewWeight = 1.0
    /// The weight of the classifier's balance.
    public var balanceWeight = 2.0
    /// The epochs by which the learning rate's schedule goes, where this is the beginning of a longer
    /// training; 0 for `epochs`.
    public var scheduleEpochs = 0
    /// What SCL has too.
    public var common = SCLCommonSettings()

    public init() {}

    public var contradiction: String? {
      guard scheduleEpochs > 0, scheduleEpochs < common.training.epochs else { return nil }
      return "schedule_epochs \(scheduleEpochs) is less than the \(common.training.epochs) epochs"
    }

    public static let schema = SettingsSchema<Self>(
      .number(
        "view_weight", \.viewWeight, in: 0...1000, "weight of the classifier's view consistency"),
      .number("balance_weight", \.balanceWeight, in: 0...1000, "weight lambda of the balance"),
      .integer(
        "schedule_epochs", \.scheduleEpochs, in: 0...100_000,
        "epochs of the longer training by which the learning rate goes; 0: its own"),
      from: "ours, readings of the abstract (docs/scl.md)"
    )
    .including(\.common)
  }

  public static let description = MethodDescription(
    name: "scl-warmup", title: "SCL (warm-up)", family: .semantic, version: 1,
    reference: "Huang and Gong, Deep Clustering by Semantic Contrastive Learning, BMVC 2022",
    summary: "instance discrimination against a memory bank, and a classifier consistent over views"
  )

  public static let benchmarkDefaults = BenchmarkDefaults.pooledStems

  public let inputs: Inputs
  public let augmentation: Augmentation
  private let model: SCLNetwork
  private let bank: MemoryBank
  /// Of the last step's two views, for the bank.
  private var embedding: Tensor?

  public init(_ inputs: Inputs) throws {
    self.inputs = inputs
    let common = inputs.settings.common
    augmentation = try Augmentation(common.augmentation, for: inputs)
    model = SCLNetwork(common, context: inputs.context)
    bank = MemoryBank(common, for: inputs)
  }

  public var plan: TrainingPlan {
    TrainingPlan(
      training: settings.common.training, views: 2,
      scheduleEpochs: settings.scheduleEpochs > 0 ? settings.scheduleEpochs : nil)
  }
  public var network: any Module { model }
  public var memory: [NamedTensor] { [("bank", bank.vectors)] }
  public var handedOn: [NamedTensor] { memory }

  public func loss(_ batch: Batch) -> [LossTerm] {
    let (a, b) = (model(batch.views[0], training: true), model(batch.views[1], training: true))
    embedding = (a.embedding + b.embedding) / 2
    let instance = instanceTerm(a, b, bank, batch, temperature: settings.common.temperature)
    return [
      ("instance", instance),
      ("view", viewTerm(a.boundary, b.boundary) * settings.viewWeight),
      ("balance", balanceTerm(a.boundary, b.boundary) * settings.balanceWeight),
    ]
      + overClusteringTerm(
        a, b, viewWeight: settings.viewWeight, balanceWeight: settings.balanceWeight)
  }

  /// Takes the step's embeddings into the bank.
  public func finishStep(_ batch: Batch) {
    guard let embedding else { return }
    bank.update(batch.index, with: embedding)
    self.embedding = nil
  }

  /// The classifier's.
  public func confidentAssignment(of images: ImageSet) throws -> ConfidentAssignment {
    try ConfidentAssignment(probabilities: model.boundary(of: images, augmentation))
  }
}

extension SCLWarmup: AppliesToNewImages {}
