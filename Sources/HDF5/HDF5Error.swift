import Foundation

/// Why an HDF5 file could not be read or written.
public enum HDF5Error: Error, Hashable, Sendable {
  /// The file is not there or may not be opened; `reason` is the operating system's.
  case unreadable(file: String, reason: String)
  /// The file does not begin with HDF5's signature.
  case notHDF5(file: String)
  /// The file has no object (or attribute, as `object@name`) of this name.
  case missing(file: String, object: String)
  /// The object has another type or shape than was asked for.
  case mismatch(file: String, object: String, expected: String, found: String)
  /// A call of libhdf5 failed; `reason` is the innermost message of its error stack.
  case callFailed(file: String, object: String, call: String, reason: String)
}

extension HDF5Error {
  /// Whether the file system, or the user's share of it, is full. libhdf5 passes the operating system's
  /// reason on in its text alone.
  public var isFull: Bool {
    guard case .callFailed(_, _, _, let reason) = self else { return false }
    return [ENOSPC, EDQUOT].contains { reason.contains(String(cString: strerror($0))) }
  }
}

extension HDF5Error: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "cannot open '\(file)': \(reason)"
    case .notHDF5(let file):
      "'\(file)' is not an HDF5 file; make it again or name another"
    case .missing(let file, let object):
      "'\(file)' has no \(object); it was not written by this program, or by another version"
    case .mismatch(let file, let object, let expected, let found):
      "\(object) of '\(file)' is \(found), expected \(expected)"
    case .callFailed(let file, let object, let call, let reason):
      "HDF5 failed on \(object) of '\(file)': \(reason) (\(call)); the file may be damaged"
    }
  }
}
