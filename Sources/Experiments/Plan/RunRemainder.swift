import Foundation
import Records

/// What of a run is done, and whether a sweep does the rest.
extension PlannedRun {
  /// Whether a sweep carries the run out: it is not finished, and did not fail in a way that would repeat.
  package var isToRun: Bool {
    switch state {
    case .finished: false
    case .failed(let failure): !failure.wouldRepeat
    case .missing, .unfinished, .running, .stale, .damaged: true
    }
  }

  /// The part of the run that is done and kept, 0...1.
  package var doneFraction: Double {
    switch state {
    case .finished: 1
    case .running(let owner, let activity):
      // Older progress belongs to an earlier process.
      activity.map { $0.updatedAt >= owner.since ? $0.progress.fraction : 0 } ?? 0
    case .unfinished, .failed: keptProgress?.fraction ?? 0
    // The beginning that a finished run of fewer epochs has left.
    case .stale: shorterRun.map { Double($0.epochs - firstEpoch) / Double(max(1, ownEpochs)) } ?? 0
    case .missing, .damaged: 0
    }
  }

  /// What the last process of this run said of its progress, if its checkpoint is there; nil for the progress of
  /// other settings, whose checkpoint is not used.
  package var keptProgress: RunProgress? {
    guard FileManager.default.fileExists(atPath: folder.checkpoint),
      let last = RunActivity.read(from: folder.progress), last.identity ?? identity == identity
    else { return nil }
    return last.progress
  }
}
