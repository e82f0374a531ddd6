/// The segments of a JPEG file (ITU-T T.81, annex B) as far as anything is asked of them.
enum JPEGSegments {
  private static let startOfScan: UInt8 = 0xDA
  private static let endOfImage: UInt8 = 0xD9

  /// Whether the file has the marker that ends its image. libjpeg invents one where it is missing, which
  /// is what tells a file that breaks off from one that is damaged within.
  static func endsImage(_ jpeg: [UInt8]) -> Bool {
    var position = 2
    while let segment = segment(of: jpeg, from: position) {
      if segment.marker == endOfImage { return true }
      position = segment.content.upperBound
    }
    return false
  }

  /// The contents of the segments before the image's data that have a marker, in their order.
  static func contents(of marker: UInt8, in jpeg: [UInt8]) -> [ArraySlice<UInt8>] {
    var found: [ArraySlice<UInt8>] = []
    var position = 2
    while let segment = segment(of: jpeg, from: position),
      segment.marker != startOfScan, segment.marker != endOfImage
    {
      if segment.marker == marker { found.append(jpeg[segment.content]) }
      position = segment.content.upperBound
    }
    return found
  }

  /// The next segment: FF, any number of fill bytes FF, a marker, and for most a length that counts itself.
  /// Stray bytes and coded data before it, in which FF 00 is a byte and FF D0 to FF D7 restart the decoder,
  /// are passed over.
  private static func segment(
    of jpeg: [UInt8], from start: Int
  ) -> (marker: UInt8, content: Range<Int>)? {
    var position = start
    while position + 1 < jpeg.count {
      let marker = jpeg[position + 1]
      guard jpeg[position] == 0xFF, marker != 0xFF, marker > 0x01, !(0xD0...0xD8).contains(marker)
      else {
        position += 1
        continue
      }
      if marker == endOfImage { return (marker, position + 2..<position + 2) }
      guard position + 4 <= jpeg.count else { return nil }
      let length = Int(jpeg[position + 2]) << 8 | Int(jpeg[position + 3])
      // One that is shorter than its own length, or longer than the file, is none.
      guard length >= 2, position + 2 + length <= jpeg.count else {
        position += 2
        continue
      }
      return (marker, position + 4..<position + 2 + length)
    }
    return nil
  }
}
