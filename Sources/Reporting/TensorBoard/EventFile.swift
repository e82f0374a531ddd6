/// An event file of TensorBoard: records of scalars over steps.
///
///     var file = EventFile(wallTime: 1_764_374_400)
///     file.add([("loss", 2.3), ("score/acc", 0.41)], step: 1)
///     try AtomicFile.write(Data(file.bytes), to: "run/events.out.tfevents.0.scl")
///
/// The file is a sequence of TFRecords (tensorflow.org/tutorials/load_data/tfrecord): the length of the data in eight
/// bytes, a masked CRC-32C of these, the data, and a masked CRC-32C of the data, all numbers with the low byte first.
/// The data are protocol buffers `Event` (tensorflow/core/util/event.proto) with a `Summary` of scalars. The few fields
/// that scalars take are written by hand.
package struct EventFile: Equatable, Sendable {
  /// The whole file so far.
  package private(set) var bytes: [UInt8] = []
  /// Seconds since 1970, of all events.
  private let wallTime: Double

  /// Starts with the event that names the version of the format.
  /// - Parameter wallTime: seconds since 1970 that every event gets.
  package init(wallTime: Double) {
    self.wallTime = wallTime
    var event = event(step: 0)
    event.text(3, "brain.Event:2")
    add(event)
  }

  /// Adds an event with some scalars.
  /// - Parameters:
  ///   - scalars: tags and values, which are stored as float32.
  ///   - step: the epoch, at least 0.
  package mutating func add(_ scalars: [(tag: String, value: Double)], step: Int) {
    var summary = ProtocolBuffer()
    for scalar in scalars {
      var value = ProtocolBuffer()
      value.text(1, scalar.tag)
      value.float(2, Float(scalar.value))
      summary.message(1, value)
    }
    var event = event(step: step)
    event.message(5, summary)
    add(event)
  }

  /// An event's first fields.
  private func event(step: Int) -> ProtocolBuffer {
    var event = ProtocolBuffer()
    event.double(1, wallTime)
    event.integer(2, step)
    return event
  }

  /// A record.
  private mutating func add(_ event: ProtocolBuffer) {
    let length = littleEndian(UInt64(event.bytes.count))
    bytes +=
      length + littleEndian(CRC32C.masked(length)) + event.bytes
      + littleEndian(CRC32C.masked(event.bytes))
  }
}

/// A message in the wire format of protocol buffers (protobuf.dev/programming-guides/encoding). Each field is its
/// number and type as a varint, then its value. Numbers that are 0 are left out, as writers of proto3 do.
private struct ProtocolBuffer {
  private(set) var bytes: [UInt8] = []

  mutating func integer(_ field: UInt64, _ value: Int) {
    guard value != 0 else { return }
    start(field, type: 0)
    varint(UInt64(bitPattern: Int64(value)))
  }

  mutating func double(_ field: UInt64, _ value: Double) {
    guard value != 0 else { return }
    start(field, type: 1)
    bytes += littleEndian(value.bitPattern)
  }

  /// A member of a `oneof`, which is written whatever its value is.
  mutating func float(_ field: UInt64, _ value: Float) {
    start(field, type: 5)
    bytes += littleEndian(value.bitPattern)
  }

  mutating func text(_ field: UInt64, _ value: String) { block(field, Array(value.utf8)) }

  mutating func message(_ field: UInt64, _ value: ProtocolBuffer) { block(field, value.bytes) }

  private mutating func block(_ field: UInt64, _ content: [UInt8]) {
    start(field, type: 2)
    varint(UInt64(content.count))
    bytes += content
  }

  private mutating func start(_ field: UInt64, type: UInt64) { varint(field << 3 | type) }

  /// Seven bits per byte, the lowest first; the highest bit says that more follow.
  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// CRC-32C (Castagnoli), as iSCSI uses it (RFC 3720, appendix B.4).
private enum CRC32C {
  /// The remainder of every byte, by the reflected polynomial.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { rest, _ in
      rest & 1 == 1 ? rest >> 1 ^ 0x82F6_3B78 : rest >> 1
    }
  }

  /// The checksum, turned by 15 bits and shifted by a constant, so that the checksum of data that contain checksums
  /// does not degenerate: as TFRecords have it.
  static func masked(_ bytes: [UInt8]) -> UInt32 {
    let rest = bytes.reduce(UInt32.max) { rest, byte in
      table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] ^ rest >> 8
    }
    let sum = ~rest
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }
}

/// The bytes of a number, the low one first.
private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
