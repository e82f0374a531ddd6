import Core
import Foundation

/// The content of `progress.json`, for `scl status` on this and other machines.
///
/// The run's process replaces it about once a second, and at once when the phase changes. It is
/// removed when the run is finished.
package struct RunActivity: Codable, Equatable, Sendable {
  /// The identity of the run; nil in files of earlier versions.
  package var identity: String?
  package var progress: RunProgress
  /// The time by the clock of the run's machine.
  package var updatedAt: Date

  package init(identity: String?, progress: RunProgress, updatedAt: Date) {
    self.identity = identity
    self.progress = progress
    self.updatedAt = updatedAt
  }

  /// Reads `progress.json`. It is only shown and nothing depends on it, so errors are not reported.
  /// - Returns: nil if the file is missing, unreadable or has impossible values.
  package static func read(from path: String) -> RunActivity? {
    guard let activity = try? JSONFile.read(RunActivity.self, from: path),
      activity.progress.isPossible
    else { return nil }
    return activity
  }

  /// Reads the progress of the process that has the run. What an earlier process has left is none of it.
  package static func read(from path: String, of owner: LockOwner) -> RunActivity? {
    read(from: path).flatMap { $0.updatedAt >= owner.since ? $0 : nil }
  }

  /// Replaces the file atomically, without a sync: a power failure may lose it.
  /// - Throws: `FileError`; `RecordError.notFinite`.
  package func write(to path: String) throws {
    try AtomicFile.write(JSONFile.canonical(self), to: path, durable: false)
  }
}
