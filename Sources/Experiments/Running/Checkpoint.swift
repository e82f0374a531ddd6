import Foundation
import Methods
import Records
import Torch

/// Everything that training goes on from: tensors of the network, the optimiser and the method's
/// memory, and the history so far. Random numbers come from counters and need no state.
struct Checkpoint {
  /// What is not a tensor.
  struct Progress: Codable {
    /// Of the run that the checkpoint belongs to: another run's is not taken up.
    var identity: String
    var completedEpochs: Int
    var history: History
    /// Wall-clock seconds of all sessions so far, and those spent in training steps.
    var seconds: Double
    var trainingSeconds: Double
    var resumptions: Int
  }

  var progress: Progress

  /// Writes the state of `method` and `optimiser` as they are now.
  func write(
    _ method: any TrainedMethod, _ optimiser: any Optimiser, to path: String
  ) throws {
    let tensors =
      prefixed("network.", method.network.state) + prefixed("optimiser.", optimiser.state)
      + prefixed("memory.", method.memory)
    let json = String(decoding: try JSONEncoder().encode(progress), as: UTF8.self)
    try SafeTensors.write(tensors, metadata: ["progress": json], to: path)
  }

  /// Loads a checkpoint of the same identity into `method` and `optimiser`.
  /// - Returns: nil where there is none, or one of other settings or data.
  static func resume(
    _ path: String, identity: String, _ method: any TrainedMethod, _ optimiser: any Optimiser
  ) throws -> Checkpoint? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let (tensors, metadata) = try SafeTensors.read(path)
    guard let json = metadata["progress"],
      let progress = try? JSONDecoder().decode(Progress.self, from: Data(json.utf8))
    else { throw SafeTensorsError(path: path, reason: "it has no progress in its metadata") }
    guard progress.identity == identity else { return nil }
    try method.network.load(tensors, prefix: "network.")
    try optimiser.load(tensors, prefix: "optimiser.")
    try Torch.withoutGradients {
      for (name, tensor) in method.memory {
        guard let saved = tensors["memory." + name] else {
          throw StateError.missing("memory." + name)
        }
        try tensor.copy(from: saved)
      }
    }
    return Checkpoint(progress: progress)
  }

  private func prefixed(_ prefix: String, _ tensors: [NamedTensor]) -> [NamedTensor] {
    tensors.map { (prefix + $0.name, $0.tensor) }
  }
}
