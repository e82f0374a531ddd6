import CHDF5

/// A number type that data sets and attributes can hold.
///
/// Stored little-endian on every machine. A read converts from whatever number type the file has,
/// by libhdf5's rules: fractions are cut off, and numbers out of range become the nearest in range.
public protocol HDF5Element: BitwiseCopyable, Sendable {
  /// libhdf5's identifier of the type in memory.
  static var memoryType: Int64 { get }
  /// libhdf5's identifier of the type in files.
  static var storedType: Int64 { get }
}

extension UInt8: HDF5Element {
  public static var memoryType: Int64 { chdf5_native_uint8() }
  public static var storedType: Int64 { chdf5_stored_uint8() }
}

extension Int32: HDF5Element {
  public static var memoryType: Int64 { chdf5_native_int32() }
  public static var storedType: Int64 { chdf5_stored_int32() }
}

extension Int64: HDF5Element {
  public static var memoryType: Int64 { chdf5_native_int64() }
  public static var storedType: Int64 { chdf5_stored_int64() }
}

extension UInt64: HDF5Element {
  public static var memoryType: Int64 { chdf5_native_uint64() }
  public static var storedType: Int64 { chdf5_stored_uint64() }
}

extension Float: HDF5Element {
  public static var memoryType: Int64 { chdf5_native_float() }
  public static var storedType: Int64 { chdf5_stored_float() }
}

extension Double: HDF5Element {
  public static var memoryType: Int64 { chdf5_native_double() }
  public static var storedType: Int64 { chdf5_stored_double() }
}

/// What kind of value a data set or attribute holds.
public enum HDF5ValueKind: String, Sendable {
  case integer, float, string, other

  init(type: hid_t) {
    switch H5Tget_class(type) {
    case H5T_INTEGER, H5T_ENUM: self = .integer
    case H5T_FLOAT: self = .float
    case H5T_STRING: self = .string
    default: self = .other
    }
  }
}
