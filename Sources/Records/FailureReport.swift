import Core
import Foundation

/// What the process of a run says of its failure, as a JSON object on a line of standard output.
/// The sweep reads it there if `failed.json` could not be written, as on a full disk.
///
///     {"kind":"disk full","reason":"cannot write 'results/...': No space left on device"}
package struct FailureReport: Codable, Equatable, Sendable {
  package let kind: FailureKind
  /// One line, as `RunFailure.reason`.
  package let reason: String

  package init(kind: FailureKind, reason: String) {
    self.kind = kind
    self.reason = reason
  }

  /// Parses a line of a run's standard output.
  /// - Returns: nil if it is something else, such as progress.
  package init?(line: String) {
    guard let report = try? JSONDecoder().decode(Self.self, from: Data(line.utf8)) else {
      return nil
    }
    self = report
  }

  /// The value as one line of JSON, with its newline.
  package var line: String { JSONEncoder.line(self) }
}
