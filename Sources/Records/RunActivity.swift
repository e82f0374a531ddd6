import Core
import Foundation

/// What a run's process says of itself in `progress.json`, for whoever looks at the folder.
public struct RunActivity: Codable, Equatable, Sendable {
  public var progress: RunProgress
  public var updatedAt: Date

  public init(progress: RunProgress, updatedAt: Date) {
    self.progress = progress
    self.updatedAt = updatedAt
  }

  /// - Returns: nil where there is none, or none that can be read and is possible: nothing depends on it.
  public static func read(from path: String) -> RunActivity? {
    guard let activity = try? JSONFile.read(RunActivity.self, from: path),
      activity.progress.isPossible
    else { return nil }
    return activity
  }

  /// Replaces the file. Who reads it next sees this or what comes later; a loss of power may take it.
  /// - Throws: `FileError`, `RecordError`.
  public func write(to path: String) throws {
    try AtomicFile.write(JSONFile.canonical(self), to: path, durable: false)
  }
}
