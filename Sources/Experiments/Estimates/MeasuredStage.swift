import Foundation
import Methods
import Torch
import Vision

/// A network for a run to start from while it is measured: of the right shape, but untrained, which
/// neither time nor memory can tell.
final class MeasuredStage {
  private let file: String

  /// - Returns: nil for a run that starts from nothing.
  init?(
    of run: PlannedRun, among runs: [PlannedRun], context: MethodContext, images: ImageSet
  ) throws {
    guard let stage = runs.first(where: { $0.combination == run.stage }) else { return nil }
    file = NSTemporaryDirectory() + "scl-stage-\(getpid())-\(UUID().uuidString).safetensors"
    let earlier = try MeasuredStage(of: stage, among: runs, context: context, images: images)
    let method = try stage.makeMethod(context: context.starting(from: earlier), images: images)
    guard let method = method as? any TrainedMethod else { return nil }
    try SafeTensors.write(encoderTensors(of: method.network), to: file)
  }

  deinit { try? FileManager.default.removeItem(atPath: file) }

  var finished: FinishedStage { FinishedStage(file: file) }
}

extension MethodContext {
  /// The context of a run that starts from `stage`.
  func starting(from stage: MeasuredStage?) -> MethodContext {
    MethodContext(
      clusters: clusters, seed: seed, device: device, precision: precision, threads: threads,
      stage: stage?.finished)
  }
}
