/// The EXIF orientation of an image (EXIF 2.3, tag 0x0112), found in the same places as by
/// Pillow's `ImageOps.exif_transpose`: the Exif segment of JPEG files, the eXIf chunk of PNG
/// files, otherwise XMP.
///
/// The values say where the first row and column of the stored pixels belong in the upright
/// image:
///
///     1 top, left      2 top, right      3 bottom, right   4 bottom, left
///     5 left, top      6 right, top      7 right, bottom   8 left, bottom
enum EXIFOrientation {
  /// The start of an APP1 segment with Exif data; the rest of it is a TIFF file.
  private static let exif = Array("Exif\0\0".utf8)
  /// The start of an APP1 segment with XMP, a text in XML.
  private static let xmpSegment = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
  /// The keyword of an iTXt chunk without compression, language and translated keyword.
  private static let xmpChunk = Array("XML:com.adobe.xmp\0\0\0\0\0".utf8)

  /// The orientation (1 to 8) of a JPEG or PNG file; nil without the tag or for a value out of
  /// range. Damaged metadata count as missing, since the pixels may be fine.
  static func tag(of file: [UInt8]) -> Int? {
    if file.starts(with: [0xFF, 0xD8]) {
      let segments = JPEGSegments.contents(of: 0xE1, in: file)
      let directory = segments.first { $0.starts(with: exif) }
      return directory.flatMap { tag(ofTIFF: Array($0.dropFirst(exif.count))) }
        ?? segments.first { $0.starts(with: xmpSegment) }.flatMap { tag(ofXMP: $0) }
    }
    let chunks = pngChunks(of: file)
    return chunks.first { $0.type == "eXIf" }.flatMap { chunk in
      let bytes = Array(chunk.content)
      return tag(ofTIFF: bytes.starts(with: exif) ? Array(bytes.dropFirst(exif.count)) : bytes)
    }
      ?? chunks.first { $0.type == "iTXt" && $0.content.starts(with: xmpChunk) }
      .flatMap { tag(ofXMP: $0.content) }
  }

  /// The chunks of a PNG file except image data (PNG specification, section 5.3).
  ///
  /// After a signature of 8 bytes, each chunk has the length of its content (4 bytes,
  /// big-endian), a type (4 letters), the content, and a CRC-32 (4 bytes).
  private static func pngChunks(of png: [UInt8]) -> [(type: String, content: ArraySlice<UInt8>)] {
    var chunks: [(type: String, content: ArraySlice<UInt8>)] = []
    var position = 8
    while position + 12 <= png.count {
      let length = png[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      let content = position + 8..<position + 8 + length
      guard content.upperBound + 4 <= png.count else { break }
      let type = String(decoding: png[position + 4..<position + 8], as: UTF8.self)
      // Image data are most of the file and not needed.
      if type != "IDAT" { chunks.append((type, png[content])) }
      position = content.upperBound + 4
    }
    return chunks
  }

  /// The orientation in the first directory of a TIFF file (TIFF 6.0, section 2).
  ///
  ///     0   2  "II" for little-endian numbers, "MM" for big-endian
  ///     2   2  42
  ///     4   4  offset of the first directory
  ///     directory: 2 bytes number of entries, then 12 bytes each
  ///       0  2  tag
  ///       2  2  type: 3 is a short (2 bytes), 4 a long (4 bytes)
  ///       4  4  number of values
  ///       8  4  the value, at its start if it is shorter
  private static func tag(ofTIFF bytes: [UInt8]) -> Int? {
    let isLittleEndian = bytes.starts(with: "II".utf8)
    guard isLittleEndian || bytes.starts(with: "MM".utf8) else { return nil }
    func number(at place: Int, bytes count: Int) -> Int? {
      guard place >= 0, place + count <= bytes.count else { return nil }
      let digits = bytes[place..<place + count]
      return (isLittleEndian ? Array(digits.reversed()) : Array(digits))
        .reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(at: 4, bytes: 4), let count = number(at: directory, bytes: 2)
    else { return nil }
    for entry in 0..<count {
      let place = directory + 2 + 12 * entry
      guard let tag = number(at: place, bytes: 2) else { return nil }
      guard tag == 0x0112 else { continue }
      // The standard requires a short, but some programs write a long.
      let size = number(at: place + 2, bytes: 2) == 4 ? 4 : 2
      return number(at: place + 8, bytes: size).flatMap { (1...8).contains($0) ? $0 : nil }
    }
    return nil
  }

  /// The orientation in XMP: the digit after `tiff:Orientation="` (an attribute) or
  /// `tiff:Orientation>` (an element).
  private static func tag(ofXMP bytes: ArraySlice<UInt8>) -> Int? {
    let name = Array("tiff:Orientation".utf8)
    var place = bytes.startIndex
    while let start = bytes[place...].firstIndex(of: name[0]) {
      place = start + 1
      var rest = bytes[start...]
      guard rest.starts(with: name) else { continue }
      rest = rest.dropFirst(name.count)
      if rest.starts(with: "=\"".utf8) {
        rest = rest.dropFirst(2)
      } else if rest.starts(with: ">".utf8) {
        rest = rest.dropFirst()
      } else {
        continue
      }
      let digit = rest.first.map { Int($0) - Int(UInt8(ascii: "0")) } ?? 0
      return (1...8).contains(digit) ? digit : nil
    }
    return nil
  }
}

/// The segments of a JPEG file (ITU-T T.81, annex B).
///
/// A file starts with FF D8 and ends with FF D9. Between them are segments: FF, a marker, a
/// length of 2 bytes (big-endian, which counts itself), and the content. After the segment FF
/// DA, start of scan, follows coded data, in which a byte FF is written as FF 00.
enum JPEGSegments {
  private static let startOfScan: UInt8 = 0xDA
  private static let endOfImage: UInt8 = 0xD9

  /// Whether the file has an end-of-image marker. This distinguishes truncated files from
  /// damaged ones: libjpeg inserts a missing marker and only warns in both cases.
  static func endsImage(_ jpeg: [UInt8]) -> Bool {
    var position = 2
    while let segment = segment(of: jpeg, from: position) {
      if segment.marker == endOfImage { return true }
      position = segment.content.upperBound
    }
    return false
  }

  /// The contents of the segments with a marker before the image data, in order.
  /// - Parameter marker: E1 for Exif and XMP.
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

  /// The next segment: FF, any number of fill bytes FF, a marker, and usually a length that
  /// includes itself.
  ///
  /// Stray bytes and coded data before it are skipped (FF 00 is a data byte, FF D0 to FF D7 are
  /// restarts).
  /// - Parameter start: where to search.
  /// - Returns: the marker and where its content is; nil at the end of the file.
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
      // A segment shorter than its length field or longer than the file is not a segment.
      guard length >= 2, position + 2 + length <= jpeg.count else {
        position += 2
        continue
      }
      return (marker, position + 4..<position + 2 + length)
    }
    return nil
  }
}
