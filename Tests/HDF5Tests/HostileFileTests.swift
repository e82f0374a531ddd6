import CHDF5
import Foundation
import HDF5
import Testing

/// Files that no honest program makes.
extension HDF5FileTests {
  /// Makes a file by libhdf5's own calls: a data set "values" of bytes, of a shape and set up by `body`.
  private func makeFile(_ shape: [hsize_t], _ body: (_ creation: hid_t) -> Void = { _ in }) throws
    -> String
  {
    let path = folder + "/hostile.h5"
    let file = H5Fcreate(path, chdf5_truncate(), 0, 0)
    try #require(file >= 0)
    defer { H5Fclose(file) }
    let creation = H5Pcreate(chdf5_data_set_creation())
    defer { H5Pclose(creation) }
    body(creation)
    let space = H5Screate_simple(Int32(shape.count), shape, nil)
    defer { H5Sclose(space) }
    let dataSet = H5Dcreate2(file, "values", chdf5_stored_uint8(), space, 0, creation, 0)
    try #require(dataSet >= 0)
    H5Dclose(dataSet)
    return path
  }

  private func expectRefused(_ path: String, _ reason: String) {
    let error = #expect(throws: HDF5Error.self) {
      try HDF5File(reading: path).dataSet("values").read(as: UInt8.self)
    }
    #expect(error?.description.contains(reason) == true, "\(error.map { "\($0)" } ?? "")")
  }

  @Test func `A shape that no integer counts is refused, beside an axis of no length too`() throws {
    expectRefused(try makeFile([0, 1 << 40, 1 << 40]), "expected a smaller shape")
    expectRefused(try makeFile([1 << 40, 1 << 40, 0]), "expected a smaller shape")
  }

  @Test func `More values than a file of its size can hold are refused`() throws {
    expectRefused(try makeFile([1 << 30]), "an array that fits in the file")
  }

  @Test func `Values in another file are not read`() throws {
    let secret = folder + "/secret"
    try Data("secret".utf8).write(to: URL(fileURLWithPath: secret))
    let external = try makeFile([6]) { H5Pset_external($0, secret, 0, 6) }
    expectRefused(external, "external values")

    let source = folder + "/source.h5"
    let other = try HDF5File(creating: source)
    try other.write("values", [UInt8](1...6))
    try other.close()
    let virtual = try makeFile([6]) { creation in
      let space = H5Screate_simple(1, [6], nil)
      H5Pset_virtual(creation, space, source, "values", space)
      H5Sclose(space)
    }
    expectRefused(virtual, "external values")
  }

  // h5py: file["values"] = h5py.ExternalLink("other.h5", "/values"), libver="latest".
  private static let linkedFile = """
    iUhERg0KGgoDCAgAAAAAAAAAAAD//////////7MAAAAAAAAAMAAAAAAAAACVVVaLT0hEUgIAeAISAAAAAP//////////\
    //////////8KAgABAAAGHgAAAQhABnZhbHVlcxIAAG90aGVyLmg1AC92YWx1ZXMAADYAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAKFJmUE=
    """

  @Test func `A link into another file is not followed`() throws {
    let other = try HDF5File(creating: folder + "/other.h5")
    try other.write("values", [UInt8](1...6))
    try other.close()
    let path = folder + "/linked.h5"
    let data = try #require(Data(base64Encoded: Self.linkedFile))
    try data.write(to: URL(fileURLWithPath: path))
    #expect(throws: HDF5Error.self) { try HDF5File(reading: path).dataSet("values") }
  }
}

// MARK: - The end of the process

extension HDF5FileTests {
  @Test func `libhdf5 locks its calls, since several threads make them`() {
    var isThreadSafe = false
    #expect(H5is_library_threadsafe(&isThreadSafe) >= 0 && isThreadSafe)
  }

  @Test func `A thread that ended with an error leaves the process to end in silence`() async throws
  {
    let result = try await #require(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      let thread = Thread { _ = try? HDF5File(reading: "/dev/null") }
      thread.start()
      for _ in 0..<60_000 where !thread.isFinished { usleep(1_000) }
      guard thread.isFinished else { exit(2) }
      // What libhdf5 does at the end of a program that has not told it otherwise.
      H5close()
    }
    let errors = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(!errors.contains("HDF5"), "\(errors)")
  }
}

// MARK: - A full disk

extension HDF5FileTests {
  @Test(.enabled(if: geteuid() == 0, "needs the right to mount a small file system"))
  func `A full disk is told by the last write or the closing, and the process ends well`() async {
    await #expect(processExitsWith: .success) {
      let disk = NSTemporaryDirectory() + "small-disk-\(getpid())"
      mkdir(disk, 0o700)
      guard mount("tmpfs", disk, "tmpfs", 0, "size=64k") == 0 else { exit(2) }
      defer {
        umount2(disk, Int32(MNT_DETACH))
        rmdir(disk)
      }
      do {
        let file = try HDF5File(creating: disk + "/full.h5.new", as: disk + "/full.h5")
        let values = try file.createDataSet("values", of: UInt8.self, shape: [1 << 20])
        // Smaller than what libhdf5 keeps back until a data set is closed.
        for start in stride(from: 0, to: 1 << 20, by: 1 << 15) {
          try values.write([UInt8](repeating: 1, count: 1 << 15), rows: start..<start + 1 << 15)
        }
        try values.close()
        try file.close()
        exit(3)
      } catch {
        // Without the library's numbers and addresses.
        guard "\(error)" == "cannot write '\(disk)/full.h5': No space left on device",
          (error as? HDF5Error)?.isFull == true
        else { exit(4) }
      }
    }
  }
}
