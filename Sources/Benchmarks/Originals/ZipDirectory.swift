import Foundation

/// The directory at the end of a zip archive (PKWARE's APPNOTE, 4.3.7 and 4.3.12 to 4.3.16).
///
/// Each member also has a local header, from which libarchive takes the name. Names have no
/// checksum, and a damaged one could move an image to another class, so directory and headers
/// must agree.
///
/// The records and the fields used, with offset and size in bytes. All numbers are
/// little-endian.
///
///     end record: 22 bytes and a comment, at the end of the file
///       10  2  number of entries
///       12  4  size of the directory
///       16  4  offset of the directory
///       20  2  length of the comment
///     zip64 locator: 20 bytes, before the end record
///        8  8  offset of the zip64 record
///     zip64 record: 56 bytes
///       40  8  size of the directory
///       48  8  offset of the directory
///     entry of the directory: 46 bytes, name, extra field, comment
///       20  4  compressed size
///       24  4  uncompressed size
///       28  2  length of the name, then of the extra field (30) and the comment (32)
///       42  4  offset of the local header
///     local header: 30 bytes, name, extra field
///       26  2  length of the name
struct ZipDirectory {
  /// The raw names of the members.
  let names: [[UInt8]]

  /// "PK" and a number mark the kind of a record.
  private static let endSignature: [UInt8] = [0x50, 0x4B, 5, 6]
  private static let end64Signature: [UInt8] = [0x50, 0x4B, 6, 6]
  private static let entrySignature: [UInt8] = [0x50, 0x4B, 1, 2]
  private static let headerSignature: [UInt8] = [0x50, 0x4B, 3, 4]
  /// The size of the end record without its comment, and of the longest comment.
  private static let (endSize, longestComment) = (22, 0xFFFF)
  /// The maximum size of the directory in bytes, to bound memory.
  private static let largest = 256 << 20

  /// Reads the directory and compares each entry with its local header.
  /// - Returns: nil if there is no directory; libarchive then reports the problem.
  /// - Throws: `BenchmarkError.damaged` if a local header has another name than the directory.
  init?(_ path: String) throws(BenchmarkError) {
    let file = try FileReader(path)
    func bytes(_ count: Int, at place: Int) throws(BenchmarkError) -> [UInt8] {
      guard place >= 0, place <= file.size else { return [] }
      _ = try file.seek(place, from: SEEK_SET)
      return try file.read(upTo: count)
    }
    let tailStart = max(0, file.size - Self.endSize - Self.longestComment)
    let tail = try bytes(file.size - tailStart, at: tailStart)
    guard let end = Self.end(in: tail) else { return nil }
    var (size, place) = (Self.number(tail, end + 12, 4), Self.number(tail, end + 16, 4))
    // Numbers that do not fit are in a zip64 record, to which a locator points.
    if size == 0xFFFF_FFFF || place == 0xFFFF_FFFF || Self.number(tail, end + 10, 2) == 0xFFFF {
      let locator = try bytes(20, at: tailStart + end - 20)
      let record = try bytes(56, at: Self.number(locator, 8, 8))
      guard record.count == 56, record.starts(with: Self.end64Signature) else { return nil }
      (size, place) = (Self.number(record, 40, 8), Self.number(record, 48, 8))
    }
    guard (0...Self.largest).contains(size) else { return nil }
    let list = try bytes(size, at: place)
    guard list.count == size else { return nil }
    var names: [[UInt8]] = []
    var start = 0
    while start + 46 <= list.count, list[start..<start + 4].elementsEqual(Self.entrySignature) {
      let nameEnd = start + 46 + Self.number(list, start + 28, 2)
      let extraEnd = nameEnd + Self.number(list, start + 30, 2)
      guard extraEnd <= list.count else { return nil }
      let name = Array(list[start + 46..<nameEnd])
      let header = Self.headerPlace(list, entry: start, extra: nameEnd..<extraEnd)
      let found = try bytes(30 + name.count, at: header)
      guard found.starts(with: Self.headerSignature), found.dropFirst(30).elementsEqual(name),
        Self.number(found, 26, 2) == name.count
      else {
        throw .damaged(
          file: path,
          reason:
            "its directory lists '\(MemberNames().text(of: name.map(CChar.init(bitPattern:))))', "
            + "but the member has another name")
      }
      names.append(name)
      start = extraEnd + Self.number(list, start + 32, 2)
    }
    self.names = names
  }

  /// The position of the end record: the last one whose comment ends at the end of the file.
  /// The signature may also occur within the comment.
  private static func end(in tail: [UInt8]) -> Int? {
    guard tail.count >= endSize else { return nil }
    for place in stride(from: tail.count - endSize, through: 0, by: -1)
    where tail[place..<place + 4].elementsEqual(endSignature) {
      if place + endSize + number(tail, place + 20, 2) == tail.count { return place }
    }
    return nil
  }

  /// The position of a member's local header; -1 if it is not stated.
  ///
  /// It is in the directory entry. If it is too large for that, the entry has FF FF FF FF, and
  /// the position is in the zip64 extra field (APPNOTE, 4.5.3): tag 1, size, then 8 bytes for
  /// each number that did not fit, in the order uncompressed size, compressed size, position.
  private static func headerPlace(_ list: [UInt8], entry: Int, extra: Range<Int>) -> Int {
    let place = number(list, entry + 42, 4)
    guard place == 0xFFFF_FFFF else { return place }
    let before = [20, 24].count { number(list, entry + $0, 4) == 0xFFFF_FFFF }
    var start = extra.lowerBound
    while start + 4 <= extra.upperBound {
      let size = number(list, start + 2, 2)
      if number(list, start, 2) == 1, 8 * (before + 1) <= size,
        start + 4 + size <= extra.upperBound
      {
        return number(list, start + 4 + 8 * before, 8)
      }
      start += 4 + size
    }
    return -1
  }

  /// A little-endian number; -1 if it is out of bounds or too large for `Int`.
  private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
    guard place >= 0, place + count <= bytes.count else { return -1 }
    let value = bytes[place..<place + count].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(exactly: value) ?? -1
  }
}
