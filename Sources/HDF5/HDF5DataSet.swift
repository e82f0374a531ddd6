import CHDF5

/// An array of numbers or strings in a file; rows are the entries along its first axis.
public final class HDF5DataSet: HDF5Object {
  /// The length of each axis; empty for a scalar.
  public let shape: [Int]
  /// What the data set holds.
  public let kind: HDF5ValueKind
  /// How many values it holds.
  public let count: Int
  /// How many values make a row.
  public let rowSize: Int
  /// Whether the values lie in blocks, which may be compressed or missing.
  public let isChunked: Bool

  /// Takes over the open identifier `id` and closes it if what it is cannot be had.
  init(opened id: hid_t, at location: Location) throws(HDF5Error) {
    do {
      let type = try location.call("H5Dget_type") { H5Dget_type(id) }
      defer { H5Tclose(type) }
      let space = try location.call("H5Dget_space") { H5Dget_space(id) }
      defer { H5Sclose(space) }
      let creation = try location.call("H5Dget_create_plist") { H5Dget_create_plist(id) }
      defer { H5Pclose(creation) }
      kind = HDF5ValueKind(type: type)
      shape = try extent(of: space, at: location)
      rowSize = try valueCount(shape.dropFirst(), at: location)
      count = try valueCount(shape, at: location)
      isChunked = H5Pget_layout(creation) == H5D_CHUNKED
    } catch {
      release(id)
      throw error
    }
    super.init(id: id, location: location)
  }

  /// Refuses values that lie in other files, and a shape that the file cannot hold.
  func requireOwnValues() throws(HDF5Error) {
    let type = try location.call("H5Dget_type") { H5Dget_type(id) }
    defer { H5Tclose(type) }
    let creation = try location.call("H5Dget_create_plist") { H5Dget_create_plist(id) }
    defer { H5Pclose(creation) }
    let externalFiles = try location.call("H5Pget_external_count") {
      H5Pget_external_count(creation)
    }
    guard externalFiles == 0, H5Pget_layout(creation) != H5D_VIRTUAL else {
      throw mismatch(expected: "values within the file", found: "one with values in other files")
    }
    try requirePlausible(shape, type: type, of: id, isPacked: isChunked, at: location)
  }

  /// How many rows it has; 1 for a scalar.
  public var rowCount: Int { shape.first ?? 1 }
}

// MARK: - Reading

extension HDF5DataSet {
  /// All values in row-major order.
  public func read<Element: HDF5Element>(
    as _: Element.Type = Element.self
  ) throws(HDF5Error) -> [Element] {
    try read(rows: 0..<rowCount)
  }

  /// The values of some rows in row-major order.
  public func read<Element: HDF5Element>(
    rows: Range<Int>, as _: Element.Type = Element.self
  ) throws(HDF5Error) -> [Element] {
    var failure: HDF5Error?
    let count = rows.count * rowSize
    let values = [Element](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(HDF5Error) {
        try read(rows: rows, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        filled = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return values
  }

  /// Fills `buffer`, which has room for exactly these rows.
  public func read<Element: HDF5Element>(
    rows: Range<Int>, into buffer: UnsafeMutableBufferPointer<Element>
  ) throws(HDF5Error) {
    guard kind == .integer || kind == .float else {
      throw mismatch(expected: "numbers (\(Element.self))", found: "of type \(kind.rawValue)")
    }
    try withRows(rows, buffer.count) { memory, file throws(HDF5Error) in
      try location.call("H5Dread") {
        H5Dread(
          id, Element.memoryType, memory, file, chdf5_default_properties(), buffer.baseAddress)
      }
    }
  }

  /// All strings, of fixed or variable length.
  public func readStrings() throws(HDF5Error) -> [String] {
    guard kind == .string else {
      throw mismatch(expected: "strings", found: "of type \(kind.rawValue)")
    }
    let type = try location.call("H5Dget_type") { H5Dget_type(id) }
    defer { H5Tclose(type) }
    let space = try location.call("H5Dget_space") { H5Dget_space(id) }
    defer { H5Sclose(space) }
    return try decodeStrings(type: type, space: space, at: location, call: "H5Dread") {
      H5Dread(id, $0, chdf5_whole_space(), chdf5_whole_space(), chdf5_default_properties(), $1)
    }
  }
}

// MARK: - Writing

extension HDF5DataSet {
  /// Writes all values, given in row-major order.
  public func write<Element: HDF5Element>(_ values: [Element]) throws(HDF5Error) {
    try write(values, rows: 0..<rowCount)
  }

  /// Writes the values of some rows, given in row-major order.
  public func write<Element: HDF5Element>(
    _ values: [Element], rows: Range<Int>
  ) throws(HDF5Error) {
    try values.withUnsafeBufferPointer { buffer throws(HDF5Error) in
      try write(buffer, rows: rows)
    }
  }

  /// Writes the values of some rows, given in row-major order.
  public func write<Element: HDF5Element>(
    _ values: UnsafeBufferPointer<Element>, rows: Range<Int>
  ) throws(HDF5Error) {
    try withRows(rows, values.count) { memory, file throws(HDF5Error) in
      try location.call("H5Dwrite") {
        H5Dwrite(
          id, Element.memoryType, memory, file, chdf5_default_properties(), values.baseAddress)
      }
    }
  }

  /// Hands what was written to the file and closes the data set; no later call succeeds.
  ///
  /// One that is merely released is closed too, but its errors (a full disk) are lost.
  public func close() throws(HDF5Error) {
    try location.call("H5Dclose") { H5Dclose(id) }
    id = -1
  }

  func write(
    strings: [String], as storage: StringStorage, type: hid_t
  ) throws(HDF5Error) {
    if strings.isEmpty { return }
    try location.call("H5Dwrite") {
      storage.withValues(of: strings) {
        H5Dwrite(
          id, type, chdf5_whole_space(), chdf5_whole_space(), chdf5_default_properties(), $0)
      }
    }
  }
}

// MARK: - Rows

extension HDF5DataSet {
  /// Calls `transfer` with the data spaces, in memory and in the file, of `rows`, unless they are
  /// empty; `count` is how many values the caller's memory holds.
  private func withRows(
    _ rows: Range<Int>, _ count: Int, _ transfer: (hid_t, hid_t) throws(HDF5Error) -> Void
  ) throws(HDF5Error) {
    guard rows.lowerBound >= 0, rows.upperBound <= rowCount, count == rows.count * rowSize else {
      throw mismatch(
        expected: "room for \(count) values in rows \(rows.lowerBound)..<\(rows.upperBound)",
        found: "of shape \(shape)")
    }
    if count == 0 { return }
    if shape.isEmpty { return try transfer(chdf5_whole_space(), chdf5_whole_space()) }

    let file = try location.call("H5Dget_space") { H5Dget_space(id) }
    defer { H5Sclose(file) }
    let start = [hsize_t(rows.lowerBound)] + [hsize_t](repeating: 0, count: shape.count - 1)
    let block = ([rows.count] + shape.dropFirst()).map { hsize_t($0) }
    try location.call("H5Sselect_hyperslab") {
      H5Sselect_hyperslab(file, H5S_SELECT_SET, start, nil, block, nil)
    }
    let memory = try makeSpace([count], at: location)
    defer { H5Sclose(memory) }
    try transfer(memory, file)
  }

  private func mismatch(expected: String, found: String) -> HDF5Error {
    .mismatch(file: file, object: path, expected: expected, found: found)
  }
}
