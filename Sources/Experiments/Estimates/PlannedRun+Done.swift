import Foundation
import Records

extension PlannedRun {
  /// The part of the run that is done and kept, 0...1.
  public var doneFraction: Double {
    switch state {
    case .finished: 1
    case .running(_, let activity): activity?.progress.fraction ?? 0
    // What the last process said of itself holds where its checkpoint is there.
    case .unfinished, .failed:
      FileManager.default.fileExists(atPath: folder.checkpoint)
        ? RunActivity.read(from: folder.progress)?.progress.fraction ?? 0 : 0
    // The beginning that a finished run of fewer epochs has left.
    case .stale: shorterRun.map { Double($0.epochs) / Double(epochs) } ?? 0
    case .missing, .damaged: 0
    }
  }
}
