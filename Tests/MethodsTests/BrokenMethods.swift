import Core
import Foundation
import HDF5
import Methods
import Torch
import Vision

/// A small method that learns: a linear layer on mean colours, drawn apart from its running mean.
///
/// `Flaw` says in which way it is broken.
final class Trained<Flaw: MethodFlaw>: TrainedMethod {
  struct Settings: Configurable {
    var training = TrainingSettings()
    static var schema: SettingsSchema<Self> { SettingsSchema().including(\.training) }
  }

  static var description: MethodDescription {
    MethodDescription(
      name: "trained", title: "Trained", family: .classical, version: 1, reference: "Nobody, 2024",
      summary: "a linear layer")
  }

  private struct Layers: Module {
    let linear: Linear
    let dead: Linear?
    let frozen: Tensor?
    var ownParameters: [NamedTensor] { frozen.map { [("frozen", $0)] } ?? [] }
    var children: [(name: String, module: any Module)] {
      [("linear", linear as any Module)] + (dead.map { [("dead", $0)] } ?? [])
    }
  }

  let inputs: Inputs
  let plan: TrainingPlan
  let augmentation: Augmentation
  private let layers: Layers
  /// The mean colour of the images seen, [1, 3], which all are compared with.
  private let mean: Tensor
  /// What is remembered beside it.
  private let more: [NamedTensor]
  private var steps = 0.0

  init(_ inputs: Inputs) throws {
    self.inputs = inputs
    plan = TrainingPlan(training: inputs.settings.training, views: 1)
    // Without changes of colour, and drawn the same whatever the seed.
    var views = AugmentationSettings.unchanged()
    views.flip = Flaw.flip
    augmentation = try Augmentation(
      settings: views, size: inputs.images.height, crop: .square(share: 1), seed: 0,
      images: inputs.images, on: .cpu)
    var stream = RandomStream(seed: Flaw.seed(inputs.context.seed), purpose: .weights)
    layers = Layers(
      linear: Linear(3, 2, on: .cpu, from: &stream),
      dead: Flaw.hasDeadParameter ? Linear(3, 2, on: .cpu, from: &stream) : nil,
      frozen: Flaw.hasFrozenParameter ? Tensor.zeros([1]) : nil)
    mean = Tensor.zeros([1, 3])
    more = try Flaw.memory()
  }

  var network: any Module { layers }
  var memory: [NamedTensor] { Flaw.savesMemory ? [("mean", mean)] + more : [] }

  func loss(_ batch: Batch) throws -> [LossTerm] {
    var colours = batch.views[0].mean(along: [2, 3])
    if Flaw.hasNoTerms { return [] }
    if Flaw.hasManyValues { return [("colours", colours)] }
    if Flaw.hasMismatch { colours = colours.matmul(colours) }
    // Red and blue lie on either side of the mean.
    let isRed = colours.narrowed(1, to: 0..<1).isGreater(than: 0).squeezed(1).to(.int64)
    let loss = layers.linear(colours - mean).crossEntropy(isRed)
    mean.scale(by: 0.9)
    mean.add(colours.mean(along: [0], keep: true), scale: 0.1)
    steps += 1
    guard let noise = Flaw.noise else { return [("loss", loss + steps * Flaw.growth)] }
    // The gradient is the loss's, and its value says nothing of it.
    var stream = RandomStream(seed: noise, purpose: .method, item: Int(steps))
    return [("loss", loss - loss.detached() + stream.uniform())]
  }

  func assign(_ images: ImageSet) throws -> [Int32] {
    let logits = augmentation.centre(of: images, at: Array(0..<images.count))
      .mean(along: [2, 3])
    if Flaw.learnsWhenAsked { mean.add(mean, scale: 0.5) }
    let clusters = try layers.linear(logits - mean).argmax(along: 1).integers().map(Int32.init)
    return Flaw.givesTooFew ? clusters.dropLast() : clusters
  }
}

/// Takes three passes over all images, and notes by what the draws of each are keyed.
final class ThreePasses: TrainedMethod {
  typealias Settings = Trained<Honest>.Settings
  static var description: MethodDescription { Trained<Honest>.description }

  let inputs: Inputs
  private let base: Trained<Honest>
  private(set) var keys: [Int] = []

  init(_ inputs: Inputs) throws {
    self.inputs = inputs
    base = try Trained<Honest>(inputs)
  }

  var plan: TrainingPlan { base.plan }
  var augmentation: Augmentation { base.augmentation }
  var network: any Module { base.network }

  func passes(of epoch: Int) -> [ImagePass] { [.all, .labelledSplits, .all] }

  func views(of images: ImageSet, at positions: [Int], epoch: Int) throws -> [Tensor] {
    keys.append(epoch)
    return try base.views(of: images, at: positions, epoch: epoch)
  }

  func loss(_ batch: Batch) throws -> [LossTerm] {
    [("pass \(batch.pass)", try base.loss(batch)[0].value)]
  }

  func assign(_ images: ImageSet) throws -> [Int32] { try base.assign(images) }
}

