import CHDF5

/// What groups, data sets and files have in common: a place in a file, and attributes.
///
/// Objects are not `Sendable`: libhdf5 locks each call but no sequence of calls, so one file belongs
/// to one thread at a time. An object keeps its file open for as long as it lives.
public class HDF5Object {
  let location: Location
  var id: hid_t

  init(id: hid_t, location: Location) {
    self.id = id
    self.location = location
  }

  deinit {
    if id >= 0 { release(id) }
  }

  /// The path of the HDF5 file.
  public var file: String { location.file }

  /// The object's path within the file: "/" for the file itself.
  public var path: String { location.object }
}

// MARK: - Reading attributes

extension HDF5Object {
  /// Whether the object has an attribute of this name.
  public func hasAttribute(_ name: String) throws(HDF5Error) -> Bool {
    try location.attribute(name).call("H5Aexists") { H5Aexists(id, name) } > 0
  }

  /// What kind of value an attribute holds.
  public func attributeKind(_ name: String) throws(HDF5Error) -> HDF5ValueKind {
    let location = location.attribute(name)
    let attribute = try openAttribute(name)
    defer { H5Aclose(attribute) }
    let type = try location.call("H5Aget_type") { H5Aget_type(attribute) }
    defer { H5Tclose(type) }
    return HDF5ValueKind(type: type)
  }

  /// The numbers of an attribute of any shape, in row-major order.
  public func attributes<Element: HDF5Element>(
    _ name: String, as _: Element.Type = Element.self
  ) throws(HDF5Error) -> [Element] {
    let location = location.attribute(name)
    let kind = try attributeKind(name)
    guard kind == .integer || kind == .float else {
      throw .mismatch(
        file: file, object: location.object, expected: "numbers (\(Element.self))",
        found: "of type \(kind.rawValue)")
    }
    let attribute = try openAttribute(name)
    defer { H5Aclose(attribute) }
    let space = try location.call("H5Aget_space") { H5Aget_space(attribute) }
    defer { H5Sclose(space) }
    let type = try location.call("H5Aget_type") { H5Aget_type(attribute) }
    defer { H5Tclose(type) }
    let shape = try extent(of: space, at: location)
    try requirePlausible(shape, type: type, of: attribute, at: location)
    let count = try valueCount(shape, at: location)
    var status: herr_t = 0
    let values = [Element](unsafeUninitializedCapacity: count) { buffer, filled in
      status = count == 0 ? 0 : H5Aread(attribute, Element.memoryType, buffer.baseAddress)
      filled = status < 0 ? 0 : count
    }
    try location.call("H5Aread") { status }
    return values
  }

  /// The one number of an attribute.
  public func attribute<Element: HDF5Element>(
    _ name: String, as _: Element.Type = Element.self
  ) throws(HDF5Error) -> Element {
    try single(attributes(name), name)
  }

  /// The strings of an attribute, of fixed or variable length.
  public func stringAttributes(_ name: String) throws(HDF5Error) -> [String] {
    let location = location.attribute(name)
    let attribute = try openAttribute(name)
    defer { H5Aclose(attribute) }
    let type = try location.call("H5Aget_type") { H5Aget_type(attribute) }
    defer { H5Tclose(type) }
    guard HDF5ValueKind(type: type) == .string else {
      throw .mismatch(
        file: file, object: location.object, expected: "a string", found: "of another type")
    }
    let space = try location.call("H5Aget_space") { H5Aget_space(attribute) }
    defer { H5Sclose(space) }
    try requirePlausible(
      extent(of: space, at: location), type: type, of: attribute, at: location)
    return try decodeStrings(type: type, space: space, at: location, call: "H5Aread") {
      H5Aread(attribute, $0, $1)
    }
  }

  /// The one string of an attribute.
  public func stringAttribute(_ name: String) throws(HDF5Error) -> String {
    try single(stringAttributes(name), name)
  }

  private func openAttribute(_ name: String) throws(HDF5Error) -> hid_t {
    let location = location.attribute(name)
    guard try hasAttribute(name) else {
      throw .missing(file: location.file, object: location.object)
    }
    return try location.call("H5Aopen") { H5Aopen(id, name, chdf5_default_properties()) }
  }

  private func single<Value>(_ values: [Value], _ name: String) throws(HDF5Error) -> Value {
    guard values.count == 1 else {
      throw .mismatch(
        file: file, object: location.attribute(name).object, expected: "one value",
        found: "\(values.count) values")
    }
    return values[0]
  }
}

// MARK: - Writing attributes

extension HDF5Object {
  /// Adds an attribute that holds one number.
  public func setAttribute<Element: HDF5Element>(
    _ name: String, _ value: Element
  ) throws(HDF5Error) {
    try writeAttribute(name, shape: [], type: Element.storedType) { attribute in
      withUnsafePointer(to: value) { H5Awrite(attribute, Element.memoryType, $0) }
    }
  }

  /// Adds an attribute that holds a list of numbers.
  public func setAttribute<Element: HDF5Element>(
    _ name: String, _ values: [Element]
  ) throws(HDF5Error) {
    try writeAttribute(name, shape: [values.count], type: Element.storedType) { attribute in
      values.withUnsafeBytes { H5Awrite(attribute, Element.memoryType, $0.baseAddress) }
    }
  }

  /// Adds an attribute that holds one string.
  public func setAttribute(_ name: String, _ value: String) throws(HDF5Error) {
    try writeStringAttribute(name, shape: [], [value])
  }

  /// Whether a list of strings is short enough for an attribute, which has at most 64 KiB with its header.
  public static func attributeHolds(_ values: [String]) -> Bool {
    StringStorage(values).length * values.count <= 60_000
  }

  /// Adds an attribute that holds a list of strings, which `attributeHolds`.
  public func setAttribute(_ name: String, _ values: [String]) throws(HDF5Error) {
    try writeStringAttribute(name, shape: [values.count], values)
  }

  private func writeStringAttribute(
    _ name: String, shape: [Int], _ values: [String]
  ) throws(HDF5Error) {
    let storage = StringStorage(values)
    let type = try storage.makeType(at: location.attribute(name))
    defer { H5Tclose(type) }
    try writeAttribute(name, shape: shape, type: type) { attribute in
      storage.withValues(of: values) { H5Awrite(attribute, type, $0) }
    }
  }

  private func writeAttribute(
    _ name: String, shape: [Int], type: hid_t, _ write: (hid_t) -> herr_t
  ) throws(HDF5Error) {
    let location = location.attribute(name)
    let space = try makeSpace(shape, at: location)
    defer { H5Sclose(space) }
    let attribute = try location.call("H5Acreate2") {
      H5Acreate2(
        id, name, type, space, chdf5_default_properties(), chdf5_default_properties())
    }
    defer { H5Aclose(attribute) }
    if shape.allSatisfy({ $0 > 0 }) { try location.call("H5Awrite") { write(attribute) } }
  }
}
