import Core
import Foundation
import Methods
import Records
import Torch

/// The state that training resumes from: tensors of the network, of the optimiser and of the
/// method's memory, and the progress so far. Random numbers are counter-based and need no state.
///
/// The file is safetensors with the progress as JSON in its metadata. Tensors have the prefixes
/// `network.`, `optimiser.` and `memory.`.
package struct Checkpoint {
  /// The state that is not a tensor.
  package struct Progress: Codable {
    /// The identity of the checkpoint's run. A checkpoint of another identity is not used.
    var identity: String
    /// Epochs that are complete, a stage's warm-up included.
    var completedEpochs = 0
    /// The epoch that has begun; nil between epochs.
    var partialEpoch: PartialEpoch?
    var history = History()
    /// The best epoch so far under a checkpoint rule; nil without one.
    var best: ChosenEpoch?
    /// Wall-clock seconds of all sessions so far, and those spent in training steps.
    var seconds = 0.0
    var trainingSeconds = 0.0
    /// Images that the training steps of all sessions have seen.
    var trainedImages = 0
    /// How often training was resumed.
    var resumptions = 0

    /// The progress of a run that has not begun.
    /// - Parameter completedEpochs: those of its stage, where it continues its training.
    package init(identity: String, completedEpochs: Int = 0) {
      self.identity = identity
      self.completedEpochs = completedEpochs
    }

    /// Whether a run of so many epochs can have this progress. A file may have any content, and
    /// none may cause a trap.
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

  /// The complete part of an epoch.
  package struct PartialEpoch: Codable {
    var completedSteps = 0
    /// Of the images seen.
    var losses = LossSums()
    var learningRate = 0.0
    var seconds = 0.0
  }

  /// The paths of a run's checkpoints: the last one and the one before it, in case the last is
  /// damaged.
  package struct Files {
    let current: String
    let previous: String?

    package init(current: String, previous: String?) {
      self.current = current
      self.previous = previous
    }

    /// The checkpoints of a run folder.
    init(_ folder: RunFolder) {
      self.init(current: folder.checkpoint, previous: folder.previousCheckpoint)
    }
  }

  var progress: Progress

  package init(progress: Progress) {
    self.progress = progress
  }

  /// Writes the current state of `method` and `optimiser`. The last checkpoint stays until the new
  /// one is whole and synced; afterwards it is the previous one.
  ///
  /// - Throws: `FileError`; `TorchError` if a tensor has failed; `EncodingError` for progress that is
  ///   not finite.
  package func write(
    _ method: any TrainedMethod, _ optimiser: any Optimiser, to files: Files
  ) throws {
    let json = String(decoding: try JSONEncoder.sorted().encode(progress), as: UTF8.self)
    let next = files.current + ".next"
    try SafeTensors.write(
      Self.tensors(of: method, optimiser), metadata: ["progress": json], to: next)
    // The first has nothing to keep.
    if let previous = files.previous { rename(files.current, previous) }
    guard rename(next, files.current) == 0 else {
      throw FileError("write", files.current, errno: errno)
    }
  }

  /// The identity of the run that a checkpoint is of; nil if there is none, or a damaged one.
  static func identity(in path: String) -> String? {
    struct Owner: Decodable { let identity: String }
    guard let json = try? SafeTensors.metadata(of: path)["progress"] else { return nil }
    return (try? JSONDecoder().decode(Owner.self, from: Data(json.utf8)))?.identity
  }

  /// Loads the last whole checkpoint of the same identity into `method` and `optimiser`. One that is
  /// damaged, or that does not fit them, is noted, and the one before it is tried.
  ///
  /// - Parameters:
  ///   - files: the last checkpoint and the one before it.
  ///   - identity: of the run.
  ///   - epochs: of the whole run; a checkpoint of more is refused.
  ///   - note: receives a line about each checkpoint that is not used although it is the run's.
  /// - Returns: nil without a checkpoint of this identity; `method` and `optimiser` are as they were.
  /// - Throws: errors of libtorch.
  package static func resume(
    _ files: Files, identity: String, epochs: Int, _ method: any TrainedMethod,
    _ optimiser: any Optimiser,
    note: (String) -> Void
  ) throws -> Checkpoint? {
    for path in [files.current, files.previous].compactMap(\.self) {
      guard FileManager.default.fileExists(atPath: path) else { continue }
      do {
        let (tensors, metadata) = try SafeTensors.read(path, requiresChecksum: true)
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
        note("\(error); \(remedy)")
      } catch let error as StateError {
        note("'\(path)' does not fit the run: \(error); \(remedy)")
      }
    }
    return nil
  }

  /// What becomes of a run whose checkpoint is not used.
  private static let remedy = "resuming from the checkpoint before it, if there is one"

  /// Loads the tensors into the network, the optimiser and the method's memory.
  /// - Throws: `StateError` if they do not fit; nothing has changed then.
  private static func load(
    _ tensors: [String: Tensor], into method: any TrainedMethod, _ optimiser: any Optimiser
  ) throws {
    // Copying would stretch a tensor of fewer values to the shape.
    for (name, tensor) in prefixed("network.", method.network.state)
      + prefixed("memory.", method.memory)
    {
      guard let saved = tensors[name] else { throw StateError.missing(name) }
      guard saved.shape == tensor.shape else {
        throw StateError.shape(name, expected: tensor.shape, found: saved.shape)
      }
    }
    try optimiser.load(tensors, prefix: "optimiser.")
    try method.network.load(tensors, prefix: "network.")
    try Torch.checked {
      Torch.withoutGradients {
        for (name, tensor) in method.memory {
          if let saved = tensors["memory." + name] { tensor.copy(from: saved) }
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

  /// The tensors under their names in a checkpoint.
  private static func prefixed(_ prefix: String, _ tensors: [NamedTensor]) -> [NamedTensor] {
    tensors.map { (prefix + $0.name, $0.tensor) }
  }
}

/// The loss terms of an epoch, summed over images. Not every step has every term, so each is
/// averaged over the images of the steps that have it.
package struct LossSums: Codable {
  private struct Term: Codable {
    let name: String
    var sum = 0.0
    var images = 0
    /// Nil in terms of the sum, which is what earlier checkpoints have.
    var isBeside: Bool?
  }

  /// In the order in which they first came.
  private var terms: [Term] = []

  package init() {}

  /// Whether steps can have these sums; see `Checkpoint.Progress.isPossible`.
  var isPossible: Bool { terms.allSatisfy { (0...1 << 50).contains($0.images) && $0.sum.isFinite } }

  /// Adds the terms of a step, each a mean over `images` images.
  package mutating func add(_ losses: [PartialLoss], images: Int) {
    for loss in losses {
      let index = terms.firstIndex { $0.name == loss.name } ?? terms.count
      if index == terms.count { terms.append(Term(name: loss.name)) }
      // A term may be constant in some steps: a figure is beside the sum in all that have it.
      let isBeside = !loss.isTerm && (terms[index].images == 0 || terms[index].isBeside == true)
      terms[index].isBeside = isBeside ? true : nil
      terms[index].sum += loss.value * Double(images)
      terms[index].images += images
    }
  }

  /// The mean of each term, in the order of their first occurrence.
  package var means: [PartialLoss] {
    terms.map {
      PartialLoss($0.name, $0.sum / Double($0.images), isTerm: $0.isBeside != true)
    }
  }
}
