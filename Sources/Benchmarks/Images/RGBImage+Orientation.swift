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
