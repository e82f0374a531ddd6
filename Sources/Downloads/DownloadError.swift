/// The reason why a download failed. Its description is one line that says what to do.
package enum DownloadError: Error, Hashable, Sendable {
  /// The address is not one of http or https with a host.
  case badAddress(String)
  /// An HTTP status that a retry would not change, such as 404.
  case refused(address: String, status: Int, reason: String)
  /// The server sends the file's own compression as a content encoding (RFC 9110, section 8.4).
  /// URLSession would decompress it, and the bytes would not match the published size and MD5.
  case encoded(address: String, encoding: String)
  /// The size that the server states, or that arrived, differs from the published one.
  case wrongSize(address: String, found: Int64, expected: Int64)
  /// The received file has the published size but another MD5. It was removed, because nothing
  /// tells which bytes are wrong.
  case wrongChecksum(address: String, found: String, expected: String)
  /// A file exists at the path and is not the published one. It was left alone.
  case otherFile(path: String, difference: String)
  /// The server failed or stalled `attempts` times in a row without sending data. `received` of
  /// `size` bytes are kept.
  case gaveUp(address: String, attempts: Int, reason: String, received: Int64, size: Int64)
  /// The name of the host has no address, as without a network; `remedy` says what to do.
  case unknownHost(
    String, remedy: String = "run the same command again later, or use a mirror with --url")
  /// Another process is downloading to the same path.
  case busy(path: String)
  /// The disk has `free` bytes, fewer than the `needed` ones that are missing.
  case noSpace(folder: String, needed: Int64, free: Int64)
}

extension DownloadError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .badAddress(let address):
      "'\(address)' is not an http or https address"
    case .refused(let address, let status, let reason):
      "the server refused '\(address)' (\(status) \(reason)); use a mirror with --url"
    case .encoded(let address, let encoding):
      "the server sends '\(address)' with Content-Encoding: \(encoding), so its checksum cannot be "
        + "verified; use a mirror with --url"
    case .wrongSize(let address, let found, let expected):
      "'\(address)' has \(found) bytes, but the published file has \(expected); use a mirror with --url"
    case .wrongChecksum(let address, let found, let expected):
      "the file from '\(address)' has MD5 \(found), expected \(expected), and was removed; try again, or "
        + "use a mirror with --url"
    case .otherFile(let path, let difference):
      "'\(path)' exists but is not the published file: \(difference); remove it, or choose another "
        + "folder with --to"
    case .gaveUp(let address, let attempts, let reason, let received, let size):
      "'\(address)' failed \(attempts) times in a row (last: \(reason)); \(received) of \(size) bytes are "
        + "kept: run the same command to resume, or use a mirror with --url"
    case .unknownHost(let host, let remedy): "no connection to \(host); \(remedy)"
    case .busy(let path):
      "another process is downloading '\(path)'; wait for it, or choose another folder with --to"
    case .noSpace(let folder, let needed, let free):
      "'\(folder)' has \(free) bytes free, but \(needed) are needed; free some space, or choose another "
        + "folder with --to"
    }
  }
}
