import Core

/// Damages bytes as disks, networks and attackers do, the same way for the same seed.
struct Mutator {
  private var random: RandomStream

  init(seed: Int) {
    random = RandomStream(seed: UInt64(seed), purpose: .rehearsal, epoch: 1_000)
  }

  /// A whole number in 0..<limit.
  mutating func number(below limit: Int) -> Int {
    min(limit - 1, Int(random.uniform() * Double(limit)))
  }

  /// A damaged copy.
  mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    switch number(below: 8) {
    case 0: bytes = Array(bytes.prefix(number(below: bytes.count + 1)))
    case 1: bytes = []
    case 2: flip(1, in: &bytes, within: bytes.count)
    case 3: flip(32, in: &bytes, within: bytes.count)
    // Headers stand at the beginning.
    case 4: flip(4, in: &bytes, within: min(bytes.count, 600))
    case 5: writeAbsurdLength(&bytes, within: min(bytes.count, 600))
    case 6: writeAbsurdLength(&bytes, within: bytes.count)
    default:
      let start = number(below: bytes.count)
      let end = min(bytes.count, start + 1 + number(below: 64))
      if number(below: 2) == 0 {
        bytes.removeSubrange(start..<end)
      } else {
        bytes.insert(contentsOf: bytes[start..<end], at: start)
      }
    }
    return bytes
  }

  private mutating func flip(_ count: Int, in bytes: inout [UInt8], within limit: Int) {
    for _ in 0..<count {
      bytes[number(below: limit)] ^= 1 << number(below: 8)
    }
  }

  /// Numbers at the edges of what 4 or 8 bytes hold, in either order.
  private mutating func writeAbsurdLength(_ bytes: inout [UInt8], within limit: Int) {
    let values: [UInt64] = [.max, 1 << 63, 1 << 62, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 40, 0]
    let value = values[number(below: values.count)]
    let width = number(below: 2) == 0 ? 4 : 8
    let isLittle = number(below: 2) == 0
    let start = number(below: limit)
    for place in 0..<min(width, bytes.count - start) {
      let shift = 8 * (isLittle ? place : width - 1 - place)
      bytes[start + place] = UInt8(truncatingIfNeeded: value >> UInt64(shift))
    }
  }
}
