import CHDF5

/// An array of numbers or strings in a file. Rows are the entries along its first axis.
///
///     let images = try file.dataSet("images")      // shape [60000, 32, 32, 3]
///     let first: [UInt8] = try images.read(rows: 0..<100)
///
/// Rows can be read and written in any order, so that memory need not hold the whole array. Get
/// one from `HDF5Group.dataSet` or `createDataSet`.
package final class HDF5DataSet: HDF5Object {
  /// The length of each axis; empty for a scalar.
  package let shape: [Int]
  /// The kind of its values.
  package let kind: HDF5ValueKind
  /// The number of values.
  package let count: Int
  /// The number of values per row: the product of the lengths of all axes but the first.
  package let rowSize: Int
  /// Whether the values are stored in chunks, which may be compressed or missing.
  package let isChunked: Bool

  /// Takes ownership of the open identifier `id`; closes it if this throws.
  /// - Throws: `HDF5Error`; `.mismatch` if the number of values overflows.
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

  /// Refuses values in external files, which the user never named, and shapes that the file
  /// cannot contain.
  /// - Throws: `HDF5Error.mismatch`.
  func requireOwnValues() throws(HDF5Error) {
    let type = try location.call("H5Dget_type") { H5Dget_type(id) }
    defer { H5Tclose(type) }
    let creation = try location.call("H5Dget_create_plist") { H5Dget_create_plist(id) }
    defer { H5Pclose(creation) }
    let externalFiles = try location.call("H5Pget_external_count") {
      H5Pget_external_count(creation)
    }
    guard externalFiles == 0, H5Pget_layout(creation) != H5D_VIRTUAL else {
      throw mismatch(expected: "values within the file", found: "a data set with external values")
    }
    try requirePlausible(shape, type: type, of: id, isPacked: isChunked, at: location)
  }

  /// The number of rows; 1 for a scalar.
  package var rowCount: Int { shape.first ?? 1 }
}

// MARK: - Reading

extension HDF5DataSet {
  /// All values in row-major order, converted to `Element` (`HDF5Element`).
  /// - Throws: `HDF5Error`; `.mismatch` if the values are not numbers.
  package func read<Element: HDF5Element>(
    as _: Element.Type = Element.self
  ) throws(HDF5Error) -> [Element] {
    try read(rows: 0..<rowCount)
  }

