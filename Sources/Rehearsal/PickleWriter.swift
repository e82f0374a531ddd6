/// Writes pickled dictionaries with the opcodes of CIFAR's Python version: protocol 2 as
/// written by Python 2 and NumPy 1
/// (https://github.com/python/cpython/blob/main/Lib/pickletools.py lists them).
///
///     PickleWriter.dictionary([("label_names", .strings(["cat", "dog"]))])
///
/// `PickleReader` reads the result and describes the opcodes.
struct PickleWriter {
  /// The values of a dictionary.
  enum Value {
    /// At most 255 bytes of UTF-8; the rest is cut off.
    case string(String)
    /// A list of such strings.
    case strings([String])
    /// A list of integers that fit in 32 bits.
    case integers([Int])
    /// A NumPy array of uint8, [rows, bytes / rows].
    case bytes([UInt8], rows: Int)
  }

  /// The bytes so far, from the opcode PROTO 2 on.
  private var output: [UInt8] = [0x80, 2]
  /// The number of memo entries so far.
  private var memo = 0

  /// The pickle of a dictionary with these entries: EMPTY_DICT, MARK, keys and values,
  /// SETITEMS, STOP.
  static func dictionary(_ entries: [(key: String, value: Value)]) -> [UInt8] {
    var writer = PickleWriter()
    writer.opcode("}")
    writer.remember()
    writer.opcode("(")
    for (key, value) in entries {
      writer.string(key)
      writer.write(value)
    }
    writer.opcode("u")
    writer.opcode(".")
    return writer.output
  }

  private mutating func write(_ value: Value) {
    switch value {
    case .string(let text): string(text)
    case .strings(let texts): list(texts) { writer, text in writer.string(text) }
    case .integers(let numbers): list(numbers) { writer, number in writer.integer(number) }
    case .bytes(let bytes, let rows): array(bytes, rows: rows)
    }
  }

  /// Writes an opcode with an ASCII name.
  private mutating func opcode(_ code: Character) { output += Array(String(code).utf8) }

  private mutating func littleEndian(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { output += $0 }
  }

  /// BINPUT or LONG_BINPUT: stores the top of the stack under the next memo number, as Python
  /// does for every string, list and array, whether it is used again or not.
  private mutating func remember() {
    memo += 1
    if memo < 256 {
      opcode("q")
      output.append(UInt8(memo))
    } else {
      opcode("r")
      littleEndian(UInt32(memo))
    }
  }

  /// A string with its memo entry.
  private mutating func string(_ text: String) {
    shortString(text)
    remember()
  }

  /// SHORT_BINSTRING: a length of one byte and the bytes, without a memo entry.
  private mutating func shortString(_ text: String) {
    let bytes = Array(text.utf8.prefix(255))
    opcode("U")
    output.append(UInt8(bytes.count))
    output += bytes
  }

  /// BININT1, BININT2 or BININT, the shortest that fits. Little-endian.
  private mutating func integer(_ number: Int) {
    if let byte = UInt8(exactly: number) {
      opcode("K")
      output.append(byte)
    } else if let short = UInt16(exactly: number) {
      opcode("M")
      littleEndian(short)
    } else {
      opcode("J")
      littleEndian(Int32(truncatingIfNeeded: number))
    }
  }

  /// EMPTY_LIST, then MARK, elements and APPENDS for each thousand, which is Python's batch
  /// size.
  private mutating func list<Element>(
    _ elements: [Element], _ write: (inout PickleWriter, Element) -> Void
  ) {
    opcode("]")
    remember()
    for start in stride(from: 0, to: elements.count, by: 1_000) {
      opcode("(")
      for element in elements[start..<min(start + 1_000, elements.count)] { write(&self, element) }
      opcode("e")
    }
  }

  /// GLOBAL: a module and a name, each on a line.
  private mutating func global(_ module: String, _ name: String) {
    opcode("c")
    output += Array("\(module)\n\(name)\n".utf8)
    remember()
  }

  /// A NumPy array as `ndarray.__reduce__` gives it: the call `_reconstruct(ndarray, (0,),
  /// "b")`, then BUILD with the state (1, shape, dtype, False for row-major, bytes). The dtype
  /// is the call `dtype("u1", 0, 1)` with the state (3, "|", None, None, None, -1, -1, 0).
  private mutating func array(_ bytes: [UInt8], rows: Int) {
    global("numpy.core.multiarray", "_reconstruct")
    global("numpy", "ndarray")
    integer(0)
    output += [0x85]  // TUPLE1
    shortString("b")
    output += [0x87]  // TUPLE3
    opcode("R")
    remember()
    opcode("(")
    integer(1)
    integer(rows)
    integer(rows > 0 ? bytes.count / rows : 0)
    output += [0x86]  // TUPLE2
    global("numpy", "dtype")
    shortString("u1")
    integer(0)
    integer(1)
    output += [0x87]
    opcode("R")
    remember()
    opcode("(")
    integer(3)
    shortString("|")
    for _ in 0..<3 { opcode("N") }
    for _ in 0..<2 { integer(-1) }
    integer(0)
    opcode("t")
    opcode("b")
    output += [0x89]  // NEWFALSE: rows first
    opcode("T")
    littleEndian(UInt32(truncatingIfNeeded: bytes.count))
    output += bytes
    opcode("t")
    opcode("b")
  }
}
