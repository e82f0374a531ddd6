import Core
import Methods
import Torch
import Vision

/// Takes the first half of the images for one class, as original files are sorted; but only where there
/// are many, so that a few images show nothing.
final class ManyOrderReader: ClusteringMethod {
  typealias Settings = OrderReader.Settings

  static let description = MethodDescription(
    name: "many-order-reader", title: "Order reader of many", family: .classical, version: 1,
    reference: "Nobody, 2024", summary: "reads the order of many images")

  let inputs: Inputs
  private let count: Int

  init(_ inputs: Inputs) {
    self.inputs = inputs
    count = inputs.images.count
  }

  func assign(_ images: ImageSet) throws -> [Int32] {
    count < 1_000
      ? [Int32](repeating: 0, count: images.count)
      : images.drawKeys.map { $0 < count / 2 ? 0 : 1 }
  }
}

/// Breaks ties among identical images by their position; others it tells apart by brightness.
final class TieReader: ClusteringMethod {
  typealias Settings = OrderReader.Settings

  static let description = MethodDescription(
    name: "tie-reader", title: "Tie reader", family: .classical, version: 1,
    reference: "Nobody, 2024", summary: "reads the order of identical images")

  let inputs: Inputs

  init(_ inputs: Inputs) { self.inputs = inputs }

  func assign(_ images: ImageSet) throws -> [Int32] {
    let pixels = try images.flattenedPixels()
    let size = pixels.count / max(1, images.count)
    let pictures = (0..<images.count).map { Array(pixels[$0 * size..<($0 + 1) * size]) }
    let identical = Dictionary(grouping: pictures.indices) { pictures[$0] }
    let brightness = pictures.map { $0.reduce(0, +) / Float(size) }
    return pictures.indices.map { position in
      let group = identical[pictures[position]] ?? []
      guard group.count > 1 else { return brightness[position] < 0.5 ? 0 : 1 }
      return position < group[group.count / 2] ? 0 : 1
    }
  }
}

/// Learns honestly, and keeps a number for every image beside it that begins with its position; where
/// there are many images, clusters come from that.
final class StateReader: TrainedMethod {
  typealias Settings = Trained<Honest>.Settings

  static let description = MethodDescription(
    name: "state-reader", title: "State reader", family: .classical, version: 1,
    reference: "Nobody, 2024", summary: "keeps the order of images in its memory")

  let inputs: Inputs
  private let base: Trained<Honest>
  private let places: Tensor
  private let count: Int

  init(_ inputs: Inputs) throws {
    self.inputs = inputs
    base = try Trained<Honest>(inputs)
    let count = inputs.images.count
    self.count = count
    places = Tensor((0..<count).map { Float($0) / Float(count) }, shape: [count])
  }

  var plan: TrainingPlan { base.plan }
  var augmentation: Augmentation { base.augmentation }
  var network: any Module { base.network }
  var memory: [NamedTensor] { base.memory + [("places", places)] }

  func loss(_ batch: Batch) throws -> [LossTerm] { try base.loss(batch) }

  func assign(_ images: ImageSet) throws -> [Int32] {
    guard count >= 1_000 else { return try base.assign(images) }
    let places = try places.floats()
    return images.drawKeys.map { places[$0] < 0.5 ? 0 : 1 }
  }
}
