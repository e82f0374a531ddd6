/// Why a file could not be downloaded.
public enum DownloadError: Error, Hashable, Sendable {
  case badAddress(String)
  /// An HTTP status that trying again does not change.
  case refused(address: String, status: Int, reason: String)
  /// The server calls the file's own compression one for the way, so that it would come unpacked.
  case encoded(address: String, encoding: String)
  /// The server offers a file of another size than the published one.
  case wrongSize(address: String, found: Int64, expected: Int64)
  /// All bytes came, but they are not the published file's; they were removed.
  case wrongChecksum(address: String, found: String, expected: String)
  /// A file of this name is there already, and it is not the published one.
  case otherFile(path: String, difference: String)
  /// The server broke off, stalled or failed `attempts` times in a row without a further byte.
  case gaveUp(address: String, attempts: Int, reason: String, received: Int64, size: Int64)
  /// Another process downloads the same file.
  case busy(path: String)
  case noSpace(folder: String, needed: Int64, free: Int64)
}

extension DownloadError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badAddress(let address):
      "'\(address)' is no http or https address"
    case .refused(let address, let status, let reason):
      "the server refuses '\(address)' (\(status) \(reason)); name a mirror with --url"
    case .encoded(let address, let encoding):
      "the server has '\(address)' unpacked on the way (Content-Encoding: \(encoding)), which cannot "
        + "be checked; name a mirror with --url"
    case .wrongSize(let address, let found, let expected):
      "'\(address)' has \(found) bytes, the published file \(expected): it is another file; "
        + "name a mirror with --url"
    case .wrongChecksum(let address, let found, let expected):
      "what came from '\(address)' has the MD5 \(found), the published file \(expected); it was "
        + "removed: try again, or name a mirror with --url"
    case .otherFile(let path, let difference):
      "'\(path)' is there but is not the published file: \(difference); remove it, or name another "
        + "folder with --to"
    case .gaveUp(let address, let attempts, let reason, let received, let size):
      "'\(address)' failed \(attempts) times in a row, last because \(reason); \(received) of "
        + "\(size) bytes are kept: the same command goes on from there, --url names a mirror"
    case .busy(let path):
      "another process downloads '\(path)'; wait for it, or name another folder with --to"
    case .noSpace(let folder, let needed, let free):
      "'\(folder)' has room for \(free) bytes, \(needed) are needed; make room, or name another "
        + "folder with --to"
    }
  }
}