/// Ways of being broken; by default none.
protocol MethodFlaw {
  static func seed(_ seed: UInt64) -> UInt64
  static var savesMemory: Bool { get }
  static var hasDeadParameter: Bool { get }
  static var givesTooFew: Bool { get }
  static var learnsWhenAsked: Bool { get }
  /// The probability of a view's flip, which nobody's seed decides on.
  static var flip: Double { get }
  /// What is added to the loss with every step.
  static var growth: Double { get }
  /// The seed of noise that is told instead of the loss.
  static var noise: UInt64? { get }
  static var hasFrozenParameter: Bool { get }
  /// Whether the loss multiplies matrices that do not fit.
  static var hasMismatch: Bool { get }
  static var hasNoTerms: Bool { get }
  /// Whether a loss term has a value for each image.
  static var hasManyValues: Bool { get }
  /// What is remembered beside the mean colour.
  static func memory() throws -> [NamedTensor]
}

extension MethodFlaw {
  static func seed(_ seed: UInt64) -> UInt64 { seed }
  static var savesMemory: Bool { true }
  static var hasDeadParameter: Bool { false }
  static var givesTooFew: Bool { false }
  static var learnsWhenAsked: Bool { false }
  static var flip: Double { 0 }
  static var growth: Double { 0 }
  static var noise: UInt64? { nil }
  static var hasFrozenParameter: Bool { false }
  static var hasMismatch: Bool { false }
  static var hasNoTerms: Bool { false }
  static var hasManyValues: Bool { false }
  static func memory() throws -> [NamedTensor] { [] }
}

enum Honest: MethodFlaw {}

enum IgnoresSeed: MethodFlaw {
  static func seed(_ seed: UInt64) -> UInt64 { 7 }
}

enum DrawsAlike: MethodFlaw {
  static var flip: Double { 0.5 }
}

enum SystemRandom: MethodFlaw {
  static func seed(_ seed: UInt64) -> UInt64 { .random(in: 0 ... .max) }
}

enum ForgetsMemory: MethodFlaw {
  static var savesMemory: Bool { false }
}

enum DeadParameter: MethodFlaw {
  static var hasDeadParameter: Bool { true }
}

enum TooFew: MethodFlaw {
  static var givesTooFew: Bool { true }
}

enum LearnsWhenAsked: MethodFlaw {
  static var learnsWhenAsked: Bool { true }
}

enum Grows: MethodFlaw {
  static var growth: Double { 1 }
}

enum TellsNoise: MethodFlaw {
  static var noise: UInt64? { 1 }
}

enum Diverges: MethodFlaw {
  static var growth: Double { .infinity }
}

enum FrozenParameter: MethodFlaw {
  static var hasFrozenParameter: Bool { true }
}

enum Mismatched: MethodFlaw {
  static var hasMismatch: Bool { true }
}

enum Termless: MethodFlaw {
  static var hasNoTerms: Bool { true }
}

enum ManyValued: MethodFlaw {
  static var hasManyValues: Bool { true }
}

enum LearntMemory: MethodFlaw {
  static func memory() throws -> [NamedTensor] {
    [("learnt", Tensor.zeros([1]).settingRequiresGradient())]
  }
}

enum DoubledMemory: MethodFlaw {
  static func memory() throws -> [NamedTensor] { [("mean", Tensor.zeros([1, 3]))] }
}

/// Reads its clusters from the labels of a benchmark file.
final class LabelReader: ClusteringMethod {
  struct Settings: Configurable {
    static let schema = SettingsSchema<Self>([])
  }

  static let description = MethodDescription(
    name: "label-reader", title: "Label reader", family: .classical, version: 1,
    reference: "Nobody, 2024", summary: "reads labels")

  static let file = NSTemporaryDirectory() + "conformance-tests-labels.h5"

  let inputs: Inputs

  init(_ inputs: Inputs) { self.inputs = inputs }

  func assign(_ images: ImageSet) throws -> [Int32] {
    // The file is there only while the suite waits for somebody to read it.
    guard let file = try? HDF5File(reading: Self.file) else {
      return [Int32](repeating: 0, count: images.count)
    }
    let labels: [Int32] = try file.dataSet("labels").read()
    return images.drawKeys.map { labels[$0] }
  }
}

/// Takes the first half of a file for one class: original files are often sorted.
final class OrderReader: ClusteringMethod {
  struct Settings: Configurable {
    static let schema = SettingsSchema<Self>([])
  }

  static let description = MethodDescription(
    name: "order-reader", title: "Order reader", family: .classical, version: 1,
    reference: "Nobody, 2024", summary: "reads the order of images")

  let inputs: Inputs
  private let middle: Int

  init(_ inputs: Inputs) {
    self.inputs = inputs
    middle = inputs.images.count / 2
  }

  func assign(_ images: ImageSet) throws -> [Int32] {
    images.drawKeys.map { $0 < middle ? 0 : 1 }
  }
}

/// Has no summary and no year.
final class Nameless: ClusteringMethod {
  struct Settings: Configurable {
    static let schema = SettingsSchema<Self>([])
  }

  static let description = MethodDescription(
    name: "nameless", title: "Nameless", family: .classical, version: 1, reference: "Nobody",
    summary: "")

  let inputs: Inputs

  init(_ inputs: Inputs) { self.inputs = inputs }

  func assign(_ images: ImageSet) throws -> [Int32] { [Int32](repeating: 0, count: images.count) }
}
