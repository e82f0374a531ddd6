/// A reader for the pickles of CIFAR's Python version (protocol 2): only their opcodes and
/// three names of NumPy are accepted, and nothing is ever called.
///
///     var reader = PickleReader(stream, stringBytes: 1 << 20, mostOpcodes: 1_000)
///     let names = try reader.read().list("label_names")?.texts
///
/// A pickle is a program for a stack machine. Python's `pickle.load` lets it call any function,
/// so a file from the network could run code. These opcodes are accepted, the others refused
/// (https://github.com/python/cpython/blob/main/Lib/pickletools.py describes them):
///
///     80 02          PROTO, protocol 2            .         STOP
///     ( t ) 85 86 87 mark, tuples of values       ] a e     list, append, append from mark
///     } s u          dictionary, set items        N 88 89   None, True, False
///     K M J          integers of 1, 2, 4 bytes    U T       strings with a length of 1, 4 bytes
///     q r, h j       store in, recall from memo   c R b     name, call, set state (kept as data)
///
/// Memory is bounded by the two limits. Opcodes that nest are restricted, so no value needs
/// recursion deeper than `deepestTuple`.
struct PickleReader {
  /// The reason why a pickle cannot be read.
  enum Failure: Error {
    /// The file could not be read.
    case stream(BenchmarkError)
    /// The file ends within a string of `length` bytes, after `found` bytes.
    case brokenString(length: Int, found: Int)
    /// Any other problem.
    case unreadable(String)
  }

  /// The names that an array of bytes needs: how to make one, its class, and its type of
  /// numbers.
  private static let globals: Set = [
    "numpy.core.multiarray _reconstruct", "numpy ndarray", "numpy dtype",
  ]
  /// A file has one array, which takes two objects: itself and its type.
  private static let mostObjects = 8
  /// Files have tuples of depth 2: the state of an array, with its shape in it.
  private static let deepestTuple = 4

  private let stream: any MemberStream
  /// The rest of the limits.
  private var remainingStringBytes: Int
  private var remainingOpcodes: Int
  /// The bytes read ahead, and the next one's position among them.
  private var buffer: [UInt8] = []
  private var position = 0
  /// The number of bytes before the buffer.
  private var offset = 0
  private var stack: [PickleValue] = []
  /// The stack heights at marks.
  private var marks: [Int] = []
  /// Values stored by number, to be used again.
  private var memo: [Int: PickleValue] = [:]
  private var objectCount = 0

  /// - Parameters:
  ///   - stream: the pickle from its start.
  ///   - stringBytes: the limit on the total length of strings, checked before reading.
  ///   - mostOpcodes: the limit on opcodes, which bounds the memory of everything else.
  init(_ stream: any MemberStream, stringBytes: Int, mostOpcodes: Int) {
    self.stream = stream
    remainingStringBytes = stringBytes
    remainingOpcodes = mostOpcodes
  }

  /// Reads the whole file, whose value must be a dictionary. Bytes after its end are read and
  /// not used.
  /// - Throws: `Failure`.
  mutating func read() throws(Failure) -> PickleDictionary {
    while try step() {}
    guard stack.count == 1, case .dictionary(let dictionary) = stack[0] else {
      throw .unreadable("it is not a dictionary")
    }
    while try refill() {}
    return dictionary
  }

  // MARK: - Opcodes

