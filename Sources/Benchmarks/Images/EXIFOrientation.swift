/// The EXIF orientation of an image (EXIF 2.3, tag 0x0112), found in the same places as by Pillow's
/// `ImageOps.exif_transpose`: the Exif segment of JPEG files, the eXIf chunk of PNG files, otherwise XMP.
enum EXIFOrientation {
  private static let exif = Array("Exif\0\0".utf8)
  private static let xmpSegment = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
  /// The keyword of an iTXt chunk without compression, language and translated keyword.
  private static let xmpChunk = Array("XML:com.adobe.xmp\0\0\0\0\0".utf8)

  /// The orientation (1 to 8) of a JPEG or PNG file; nil without the tag.
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

  /// The chunks of a PNG file except image data. A chunk has a length, a type, its content and a checksum.
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

  /// The digit after `tiff:Orientation="` or `tiff:Orientation>`.
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
enum JPEGSegments {
  private static let startOfScan: UInt8 = 0xDA
  private static let endOfImage: UInt8 = 0xD9

  /// Whether the file has an end-of-image marker. This distinguishes truncated files from damaged ones, since
  /// libjpeg inserts a missing marker.
  static func endsImage(_ jpeg: [UInt8]) -> Bool {
    var position = 2
    while let segment = segment(of: jpeg, from: position) {
      if segment.marker == endOfImage { return true }
      position = segment.content.upperBound
    }
    return false
  }

  /// The contents of the segments with a marker before the image data, in order.
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

  /// The next segment: FF, any number of fill bytes FF, a marker, and usually a length that includes itself.
  /// Stray bytes and coded data before it are skipped (FF 00 is a data byte, FF D0 to FF D7 are restarts).
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
