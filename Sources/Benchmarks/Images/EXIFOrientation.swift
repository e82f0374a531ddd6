/// The tag by which a camera says how a JPEG has to be turned (EXIF 2.3, tag 0x0112).
enum EXIFOrientation {
  /// 1 to 8 of a JPEG file that has the tag.
  static func tag(of jpeg: [UInt8]) -> Int? {
    var position = 2
    // Segments before the image data: FF, a marker, and a length that counts itself.
    while position + 4 <= jpeg.count, jpeg[position] == 0xFF, jpeg[position + 1] != 0xDA {
      let length = Int(jpeg[position + 2]) << 8 | Int(jpeg[position + 3])
      guard length >= 2, position + 2 + length <= jpeg.count else { return nil }
      let content = position + 4..<position + 2 + length
      if jpeg[position + 1] == 0xE1, jpeg[content].starts(with: "Exif\0\0".utf8) {
        return tag(ofTIFF: Array(jpeg[content].dropFirst(6)))
      }
      position = content.upperBound
    }
    return nil
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
      return number(at: place + 8, bytes: 2).flatMap { (1...8).contains($0) ? $0 : nil }
    }
    return nil
  }
}

extension RGBImage {
  /// The image as its orientation tag says that it is to be seen: Pillow's `exif_transpose`.
  func oriented(_ tag: Int) -> RGBImage {
    if tag == 1 { return self }
    // From 5 on rows and columns change places.
    let (newHeight, newWidth) = tag >= 5 ? (width, height) : (height, width)
    let source = self
    let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { buffer, filled in
      for row in 0..<newHeight {
        for column in 0..<newWidth {
          let (y, x) =
            switch tag {
            case 2: (row, source.width - 1 - column)
            case 3: (source.height - 1 - row, source.width - 1 - column)
            case 4: (source.height - 1 - row, column)
            case 5: (column, row)
            case 6: (source.height - 1 - column, row)
            case 7: (source.height - 1 - column, source.width - 1 - row)
            default: (column, source.width - 1 - row)
            }
          let place = (row * newWidth + column) * 3
          for channel in 0..<3 {
            buffer[place + channel] = source.pixels[(y * source.width + x) * 3 + channel]
          }
        }
      }
      filled = source.pixels.count
    }
    return RGBImage(height: newHeight, width: newWidth, pixels: turned)
  }
}
