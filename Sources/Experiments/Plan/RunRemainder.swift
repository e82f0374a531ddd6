import Foundation
import Records

/// What of a run is done, whether a sweep does the rest, and what is said of an attempt that failed.
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
    case .running(_, let activity): activity?.progress.fraction ?? 0
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

  /// What is recorded of a failed attempt at the run.
  /// - Parameter attempts: with this one.
  package func failure(
    _ kind: FailureKind, _ reason: String, lastLogLines: [String], attempts: Int
  ) -> RunFailure {
    RunFailure(
      identity: identity, kind: kind, reason: reason, lastLogLines: lastLogLines,
      attempts: attempts, benchmarkContentHash: identityInputs.benchmarkContentHash)
  }
}
