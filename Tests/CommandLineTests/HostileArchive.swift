import Foundation

/// Tar and zip archives that no honest program makes, byte by byte.
enum HostileArchive {
  struct Member {
    var path: String
    var bytes: [UInt8] = []
    /// The type in a tar header: "0" file, "1" hard link, "2" symbolic link, "3" device, "5" folder.
    var type: Character = "0"
    var target = ""
    /// The size that the header states; nil for the true one.
    var statedSize: Int?
    /// Whether the bytes of a zip archive's member are a deflate stream (RFC 1951), method 8.
    var isDeflated = false
  }

  /// A tar archive (POSIX.1-1988, "ustar").
  static func tar(_ members: [Member], closed: Bool = true) -> [UInt8] {
    members.flatMap { member in
      let padding = (512 - member.bytes.count % 512) % 512
      return header(member) + member.bytes + [UInt8](repeating: 0, count: padding)
    } + [UInt8](repeating: 0, count: closed ? 1_024 : 0)
  }

  private static func header(_ member: Member) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      for (place, byte) in text.utf8.enumerated() { header[offset + place] = byte }
    }
    func octal(_ number: Int, _ digits: Int) -> String {
      let text = String(number, radix: 8)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    put(String(member.path.prefix(100)), at: 0)
    put("0000644", at: 100)
    put(octal(member.statedSize ?? member.bytes.count, 11), at: 124)
    put("00000000000", at: 136)
    put(String(repeating: " ", count: 8), at: 148)
    put(String(member.type), at: 156)
    put(member.target, at: 157)
    put("ustar\u{0}00", at: 257)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", at: 148)
    return header
  }

  /// A zip archive (PKWARE's APPNOTE) of files as they are, method 0, or deflated beforehand.
  static func zip(_ members: [Member]) -> [UInt8] {
    func number(_ value: Int, _ size: Int) -> [UInt8] {
      (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    func joined(_ parts: [UInt8]...) -> [UInt8] { Array(parts.joined()) }
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for member in members {
      let path = Array(member.path.utf8)
      let size = number(member.statedSize ?? member.bytes.count, 4)
      let stored = member.isDeflated ? number(member.bytes.count, 4) : size
      // Version, flags, method and time, then checksum, both sizes and lengths.
      let common = joined(
        number(20, 2), number(0, 2), number(member.isDeflated ? 8 : 0, 2), number(0, 4),
        number(Int(crc32(member.bytes)), 4), stored, size, number(path.count, 2), number(0, 2))
      // A symbolic link is a file whose mode says so.
      let mode = member.type == "2" ? 0o120777 : 0o100644
      directory += joined(
        [0x50, 0x4B, 1, 2], number(20 | 3 << 8, 2), common, number(0, 6), number(mode << 16, 4),
        number(archive.count, 4), path)
      archive += joined([0x50, 0x4B, 3, 4], common, path, member.bytes)
    }
    let end = joined(
      [0x50, 0x4B, 5, 6], number(0, 4), number(members.count, 2), number(members.count, 2),
      number(directory.count, 4), number(archive.count, 4), number(0, 2))
    return joined(archive, directory, end)
  }

  /// The checksum of zip and gzip (ISO 3309).
  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 {
        let polynomial: UInt32 = crc & 1 == 1 ? 0xEDB8_8320 : 0
        crc = (crc >> 1) ^ polynomial
      }
    }
    return ~crc
  }
}
