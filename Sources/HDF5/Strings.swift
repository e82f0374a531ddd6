import CHDF5

/// How a list of UTF-8 strings is stored.
///
/// Strings of one fixed length stand where the list does. Those of variable length, as h5py writes them,
/// lie in a heap of the file, of which libhdf5 believes everything: a damaged one makes it crash. They
/// are left for lists that would pass an attribute's limit.
enum StringStorage {
  /// Bytes of each, closing zero included.
  case fixed(Int)
  case variable

  /// An attribute has at most 64 KiB, some of which its header takes.
  private static let attributeLimit = 60_000

  init(_ strings: [String], inAttribute: Bool) {
    let length = (strings.map(\.utf8.count).max() ?? 0) + 1
    let fits = !inAttribute || length * strings.count <= Self.attributeLimit
    self = fits ? .fixed(length) : .variable
  }

  /// Its type in the file and in memory. The caller closes it.
  func makeType(at location: Location) throws(HDF5Error) -> hid_t {
    let size =
      switch self {
      case .fixed(let length): length
      case .variable: chdf5_variable_size()
      }
    let type = try location.call("H5Tcopy") { H5Tcopy(chdf5_c_string()) }
    return try location.setUp(type) { type throws(HDF5Error) in
      try location.call("H5Tset_size") { H5Tset_size(type, size) }
      try location.call("H5Tset_cset") { H5Tset_cset(type, H5T_CSET_UTF8) }
    }
  }

  /// Hands `body` the strings as libhdf5 takes them.
  func withValues<Result>(
    of strings: [String], _ body: (UnsafeRawPointer?) -> Result
  ) -> Result {
    switch self {
    case .fixed(let length):
      let bytes = strings.flatMap { string in
        string.utf8 + [UInt8](repeating: 0, count: length - string.utf8.count)
      }
      return bytes.withUnsafeBytes { body($0.baseAddress) }
    case .variable:
      // One buffer holds all of them, each with its closing zero; libhdf5 takes pointers into it.
      var bytes: [CChar] = []
      var starts: [Int] = []
      for string in strings {
        starts.append(bytes.count)
        bytes.append(contentsOf: string.utf8CString)
      }
      return bytes.withUnsafeBufferPointer { bytes in
        let pointers = starts.map { start in bytes.baseAddress.map { $0 + start } }
        return pointers.withUnsafeBytes { body($0.baseAddress) }
      }
    }
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
