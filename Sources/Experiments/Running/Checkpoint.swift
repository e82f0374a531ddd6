import Core
import Foundation
import Methods
import Records
import Torch

/// Everything that training goes on from: tensors of the network, the optimiser and the method's
/// memory, and the history so far. Random numbers come from counters and need no state.
package struct Checkpoint {
  /// What is not a tensor.
  package struct Progress: Codable {
    /// Of the run that the checkpoint belongs to: another run's is not taken up.
    var identity: String
    var completedEpochs = 0
    /// The epoch that has begun; nil between epochs.
    var partialEpoch: PartialEpoch?
    var history = History()
    /// The epoch that is the result if no better one comes; nil where none is chosen.
    var best: ChosenEpoch?
    /// Wall-clock seconds of all sessions so far, and those spent in training steps.
    var seconds = 0.0
    var trainingSeconds = 0.0
    /// Images that these steps saw.
    var trainedImages = 0
    var resumptions = 0

    package init(identity: String) {
      self.identity = identity
    }

    /// Whether a run of so many epochs can have come so far; what lies in a file may be anything.
    func isPossible(epochs: Int) -> Bool {
      let counts = [resumptions, partialEpoch?.completedSteps ?? 0].allSatisfy {
        (0...1_000_000_000).contains($0)
      }
      return counts && (0...epochs).contains(completedEpochs)
        && (partialEpoch == nil || completedEpochs < epochs)
        && (0...1 << 50).contains(trainedImages) && (0...1e12).contains(seconds)
        && (0...1e12).contains(trainingSeconds) && partialEpoch?.losses.isPossible ?? true
    }
  }

  /// The part of an epoch that is done.
  package struct PartialEpoch: Codable {
    var completedSteps = 0
    /// Of the images seen.
    var losses = LossSums()
    var learningRate = 0.0
    var seconds = 0.0
  }

  /// Where a run's checkpoints lie: the last, and the one before it, in case that one is damaged.
  package struct Files {
    let current: String
    let previous: String?

    package init(current: String, previous: String?) {
      self.current = current
      self.previous = previous
    }

    init(_ folder: RunFolder) {
      self.init(current: folder.checkpoint, previous: folder.previousCheckpoint)
    }
  }

  var progress: Progress

  package init(progress: Progress) {
    self.progress = progress
  }

  /// Writes the state of `method` and `optimiser` as they are now. Until it is whole and synced, the
  /// last checkpoint is there, and afterwards it is kept as the previous one.
  package func write(
    _ method: any TrainedMethod, _ optimiser: any Optimiser, to files: Files
  ) throws {
    let json = String(decoding: try JSONEncoder().encode(progress), as: UTF8.self)
    let next = files.current + ".next"
    try SafeTensors.write(
      Self.tensors(of: method, optimiser), metadata: ["progress": json], to: next)
    // The first has nothing to keep.
    if let previous = files.previous { rename(files.current, previous) }
    guard rename(next, files.current) == 0 else {
      throw FileError("write", files.current, errno: errno)
    }
  }

  /// Loads the last whole checkpoint of the same identity into `method` and `optimiser`.
  /// - Parameters:
  ///   - epochs: of the whole run.
  ///   - note: hears of checkpoints that are damaged.
  /// - Returns: nil where there is none, or only those of other settings or data.
  package static func resume(
    _ files: Files, identity: String, epochs: Int, _ method: any TrainedMethod,
    _ optimiser: any Optimiser,
    note: (String) -> Void
  ) throws -> Checkpoint? {
    for path in [files.current, files.previous].compactMap(\.self) {
      guard FileManager.default.fileExists(atPath: path) else { continue }
      do {
        let (tensors, metadata) = try SafeTensors.read(path)
        guard let json = metadata["progress"],
          let progress = try? JSONDecoder().decode(Progress.self, from: Data(json.utf8))
        else { throw SafeTensorsError(path: path, reason: "it has no progress in its metadata") }
        guard progress.identity == identity else { continue }
        guard progress.isPossible(epochs: epochs) else {
          throw SafeTensorsError(
            path: path, reason: "its progress is impossible for a run of \(epochs) epochs")
        }
        try load(tensors, into: method, optimiser)
        return Checkpoint(progress: progress)
      } catch let error as SafeTensorsError {
        note("\(error); resuming from the checkpoint before it, if there is one")
      }
    }
    return nil
  }

  private static func load(
    _ tensors: [String: Tensor], into method: any TrainedMethod, _ optimiser: any Optimiser
  ) throws {
    try method.network.load(tensors, prefix: "network.")
    try optimiser.load(tensors, prefix: "optimiser.")
    try Torch.checked {
      try Torch.withoutGradients {
        for (name, tensor) in method.memory {
          guard let saved = tensors["memory." + name] else {
            throw StateError.missing("memory." + name)
          }
          tensor.copy(from: saved)
        }
      }
    }
  }

  /// All tensors of a checkpoint, under their names in it.
  package static func tensors(
    of method: any TrainedMethod, _ optimiser: any Optimiser
  ) -> [NamedTensor] {
    prefixed("network.", method.network.state) + prefixed("optimiser.", optimiser.state)
      + prefixed("memory.", method.memory)
  }

  private static func prefixed(_ prefix: String, _ tensors: [NamedTensor]) -> [NamedTensor] {
    tensors.map { (prefix + $0.name, $0.tensor) }
  }
}

/// The terms of an epoch's losses, summed over images: each over those of the steps that have it.
package struct LossSums: Codable {
  private struct Term: Codable {
    let name: String
    var sum = 0.0
    var images = 0
  }

  /// In the order in which they first came.
  private var terms: [Term] = []

  package init() {}

  /// Whether steps can have summed up to these.
  var isPossible: Bool { terms.allSatisfy { (0...1 << 50).contains($0.images) && $0.sum.isFinite } }

  /// Adds the terms of a step, which are means over so many images.
  package mutating func add(_ losses: [PartialLoss], images: Int) {
    for loss in losses {
      let index = terms.firstIndex { $0.name == loss.name } ?? terms.count
      if index == terms.count { terms.append(Term(name: loss.name)) }
      terms[index].sum += loss.value * Double(images)
      terms[index].images += images
    }
  }

  package var means: [PartialLoss] {
    terms.map { PartialLoss($0.name, $0.sum / Double($0.images)) }
  }
}
