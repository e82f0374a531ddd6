import CHDF5
import Foundation

/// An HDF5 file, which is also its root group.
///
///     let file = try HDF5File(creating: "points.h5")
///     try file.write("points", values, shape: [100, 2])
///     try file.setAttribute("seed", Int64(0))
///     try file.close()
///
///     let points: [Float] = try HDF5File(reading: "points.h5").dataSet("points").read()
///
/// No timestamps are stored, so the same calls write the same bytes. Files are read as
/// untrusted input: external links, external values and implausible shapes are refused.
package final class HDF5File: HDF5Group {
  /// The version of libhdf5, such as "1.10.8"; "unknown" if it does not tell.
  package static var libraryVersion: String {
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    guard H5get_libversion(&major, &minor, &release) >= 0 else { return "unknown" }
    return "\(major).\(minor).\(release)"
  }

  /// Creates an empty file, replacing an existing one. It is not atomic; `AtomicFile.replace`
  /// provides a temporary path.
  /// - Parameter final: the path that the file will be renamed to, which errors name.
  /// - Throws: `HDF5Error.unwritable` or `.callFailed`.
  package init(creating path: String, as final: String? = nil) throws(HDF5Error) {
    let location = Location(file: final ?? path, object: "/")
    let creation = try location.call("H5Pcreate") { H5Pcreate(chdf5_file_creation()) }
    defer { H5Pclose(creation) }
    try location.call("H5Pset_obj_track_times") { H5Pset_obj_track_times(creation, false) }
    let access = try Self.unlockedAccess(location)
    defer { H5Pclose(access) }
    let file = try location.call("H5Fcreate") {
      H5Fcreate(path, chdf5_truncate(), creation, access)
    }
    super.init(id: file, location: location)
  }

  /// Opens a file for reading.
  /// - Throws: `HDF5Error.unreadable`, `.notHDF5` or `.callFailed`.
  package init(reading path: String) throws(HDF5Error) {
    let location = Location(file: path, object: "/")
    // The operating system's reason is clearer than libhdf5's.
    guard let stream = fopen(path, "rb") else {
      throw .unreadable(file: path, reason: String(cString: strerror(errno)))
    }
    defer { fclose(stream) }
    // A folder can be opened, but not read.
    if fgetc(stream) == EOF, ferror(stream) != 0 {
      throw .unreadable(file: path, reason: String(cString: strerror(errno)))
    }
    guard try location.call("H5Fis_hdf5", { H5Fis_hdf5(path) }) > 0 else {
      throw .notHDF5(file: path)
    }
    let access = try Self.unlockedAccess(location)
    defer { H5Pclose(access) }
    try location.call("H5Pset_driver") { H5Pset_driver(access, Self.plainDriver, nil) }
    let file = try location.call("H5Fopen") { H5Fopen(path, chdf5_read_only(), access) }
    super.init(id: file, location: location)
  }

  /// A driver for untrusted files: damage must be an error, not a crash within the library. The
  /// header of CHDF5 explains the crash.
  private static let plainDriver = chdf5_register_plain_driver()

  /// Access properties without the library's file locks. The caller closes the list.
  ///
  /// Files are never written under a name that others read, so locks are not needed. Network
  /// file systems often lack them, and child processes would inherit them.
  private static func unlockedAccess(_ location: Location) throws(HDF5Error) -> hid_t {
    let access = try location.call("H5Pcreate") { H5Pcreate(chdf5_file_access()) }
    return try location.setUp(access) { access throws(HDF5Error) in
      try location.call("H5Pset_file_locking") { H5Pset_file_locking(access, false, true) }
    }
  }

  /// Flushes and closes the file. It cannot be used afterwards. Close its data sets first: an
  /// open data set keeps the file open.
  ///
  /// Deinitialisation closes the file, too, but ignores errors such as a full disk.
  /// - Throws: `HDF5Error.unwritable`; `isFull` tells whether the disk is full.
  package func close() throws(HDF5Error) {
    try location.call("H5Fflush") { H5Fflush(id, H5F_SCOPE_GLOBAL) }
    try location.call("H5Fclose") { H5Fclose(id) }
    id = -1
  }
}

/// The reason why an HDF5 file could not be read or written. Its description is one line.
///
/// - `file` is the file's path, `object` the path within it: "/images", or "/images@name" for
///   an attribute.
/// - `call` is the function of libhdf5 that failed.
package enum HDF5Error: Error, Hashable, Sendable {
  /// The file does not exist or cannot be opened; `reason` comes from the operating system.
  case unreadable(file: String, reason: String)
  /// The file does not start with HDF5's signature.
  case notHDF5(file: String)
  /// The file has no object of this name.
  case missing(file: String, object: String)
  /// The object has another type or shape than expected.
  case mismatch(file: String, object: String, expected: String, found: String)
  /// The file cannot be written; `reason` comes from the operating system or libhdf5.
  case unwritable(file: String, reason: String)
  /// Another libhdf5 call failed; `reason` is the system's or that of libhdf5.
  case callFailed(file: String, object: String, call: String, reason: String)
}

extension HDF5Error {
  /// Whether the file system or the user's quota is full. libhdf5 reports that in its message only.
  package var isFull: Bool {
    guard case .unwritable(_, let reason) = self else { return false }
    return [ENOSPC, EDQUOT].contains { reason.contains(String(cString: strerror($0))) }
  }
}

extension HDF5Error: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "cannot open '\(file)': \(reason)"
    case .notHDF5(let file):
      "'\(file)' is not an HDF5 file"
    case .missing(let file, let object):
      "'\(file)' has no \(object); it was not written by this version of scl"
    case .mismatch(let file, let object, let expected, let found):
      "\(object) of '\(file)' is \(found), expected \(expected)"
    case .unwritable(let file, let reason):
      "cannot write '\(file)': \(reason)"
    case .callFailed(let file, let object, let call, let reason):
      "HDF5 failed on \(object) of '\(file)': \(reason) (\(call)); the file may be damaged"
    }
  }
}