  /// Executes one opcode.
  /// - Returns: false after the last.
  private mutating func step() throws(Failure) -> Bool {
    let start = offset + position
    remainingOpcodes -= 1
    guard remainingOpcodes >= 0 else { throw .unreadable("it has too many values") }
    let opcode = try byte()
    switch opcode {
    case 0x80:
      let version = try byte()
      guard version == 2 else { throw .unreadable("its pickle protocol is \(version), not 2") }
    case UInt8(ascii: "."): return false
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.boolean(true))
    case 0x89: stack.append(.boolean(false))
    case UInt8(ascii: "K"): stack.append(.integer(try integer(bytes: 1)))
    case UInt8(ascii: "M"): stack.append(.integer(try integer(bytes: 2)))
    case UInt8(ascii: "J"):
      stack.append(.integer(Int(Int32(truncatingIfNeeded: try integer(bytes: 4)))))
    case UInt8(ascii: "U"): stack.append(.string(try string(try integer(bytes: 1))))
    case UInt8(ascii: "T"): stack.append(.string(try string(try integer(bytes: 4))))
    case UInt8(ascii: "]"): stack.append(.list(PickleList()))
    case UInt8(ascii: "}"): stack.append(.dictionary(PickleDictionary()))
    case UInt8(ascii: ")"): try pushTuple([])
    case 0x85...0x87: try pushTuple(try pop(Int(opcode - 0x84)))
    case UInt8(ascii: "t"): try pushTuple(try popToMark())
    case UInt8(ascii: "q"): memo[try integer(bytes: 1)] = try top()
    case UInt8(ascii: "r"): memo[try integer(bytes: 4)] = try top()
    case UInt8(ascii: "h"): try recall(try integer(bytes: 1))
    case UInt8(ascii: "j"): try recall(try integer(bytes: 4))
    case UInt8(ascii: "a"): try append(try pop(1))
    case UInt8(ascii: "e"): try append(try popToMark())
    case UInt8(ascii: "s"): try setItems(try pop(2))
    case UInt8(ascii: "u"): try setItems(try popToMark())
    case UInt8(ascii: "c"): try pushGlobal()
    case UInt8(ascii: "R"): try pushObject()
    case UInt8(ascii: "b"): try setState()
    default:
      throw .unreadable(
        "byte \(start) is the unexpected opcode 0x\(String(opcode, radix: 16))")
    }
    return true
  }

  /// Pushes a value of the memo.
  private mutating func recall(_ number: Int) throws(Failure) {
    guard let value = memo[number] else { throw .unreadable("it refers to a missing memo entry") }
    stack.append(value)
  }

  /// Appends to the list on top of the stack. Lists hold only numbers and strings.
  private mutating func append(_ values: [PickleValue]) throws(Failure) {
    guard case .list(let list) = try top(), values.allSatisfy(\.isPlain) else {
      throw .unreadable("it appends something other than a number or string")
    }
    list.values += values
  }

  /// Sets items of the dictionary on top of the stack.
  /// - Parameter values: keys and values, alternating.
  private mutating func setItems(_ values: [PickleValue]) throws(Failure) {
    guard case .dictionary(let dictionary) = try top(), values.count.isMultiple(of: 2) else {
      throw .unreadable("it sets items of something other than a dictionary")
    }
    for place in stride(from: 0, to: values.count, by: 2) {
      guard let key = values[place].text else { throw .unreadable("a key is not a string") }
      if case .dictionary = values[place + 1] { throw .unreadable("'\(key)' is a dictionary") }
      dictionary.values[key] = values[place + 1]
    }
  }

  /// Pushes a tuple, unless it is nested too deeply.
  private mutating func pushTuple(_ values: [PickleValue]) throws(Failure) {
    let depth = 1 + (values.map(\.tupleDepth).max() ?? 0)
    guard depth <= Self.deepestTuple else { throw .unreadable("its tuples are nested too deeply") }
    stack.append(.tuple(values, depth: depth))
  }

  /// Pushes a name of a module, two lines of text, if it is one of `globals`.
  private mutating func pushGlobal() throws(Failure) {
    let name = "\(try line()) \(try line())"
    guard Self.globals.contains(name) else {
      throw .unreadable("it refers to '\(name)', which is not allowed")
    }
    stack.append(.global(name))
  }

  /// Replaces a name and a tuple of arguments by the call of the name, as data.
  private mutating func pushObject() throws(Failure) {
    let values = try pop(2)
    guard case .global(let name) = values[0], let arguments = values[1].tuple else {
      throw .unreadable("it calls something other than a name")
    }
    objectCount += 1
    guard objectCount <= Self.mostObjects else { throw .unreadable("it has too many arrays") }
    stack.append(.object(PickleObject(constructor: name, arguments: arguments)))
  }

  /// Gives the object below it the tuple on top of the stack as its state.
  private mutating func setState() throws(Failure) {
    guard let state = try pop(1)[0].tuple, case .object(let object) = try top() else {
      throw .unreadable("it sets the state of something other than an array")
    }
    object.state = state
  }

  // MARK: - The stack

  /// The value on top of the stack, which must be above the last mark.
  private func top() throws(Failure) -> PickleValue {
    guard let value = stack.last, stack.count > (marks.last ?? 0) else {
      throw .unreadable("its stack is empty")
    }
    return value
  }

  /// Removes and returns the last values, in the order in which they were pushed.
  private mutating func pop(_ count: Int) throws(Failure) -> [PickleValue] {
    guard stack.count - count >= marks.last ?? 0 else {
      throw .unreadable("its stack is empty")
    }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  /// Removes and returns all values above the last mark, and the mark.
  private mutating func popToMark() throws(Failure) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw .unreadable("its stack has no mark") }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  // MARK: - Bytes

  /// Reads more bytes.
  /// - Returns: false at the end of the file.
  private mutating func refill() throws(Failure) -> Bool {
    offset += buffer.count
    position = 0
    do throws(BenchmarkError) {
      buffer = try stream.read(upTo: 1 << 16)
    } catch {
      throw .stream(error)
    }
    return !buffer.isEmpty
  }

  private mutating func byte() throws(Failure) -> UInt8 {
    if position == buffer.count {
      guard try refill() else {
        throw .unreadable("it is truncated at byte \(offset); download it again")
      }
    }
    position += 1
    return buffer[position - 1]
  }

  /// An unsigned little-endian number.
  private mutating func integer(bytes count: Int) throws(Failure) -> Int {
    var value = 0
    for place in 0..<count { value |= Int(try byte()) << (8 * place) }
    return value
  }

  /// The text up to the next line feed, at most 200 bytes.
  private mutating func line() throws(Failure) -> String {
    var bytes: [UInt8] = []
    while true {
      let byte = try byte()
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      guard bytes.count < 200 else { throw .unreadable("it has a name that is too long") }
      bytes.append(byte)
    }
  }

  /// The next `length` bytes.
  private mutating func string(_ length: Int) throws(Failure) -> [UInt8] {
    guard length <= remainingStringBytes else {
      throw .unreadable(
        "it has a string of \(length) bytes, more than the limit of \(remainingStringBytes)")
    }
    remainingStringBytes -= length
    var string: [UInt8] = []
    string.reserveCapacity(length)
    while string.count < length {
      if position == buffer.count {
        guard try refill() else { throw .brokenString(length: length, found: string.count) }
      }
      let count = min(length - string.count, buffer.count - position)
      string += buffer[position..<position + count]
      position += count
    }
    return string
  }
}
