import Methods
import Torch
import Vision

/// Bands of brightness with read-outs whose scores are known: the same clusters under other numbers, and from the second
/// epoch on a single cluster. Its epoch is its measure.
final class ReadOutBands: TrainedMethod, ReportsReadOuts {
  typealias Settings = BrightnessBands.Settings

  static let description = MethodDescription(
    name: "readout-bands", title: "Bands read out", family: .deepClustering, version: 1,
    reference: "Nobody, 2024", summary: "clusters of equal size by brightness, read out")

  private let bands: BrightnessBands
  private let clusters: Int32

  init(_ inputs: Inputs) throws {
    bands = try BrightnessBands(inputs)
    clusters = Int32(inputs.context.clusters)
  }

  var inputs: Inputs { bands.inputs }
  var plan: TrainingPlan { bands.plan }
  var augmentation: Augmentation { bands.augmentation }
  var network: any Module { bands.network }
  var memory: [NamedTensor] { bands.memory }

  func beginEpoch(_ epoch: Int) throws { try bands.beginEpoch(epoch) }
  func loss(_ batch: Batch) throws -> [LossTerm] { try bands.loss(batch) }
  func assign(_ images: ImageSet) throws -> [Int32] { try bands.assign(images) }

  func readOuts(of images: ImageSet) throws -> ReadOuts {
    let assigned = try assign(images)
    let reversed = assigned.map { clusters - 1 - $0 }
    let epoch = try memory[0].tensor.scalar()
    let single = [Int32](repeating: 3, count: images.count)
    return ReadOuts(
      assigned: assigned,
      predictions: [("reversed", reversed)] + (epoch > 0 ? [("single", single)] : []),
      measures: [("begun", epoch), ("agreement", ReadOuts.agreement(of: assigned, reversed))])
  }
}
