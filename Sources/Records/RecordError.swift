/// Why a record cannot be read or written.
///
/// Reading and writing also pass on `FileError` (Core) and `HDF5Error`.
public enum RecordError: Error, Hashable, Sendable {
  case unreadable(file: String, reason: String)
  /// `key` is the place in the file: "metrics.nmi", "line 3, loss", "/truth"; empty for the whole.
  case malformed(file: String, key: String, problem: String)
  case wrongSchema(file: String, found: Int, expected: Int)
  /// A record that lies in the folder of another run.
  case misplaced(file: String, key: String, found: String, expected: String)
  /// JSON and CSV have no place for it.
  case notFinite(key: String)
  case wrongLossNames(epoch: Int, found: [String], expected: [String])
  case invalidLossName(String)
  /// Another process took this one for dead and works in the run's folder now.
  case lockLost(file: String)
  case lengthsDiffer(indices: Int, predicted: Int, truth: Int)
}

extension RecordError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "cannot read '\(file)': \(reason)"
    case .malformed(let file, let key, let problem):
      "'\(file)'\(key.isEmpty ? "" : ", \(key)"): \(problem)"
    case .wrongSchema(let file, let found, let expected):
      "'\(file)' has layout \(found), but this program reads layout \(expected): "
        + "read it with the program that wrote it, or run again"
    case .misplaced(let file, let key, let found, let expected):
      "'\(file)' is the record of \(key) \(found) in the folder of \(key) \(expected): "
        + "move or remove it"
    case .notFinite(let key):
      "'\(key)' is not a finite number and cannot be recorded"
    case .wrongLossNames(let epoch, let found, let expected):
      "epoch \(epoch) has the partial losses [\(found.joined(separator: ", "))], but the history "
        + "began with [\(expected.joined(separator: ", "))]"
    case .invalidLossName(let name):
      "'\(name)' cannot name a partial loss: use letters, digits, '_' and '-', and no name "
        + "that occurs twice or is a column of the history"
    case .lockLost(let file):
      "another process took over '\(file)' because this one did not respond: this one stops"
    case .lengthsDiffer(let indices, let predicted, let truth):
      "\(indices) image indices, \(predicted) predicted and \(truth) true labels: "
        + "give one of each for every image"
    }
  }
}
