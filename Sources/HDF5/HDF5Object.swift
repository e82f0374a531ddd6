import CHDF5

/// What groups, data sets and files have in common: a path and attributes.
///
/// Objects are not `Sendable`. libhdf5 locks each call but not sequences of calls, so a file
/// belongs to one thread at a time. An object keeps its file open until it is closed or
/// released.
package class HDF5Object {
  let location: Location
  /// libhdf5's identifier, which the object owns; -1 after `close`.
  var id: hid_t

  init(id: hid_t, location: Location) {
    self.id = id
    self.location = location
  }

  deinit {
    if id >= 0 { release(id) }
  }

  /// The path of the HDF5 file.
  package var file: String { location.file }

  /// The object's path within the file: "/" for the file itself.
  package var path: String { location.object }
}

// MARK: - Reading attributes

extension HDF5Object {
  /// Whether the object has an attribute of this name.
  package func hasAttribute(_ name: String) throws(HDF5Error) -> Bool {
    try location.attribute(name).call("H5Aexists") { H5Aexists(id, name) } > 0
  }

  /// The kind of an attribute's values.
  /// - Throws: `HDF5Error`; `.missing` if there is no such attribute.
  package func attributeKind(_ name: String) throws(HDF5Error) -> HDF5ValueKind {
    let location = location.attribute(name)
    let attribute = try openAttribute(name)
    defer { H5Aclose(attribute) }
    let type = try location.call("H5Aget_type") { H5Aget_type(attribute) }
    defer { H5Tclose(type) }
    return HDF5ValueKind(type: type)
  }

