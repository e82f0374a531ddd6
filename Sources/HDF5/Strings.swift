import CHDF5

/// How a list of UTF-8 strings is stored: in one fixed length, so that they stand where the list does.
///
/// Those of variable length, as h5py writes them, lie in a heap of the file, of which libhdf5 believes
/// everything: a damaged one makes it crash. They are read and never written.
struct StringStorage {
  /// Bytes of each string, closing zero included.
  let length: Int

  init(_ strings: [String]) {
    length = (strings.map(\.utf8.count).max() ?? 0) + 1
  }

  /// Its type in the file and in memory. The caller closes it.
  func makeType(at location: Location) throws(HDF5Error) -> hid_t {
    let type = try location.call("H5Tcopy") { H5Tcopy(chdf5_c_string()) }
    return try location.setUp(type) { type throws(HDF5Error) in
      try location.call("H5Tset_size") { H5Tset_size(type, length) }
      try location.call("H5Tset_cset") { H5Tset_cset(type, H5T_CSET_UTF8) }
    }
  }

  /// Hands `body` the strings as libhdf5 takes them.
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

/// Reads strings of fixed or variable length.
/// - Parameters:
///   - type: the strings' type in the file.
///   - space: their data space in the file.
///   - read: the call that fills a buffer with values of a type in memory.
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
  // The type in memory is the file's own, so that neither padding nor character set is converted.
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
