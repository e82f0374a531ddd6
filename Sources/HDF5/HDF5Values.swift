import CHDF5

/// A number type of data sets and attributes.
///
/// Values are stored little-endian on every machine. Reading converts from the number type in
/// the file by libhdf5's rules: fractions are truncated, and numbers out of range become the
/// nearest in range.
package protocol HDF5Element: BitwiseCopyable, Sendable {
  /// libhdf5's identifier of the in-memory type.
  static var memoryType: Int64 { get }
  /// libhdf5's identifier of the stored type.
  static var storedType: Int64 { get }
}

/// For pixels, splits and flags: `H5T_STD_U8LE`.
extension UInt8: HDF5Element {
  package static var memoryType: Int64 { chdf5_native_uint8() }
  package static var storedType: Int64 { chdf5_stored_uint8() }
}

/// For labels and assignments: `H5T_STD_I32LE`.
extension Int32: HDF5Element {
  package static var memoryType: Int64 { chdf5_native_int32() }
  package static var storedType: Int64 { chdf5_stored_int32() }
}

/// For sizes and counts: `H5T_STD_I64LE`.
extension Int64: HDF5Element {
  package static var memoryType: Int64 { chdf5_native_int64() }
  package static var storedType: Int64 { chdf5_stored_int64() }
}

/// For seeds: `H5T_STD_U64LE`.
extension UInt64: HDF5Element {
  package static var memoryType: Int64 { chdf5_native_uint64() }
  package static var storedType: Int64 { chdf5_stored_uint64() }
}

/// For tensors: `H5T_IEEE_F32LE`.
extension Float: HDF5Element {
  package static var memoryType: Int64 { chdf5_native_float() }
  package static var storedType: Int64 { chdf5_stored_float() }
}

/// For reference values: `H5T_IEEE_F64LE`.
extension Double: HDF5Element {
  package static var memoryType: Int64 { chdf5_native_double() }
  package static var storedType: Int64 { chdf5_stored_double() }
}

/// The kind of the values in a data set or attribute. Enumerations count as integers, and
/// booleans of h5py are enumerations. `other` are compounds, references and the like, which
/// this program does not read.
package enum HDF5ValueKind: String, Sendable {
  case integer, float, string, other

  /// The kind of an HDF5 type.
  init(type: hid_t) {
    switch H5Tget_class(type) {
    case H5T_INTEGER, H5T_ENUM: self = .integer
    case H5T_FLOAT: self = .float
    case H5T_STRING: self = .string
    default: self = .other
    }
  }
}

/// The storage of a list of UTF-8 strings: each has the same number of bytes, padded with
/// zeros, in place.
///
/// Strings of variable length, as h5py writes them, are in a heap that libhdf5 does not
/// validate, so a damaged heap makes it crash. They are read but never written.
struct StringStorage {
  /// Bytes per string: those of the longest, and a terminating zero.
  let length: Int

  init(_ strings: [String]) {
    length = (strings.map(\.utf8.count).max() ?? 0) + 1
  }

  /// Creates the type in the file and in memory (`H5T_C_S1`, UTF-8). The caller closes it.
  func makeType(at location: Location) throws(HDF5Error) -> hid_t {
    let type = try location.call("H5Tcopy") { H5Tcopy(chdf5_c_string()) }
    return try location.setUp(type) { type throws(HDF5Error) in
      try location.call("H5Tset_size") { H5Tset_size(type, length) }
      try location.call("H5Tset_cset") { H5Tset_cset(type, H5T_CSET_UTF8) }
    }
  }

  /// Calls `body` with the strings in libhdf5's layout, [strings, length] bytes.
  func withValues<Result>(
    of strings: [String], _ body: (UnsafeRawPointer?) -> Result
  ) -> Result {
    var bytes = [UInt8](repeating: 0, count: length * strings.count)
    for (index, string) in strings.enumerated() {
      for (place, byte) in string.utf8.enumerated() { bytes[index * length + place] = byte }
    }
    return bytes.withUnsafeBytes { body($0.baseAddress) }
  }
}

/// Reads strings of fixed or variable length. Fixed ones end at the first zero or, if they are
/// padded with spaces, before those. Bytes that are not UTF-8 become U+FFFD.
/// - Parameters:
///   - type: the strings' type in the file.
///   - space: their data space in the file.
///   - call: the function of libhdf5, for the error message.
///   - read: the call that fills a buffer with values of the in-memory type.
func decodeStrings(
  type: hid_t, space: hid_t, at location: Location, call: String,
  read: (_ memoryType: hid_t, _ buffer: UnsafeMutableRawPointer) -> herr_t
) throws(HDF5Error) -> [String] {
  let count = Int(
    try location.call("H5Sget_simple_extent_npoints") {
      H5Sget_simple_extent_npoints(space)
    })
  if count == 0 { return [] }
  let isVariable = try location.call("H5Tis_variable_str") { H5Tis_variable_str(type) } > 0
  // The in-memory type is the file's own, so neither padding nor character set is converted.
  if isVariable {
    let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: count)
    pointers.initialize(repeating: nil, count: count)
    defer { pointers.deallocate() }
    try location.call(call) { read(type, pointers) }
    let strings = (0..<count).map { pointers[$0].map { String(cString: $0) } ?? "" }
    try location.call("H5Dvlen_reclaim") {
      H5Dvlen_reclaim(type, space, chdf5_default_properties(), pointers)
    }
    return strings
  }
  let length = H5Tget_size(type)
  let isSpacePadded = H5Tget_strpad(type) == H5T_STR_SPACEPAD
  let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count * length)
  bytes.initialize(repeating: 0)
  defer { bytes.deallocate() }
  guard let base = bytes.baseAddress else { return [] }
  try location.call(call) { read(type, base) }
  return (0..<count).map { index in
    var text = bytes[index * length..<(index + 1) * length].prefix { $0 != 0 }
    if isSpacePadded {
      while text.last == UInt8(ascii: " ") { text.removeLast() }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
