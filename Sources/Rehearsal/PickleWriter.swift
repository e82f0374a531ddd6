/// Writes pickled dictionaries with the opcodes of CIFAR's Python version: protocol 2 as written by Python 2
/// and NumPy 1 (https://github.com/python/cpython/blob/main/Lib/pickletools.py lists them).
struct PickleWriter {
  /// The values of a dictionary.
  enum Value {
    case string(String)
    case strings([String])
    /// Each in 0...255.
    case integers([Int])
    /// A NumPy array of bytes, [rows, bytes / rows].
    case bytes([UInt8], rows: Int)
  }

  private var output: [UInt8] = [0x80, 2]
  private var memo = 0

  /// The pickle of a dictionary with these entries.
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

  private mutating func opcode(_ code: Character) { output += Array(String(code).utf8) }

  private mutating func littleEndian(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { output += $0 }
  }

  /// BINPUT or LONG_BINPUT: every string, list and array gets a memo number.
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

  private mutating func string(_ text: String) {
    shortString(text)
    remember()
  }

  private mutating func shortString(_ text: String) {
    let bytes = Array(text.utf8.prefix(255))
    opcode("U")
    output.append(UInt8(bytes.count))
    output += bytes
  }

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

  /// Elements are appended in batches of a thousand.
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

  private mutating func global(_ module: String, _ name: String) {
    opcode("c")
    output += Array("\(module)\n\(name)\n".utf8)
    remember()
  }

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
