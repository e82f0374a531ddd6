/// The tag by which a camera says how an image has to be turned (EXIF 2.3, tag 0x0112), wherever Pillow's
/// `ImageOps.exif_transpose` finds it: in a JPEG's Exif segment, in a PNG's eXIf chunk, and else in XMP.
enum EXIFOrientation {
  private static let exif = Array("Exif\0\0".utf8)
  private static let xmpSegment = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
  /// An iTXt chunk's keyword, with no compression, language or translated keyword after it.
  private static let xmpChunk = Array("XML:com.adobe.xmp\0\0\0\0\0".utf8)

  /// 1 to 8 of a JPEG or PNG file that has the tag.
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

  /// The chunks of a PNG file: a length, a type, as many bytes, and a checksum.
  private static func pngChunks(of png: [UInt8]) -> [(type: String, content: ArraySlice<UInt8>)] {
    var chunks: [(type: String, content: ArraySlice<UInt8>)] = []
    var position = 8
    while position + 12 <= png.count {
      let length = png[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      let content = position + 8..<position + 8 + length
      guard content.upperBound + 4 <= png.count else { break }
      let type = String(decoding: png[position + 4..<position + 8], as: UTF8.self)
      // Image data are most of the file, and nothing is asked of them.
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
      // A short by the standard; some programs write a long.
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
