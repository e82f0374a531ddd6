import Foundation
import Methods
import Records

extension PlannedRun {
  /// The folder of the run that this one starts from.
  public func stageFolder(in results: String) -> RunFolder? {
    stage.map {
      RunFolder(
        results: results, experiment: experiment, benchmark: $0.benchmark, method: $0.row,
        seed: $0.seed)
    }
  }

  /// What the run starts from, finished; nil if it starts from nothing.
  /// - Throws: `ExperimentError.stageFailed`, `.stageNotFinished`, `.stageWithoutNetwork`.
  func finishedStage(in results: String) throws -> FinishedStage? {
    guard let current = stageFolder(in: results) else { return nil }
    guard let stage = identityInputs.stage, let folder = current.holding(stage) else {
      let failure = try? RunFailure.read(from: current.failure)
      if let failure, failure.identity == identityInputs.stage {
        throw ExperimentError.stageFailed(reason: failure.reason, folder: current.path)
      }
      throw ExperimentError.stageNotFinished(run: label, folder: current.path)
    }
    guard FileManager.default.fileExists(atPath: folder.encoder) else {
      throw ExperimentError.stageWithoutNetwork(run: label, record: folder.record)
    }
    return FinishedStage(file: folder.encoder)
  }
}