  /// The values of a range of rows in row-major order.
  /// - Parameter rows: within 0..<`rowCount`; an empty range gives no values.
  /// - Throws: `HDF5Error`; `.mismatch` if the values are not numbers or the rows do not exist.
  package func read<Element: HDF5Element>(
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

  /// Reads a range of rows into memory of the caller, without a copy.
  /// - Parameter buffer: exactly `rows.count * rowSize` values, in row-major order.
  /// - Throws: `HDF5Error`; `.mismatch` if the values are not numbers, the rows do not exist or
  ///   the size differs.
  package func read<Element: HDF5Element>(
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

  /// All strings, of fixed or variable length, in row-major order. Bytes that are not UTF-8
  /// become U+FFFD.
  /// - Throws: `HDF5Error`; `.mismatch` if the values are not strings.
  package func readStrings() throws(HDF5Error) -> [String] {
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
  /// - Throws: `HDF5Error`; `.mismatch` if their number is not `count`.
  package func write<Element: HDF5Element>(_ values: [Element]) throws(HDF5Error) {
    try write(values, rows: 0..<rowCount)
  }

  /// Writes the values of a range of rows, given in row-major order.
  /// - Throws: `HDF5Error`; `.mismatch` if the rows do not exist or need another number of
  ///   values.
  package func write<Element: HDF5Element>(
    _ values: [Element], rows: Range<Int>
  ) throws(HDF5Error) {
    try values.withUnsafeBufferPointer { buffer throws(HDF5Error) in
      try write(buffer, rows: rows)
    }
  }

  /// Writes the values of a range of rows from memory of the caller, without a copy.
  /// - Throws: `HDF5Error`; `.mismatch` if the rows do not exist or need another number of
  ///   values.
  package func write<Element: HDF5Element>(
    _ values: UnsafeBufferPointer<Element>, rows: Range<Int>
  ) throws(HDF5Error) {
    try withRows(rows, values.count) { memory, file throws(HDF5Error) in
      try location.call("H5Dwrite") {
        H5Dwrite(
          id, Element.memoryType, memory, file, chdf5_default_properties(), values.baseAddress)
      }
    }
  }

  /// Flushes and closes the data set. It cannot be used afterwards.
  ///
  /// Deinitialisation closes it, too, but ignores errors such as a full disk. Close what was
  /// written.
  package func close() throws(HDF5Error) {
    try location.call("H5Dclose") { H5Dclose(id) }
    id = -1
  }

  /// Writes all strings in the layout of `storage`.
  /// - Parameter type: the type that `storage` made.
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
  /// Calls `transfer` with the data spaces of `rows` in memory and in the file, unless `rows`
  /// is empty.
  /// - Parameters:
  ///   - count: the number of values in the caller's buffer.
  ///   - transfer: given a contiguous space in memory and the selected rows in the file.
  /// - Throws: `HDF5Error.mismatch` if the rows do not exist or `count` does not fill them.
  private func withRows(
    _ rows: Range<Int>, _ count: Int, _ transfer: (hid_t, hid_t) throws(HDF5Error) -> Void
  ) throws(HDF5Error) {
    guard rows.lowerBound >= 0, rows.upperBound <= rowCount, count == rows.count * rowSize else {
      throw mismatch(
        expected: "\(count) values in rows \(rows.lowerBound)..<\(rows.upperBound)",
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

/// Creates a data space of fixed size; a scalar one for the empty shape. The caller closes it.
func makeSpace(_ shape: [Int], at location: Location) throws(HDF5Error) -> hid_t {
  if shape.isEmpty { return try location.call("H5Screate") { H5Screate(H5S_SCALAR) } }
  let sizes = shape.map { hsize_t($0) }
  return try location.call("H5Screate_simple") {
    H5Screate_simple(Int32(sizes.count), sizes, nil)
  }
}

/// The shape of a data space: empty for a scalar.
func extent(of space: hid_t, at location: Location) throws(HDF5Error) -> [Int] {
  let rank = try location.call("H5Sget_simple_extent_ndims") { H5Sget_simple_extent_ndims(space) }
  var sizes = [hsize_t](repeating: 0, count: Int(rank))
  let status = H5Sget_simple_extent_dims(space, &sizes, nil)
  try location.call("H5Sget_simple_extent_dims") { status }
  // Only damaged files have axes beyond the range of Int.
  return sizes.map { Int(clamping: $0) }
}

/// The number of values in an array of this shape; 1 for a scalar.
/// - Throws: `HDF5Error.mismatch` if it overflows. HDF5 allows axes of any length together with
///   an empty one.
func valueCount(_ shape: some Collection<Int>, at location: Location) throws(HDF5Error) -> Int {
  var count = 1
  for size in shape {
    let product = count.multipliedReportingOverflow(by: size)
    guard !product.overflow else {
      throw .mismatch(
        file: location.file, object: location.object, expected: "a smaller shape",
        found: "of shape \(Array(shape))")
    }
    count = product.partialValue
  }
  return count
}

/// Refuses a shape whose values would need more bytes than the file of `object` can contain.
/// Memory is allocated before anything is read, so a damaged shape could otherwise demand all
/// of it.
/// - Parameters:
///   - type: the type of one value in the file.
///   - isPacked: whether the values may be compressed. Deflate reaches at most 1,032 to 1: 258
///     bytes for 2 bits (RFC 1951).
/// - Throws: `HDF5Error.mismatch`.
func requirePlausible(
  _ shape: [Int], type: hid_t, of object: hid_t, isPacked: Bool = false, at location: Location
) throws(HDF5Error) {
  let file = try location.call("H5Iget_file_id") { H5Iget_file_id(object) }
  defer { H5Fclose(file) }
  var fileSize: hsize_t = 0
  let status = H5Fget_filesize(file, &fileSize)
  try location.call("H5Fget_filesize") { status }
  let limit = Int(clamping: fileSize)
  let bytes = try valueCount([H5Tget_size(type)] + shape, at: location)
  guard bytes / (isPacked ? 1_032 : 1) <= limit else {
    throw .mismatch(
      file: location.file, object: location.object, expected: "an array that fits in the file",
      found: "of shape \(shape)")
  }
}
