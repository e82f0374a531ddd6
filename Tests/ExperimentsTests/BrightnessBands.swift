import Core
import Methods
import Torch
import Vision

/// Learns a little and clusters by brightness: coarsely, finely twice, and coarsely again, so that its
/// accuracy has its peak in epochs 2 and 3 of four.
final class BrightnessBands: TrainedMethod {
  struct Settings: Configurable {
    var training = TrainingSettings()
    /// By how much the loss of an epoch grows for each epoch that lies between it and the second.
    var dip = 0.0
    static var schema: SettingsSchema<Self> {
      SettingsSchema(
        .number("dip", \.dip, in: 0...100, "how much lower the second epoch's loss is")
      )
      .including(\.training)
    }
  }

  static let description = MethodDescription(
    name: "bands", title: "Bands of brightness", family: .deepClustering, version: 1,
    reference: "Nobody, 2024", summary: "clusters of equal size by brightness")

  private struct Layers: Module {
    let linear: Linear
    var children: [(name: String, module: any Module)] { [("linear", linear)] }
  }

  let inputs: Inputs
  let plan: TrainingPlan
  let augmentation: Augmentation
  private let layers: Layers
  private let clusters: Int
  private let dip: Double
  /// The epoch that was last begun, [1].
  private let epoch: Tensor

  init(_ inputs: Inputs) throws {
    self.inputs = inputs
    plan = TrainingPlan(training: inputs.settings.training, views: 1)
    augmentation = try Augmentation(
      settings: .unchanged(), size: inputs.images.height, crop: .square(share: 1),
      seed: inputs.context.seed,
      images: inputs.images, on: .cpu)
    var stream = RandomStream(seed: inputs.context.seed, purpose: .weights)
    layers = Layers(linear: Linear(3, 2, on: .cpu, from: &stream))
    clusters = inputs.context.clusters
    dip = inputs.settings.dip
    epoch = Tensor.zeros([1])
  }

  var network: any Module { layers }
  var memory: [NamedTensor] { [("epoch", epoch)] }

  func beginEpoch(_ epoch: Int) throws {
    self.epoch.copy(from: Tensor([Float(epoch)], shape: [1]))
  }

  func loss(_ batch: Batch) throws -> [LossTerm] {
    let colours = batch.views[0].mean(along: [2, 3])
    let isRed = colours.narrowed(1, to: 0..<1).isGreater(than: 0).squeezed(1).to(.int64)
    let factor = 1 + dip * Double(abs(batch.epoch - 1))
    return [("red", layers.linear(colours).crossEntropy(isRed) * factor)]
  }

  func assign(_ images: ImageSet) throws -> [Int32] {
    let pixels = try images.flattenedPixels()
    let size = pixels.count / images.count
    let brightness = (0..<images.count).map { pixels[($0 * size)..<(($0 + 1) * size)].reduce(0, +) }
    let order = brightness.indices.sorted { (brightness[$0], $0) < (brightness[$1], $1) }
    // The third epoch's clusters are those of the second under other names.
    let (bands, shift) = [(1, 0), (clusters, 0), (clusters, 1), (2, 0)][Int(try epoch.scalar())]
    var assigned = [Int32](repeating: 0, count: images.count)
    for (rank, image) in order.enumerated() {
      assigned[image] = Int32((rank * bands / images.count + shift) % clusters)
    }
    return assigned
  }
}