  /// The numbers of an attribute of any shape, in row-major order.
  /// - Throws: `HDF5Error`; `.missing` if there is no such attribute, `.mismatch` if its values
  ///   are not numbers or do not fit in the file.
  package func attributes<Element: HDF5Element>(
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

  /// The number of an attribute with a single value.
  /// - Throws: `HDF5Error`; `.missing` if there is no such attribute, `.mismatch` if its value
  ///   is not one number.
  package func attribute<Element: HDF5Element>(
    _ name: String, as _: Element.Type = Element.self
  ) throws(HDF5Error) -> Element {
    try single(attributes(name), name)
  }

  /// The strings of an attribute, of fixed or variable length.
  /// - Throws: `HDF5Error`; `.missing` if there is no such attribute, `.mismatch` if its values
  ///   are not strings.
  package func stringAttributes(_ name: String) throws(HDF5Error) -> [String] {
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

  /// The string of an attribute with a single value.
  /// - Throws: `HDF5Error`, as `stringAttributes`; `.mismatch` also if there is not exactly
  ///   one.
  package func stringAttribute(_ name: String) throws(HDF5Error) -> String {
    try single(stringAttributes(name), name)
  }

  /// Opens an attribute. The caller closes it.
  /// - Throws: `HDF5Error.missing` or `.callFailed`.
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
  /// Adds an attribute with one number.
  package func setAttribute<Element: HDF5Element>(
    _ name: String, _ value: Element
  ) throws(HDF5Error) {
    try writeAttribute(name, shape: [], type: Element.storedType) { attribute in
      withUnsafePointer(to: value) { H5Awrite(attribute, Element.memoryType, $0) }
    }
  }

  /// Adds an attribute with a list of numbers.
  package func setAttribute<Element: HDF5Element>(
    _ name: String, _ values: [Element]
  ) throws(HDF5Error) {
    try writeAttribute(name, shape: [values.count], type: Element.storedType) { attribute in
      values.withUnsafeBytes { H5Awrite(attribute, Element.memoryType, $0.baseAddress) }
    }
  }

  /// Adds an attribute with one string.
  package func setAttribute(_ name: String, _ value: String) throws(HDF5Error) {
    try writeStringAttribute(name, shape: [], [value])
  }

  /// Whether a list of strings fits in an attribute. libhdf5 limits an attribute with its
  /// header to 64 KiB unless a file uses the newest format. Longer lists have to be data sets.
  package static func attributeHolds(_ values: [String]) -> Bool {
    StringStorage(values).length * values.count <= 60_000
  }

  /// Adds an attribute with a list of strings, which has to fit (`attributeHolds`).
  /// - Throws: `HDF5Error.callFailed`, also if the attribute exists.
  package func setAttribute(_ name: String, _ values: [String]) throws(HDF5Error) {
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

  /// Creates an attribute and writes its values with `write`, unless it is empty.
  /// - Parameter shape: the length of each axis; empty for a single value.
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

/// The object that a libhdf5 call concerns, for error messages. All libhdf5 calls go through
/// `call`.
struct Location {
  var file: String
  /// The path in the file, "/images"; an attribute is "/images@name".
  var object: String

  /// Functions that write: what they cannot do is no damage of the file.
  private static let writing = [
    "H5Fcreate", "H5Dwrite", "H5Awrite", "H5Fflush", "H5Dclose", "H5Fclose",
  ]

  /// Calls libhdf5 and turns a negative result, its sign of an error, into `HDF5Error.unwritable`
  /// or `.callFailed`. Their reason is the operating system's, if libhdf5 passes one on, or the
  /// innermost message of its error stack.
  /// - Parameter name: the function, for the error message.
  /// - Returns: the result of `body`: an identifier, a count or a status.
  @discardableResult
  func call<Status: SignedInteger>(
    _ name: String, _ body: () -> Status
  ) throws(HDF5Error) -> Status {
    prepareLibrary()
    let status = body()
    guard status >= 0 else {
      let message = innermostMessage()
      clearErrors()
      // The system's words stand among numbers and addresses.
      let system = message.firstMatch(of: /error message = '([^']*)'/).map { String($0.1) }
      // Other functions write, too, what the library has kept back.
      if Self.writing.contains(name) || message.hasPrefix("file write failed") {
        throw .unwritable(file: file, reason: system ?? "\(message) (\(name), \(object))")
      }
      let reason = system ?? message
      throw .callFailed(file: file, object: object, call: name, reason: reason)
    }
    return status
  }

  /// Sets up a new identifier with `body` and returns it. If `body` throws, the identifier is
  /// closed.
  func setUp(
    _ id: hid_t, _ body: (hid_t) throws(HDF5Error) -> Void
  ) throws(HDF5Error) -> hid_t {
    do throws(HDF5Error) {
      try body(id)
    } catch {
      release(id)
      throw error
    }
    return id
  }

  /// The location of an object below this one, or below the root if `path` starts with a slash.
  func child(_ path: String) -> Location {
    if path.hasPrefix("/") { return Location(file: file, object: path) }
    return Location(file: file, object: object == "/" ? "/" + path : object + "/" + path)
  }

  /// The location of an attribute of this object.
  func attribute(_ name: String) -> Location {
    Location(file: file, object: object + "@" + name)
  }
}

/// Closes an identifier of any kind. Errors are ignored.
func release(_ id: hid_t) {
  prepareLibrary()
  if H5Idec_ref(id) < 0 { clearErrors() }
}

/// Process-wide settings, made once before the first call.
private let library: Void = {
  // Written files are closed explicitly. The library's clean-up at exit can crash, for example
  // after a full disk.
  H5dont_atexit()
  // External links would read files that the user never named.
  H5Lunregister(H5L_TYPE_EXTERNAL)
}()

/// Has to precede every call on any thread.
private func prepareLibrary() {
  _ = library
  // Each thread prints its own error stack unless told not to.
  H5Eset_auto2(chdf5_default_errors(), nil, nil)
}

/// Empties this thread's error stack. What is left on a stack outlives its thread and keeps the
/// library from closing.
private func clearErrors() { H5Eclear2(chdf5_default_errors()) }

/// The most specific message of this thread's error stack.
private func innermostMessage() -> String {
  var message = "no reason given"
  withUnsafeMutablePointer(to: &message) { message in
    // The upward walk starts at the innermost error; a positive result ends it.
    _ = H5Ewalk2(
      chdf5_default_errors(), H5E_WALK_UPWARD,
      { _, error, message in
        guard let error, let text = error.pointee.desc, let message else { return 1 }
        message.assumingMemoryBound(to: String.self).pointee = String(cString: text)
        return 1
      }, message)
  }
  // Some messages have several lines; errors have one.
  return message.split(whereSeparator: \.isNewline).joined(separator: " ")
}
