import CHDF5
import Foundation

/// An HDF5 file; as a group, its root.
///
/// No times are stored: the same calls write the same bytes.
public final class HDF5File: HDF5Group {
  /// Makes an empty file, in place of any that is there.
  public init(creating path: String) throws(HDF5Error) {
    let location = Location(file: path, object: "/")
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
  public init(reading path: String) throws(HDF5Error) {
    let location = Location(file: path, object: "/")
    // The operating system's reason is clearer than libhdf5's for what it is asked first.
    guard let stream = fopen(path, "rb") else {
      throw .unreadable(file: path, reason: String(cString: strerror(errno)))
    }
    fclose(stream)
    guard try location.call("H5Fis_hdf5", { H5Fis_hdf5(path) }) > 0 else {
      throw .notHDF5(file: path)
    }
    let access = try Self.unlockedAccess(location)
    defer { H5Pclose(access) }
    try location.call("H5Pset_driver") { H5Pset_driver(access, Self.plainDriver, nil) }
    let file = try location.call("H5Fopen") { H5Fopen(path, chdf5_read_only(), access) }
    super.init(id: file, location: location)
  }

  /// Reads files of other people: a damaged one must be an error, and no trap within the library.
  private static let plainDriver = chdf5_register_plain_driver()

  /// How files are opened: without the library's locks. No file is written under a name that others
  /// read, so nothing has to be locked; network disks often cannot; and a process that is started while
  /// a file is open inherits its lock and holds it for as long as it lives.
  private static func unlockedAccess(_ location: Location) throws(HDF5Error) -> hid_t {
    let access = try location.call("H5Pcreate") { H5Pcreate(chdf5_file_access()) }
    return try location.setUp(access) { access throws(HDF5Error) in
      try location.call("H5Pset_file_locking") { H5Pset_file_locking(access, false, true) }
    }
  }

  /// Writes everything to the operating system and closes the file; no later call succeeds. Data sets
  /// have to be closed before, since an open one keeps its file open.
  ///
  /// A file that is merely released is closed too, but its errors (a full disk) are lost.
  public func close() throws(HDF5Error) {
    try location.call("H5Fflush") { H5Fflush(id, H5F_SCOPE_GLOBAL) }
    try location.call("H5Fclose") { H5Fclose(id) }
    id = -1
  }
}
