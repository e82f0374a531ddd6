import Foundation
import Methods
import Vision

/// The networks of stages that methods under examination start from. Each is trained once for a
/// stage, seed, number of threads and set of images, and kept as a temporary file until this object
/// is released.
package final class StageRuns {
  /// A trained stage and what it depends on.
  private struct Run {
    let stage: Stage
    let seed: UInt64
    let threads: Int
    let images: ImageSet
    let file: String
  }

  private var runs: [Run] = []

  package init() {}

  deinit {
    for run in runs { try? FileManager.default.removeItem(atPath: run.file) }
  }

  /// The file with a stage's network.
  /// - Parameter train: writes the file. It is called if no such stage has been trained.
  /// - Throws: what `train` throws.
  func file(
    of stage: Stage, seed: UInt64, threads: Int, images: ImageSet,
    train: (_ file: String) throws -> Void
  ) throws -> String {
    let known = runs.first {
      $0.stage == stage && $0.seed == seed && $0.threads == threads
        && $0.images.holdsSameImages(as: images)
    }
    if let known { return known.file }
    let file = NSTemporaryDirectory() + "conformance-stage-\(UUID().uuidString).safetensors"
    try train(file)
    runs.append(Run(stage: stage, seed: seed, threads: threads, images: images, file: file))
    return file
  }
}
