/// Why a record cannot be read or written. The description is one line with the file and the place
/// in it.
///
/// Readers and writers of records also pass on `FileError` (Core) and `HDF5Error`.
package enum RecordError: Error, Hashable, Sendable {
  /// The file or folder does not exist, is of another kind, or the system refuses it.
  case unreadable(file: String, reason: String)
  /// The content is not what a run writes. `key` is the place in the file: "metrics.nmi", "line 3,
  /// loss", "/truth"; empty for the whole file.
  case malformed(file: String, key: String, problem: String)
  /// The record has another version of the layout.
  case wrongSchema(file: String, found: Int, expected: Int)
  /// The record is in the folder of another run.
  case misplaced(file: String, key: String, found: String, expected: String)
  /// A number is NaN or infinite, which neither JSON nor the history can hold.
  case notFinite(key: String)
  /// The method changed the names or the order of its partial losses after the first epoch.
  case wrongLossNames(epoch: Int, found: [String], expected: [String])
  /// A partial loss has a name that cannot be a column of `history.csv`.
  case invalidLossName(String)
  /// A read-out or a measure has a name that cannot be a column of `history.csv`.
  case invalidReadOutName(String)
  /// Another process took this one for dead and now works in the run's folder.
  case lockLost(file: String)
  /// A file of a finished result is damaged or of another run; the cause in words, and what to do.
  case unusable(cause: String, remedy: String)
  /// Assignments whose lists have different lengths.
  case lengthsDiffer(indices: Int, predicted: Int, truth: Int)
}

extension RecordError: CustomStringConvertible {
  package var description: String {
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
      "'\(key)' is not finite and cannot be recorded"
    case .wrongLossNames(let epoch, let found, let expected):
      "epoch \(epoch) has the partial losses [\(found.joined(separator: ", "))], but the history "
        + "began with [\(expected.joined(separator: ", "))]"
    case .invalidLossName(let name):
      "'\(name)' is not a valid name of a partial loss: use letters, digits, '_' and '-'; names must be "
        + "unique and differ from the history's other columns"
    case .invalidReadOutName(let name):
      "'\(name)' is not a valid name of a read-out or measure: use letters, digits, '_' and '-'; names must be "
        + "unique, differ from the history's other columns and, of a measure, not end in '_nmi', '_acc' or '_ari'"
    case .lockLost(let file):
      "another process took over '\(file)' because this one did not respond; this one stops"
    case .unusable(let cause, let remedy):
      "\(cause); \(remedy)"
    case .lengthsDiffer(let indices, let predicted, let truth):
      "\(indices) image indices, \(predicted) predicted and \(truth) true labels: "
        + "the numbers must be equal"
    }
  }
}
