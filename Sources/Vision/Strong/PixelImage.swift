/// An image of bytes that Pillow's operations can be applied to, pixel by pixel.
///
/// The results are Pillow's to the bit (version 9 and later): fixed points, truncations and all.
struct PixelImage {
  /// [height, width, 3]
  var pixels: [UInt8]
  let height: Int
  let width: Int

  /// Every value of a channel replaced by what its table, 256 long, has for it.
  mutating func look(up tables: [[UInt8]]) {
    pixels.withUnsafeMutableBufferPointer { pixels in
      for i in pixels.indices { pixels[i] = tables[i % 3][Int(pixels[i])] }
    }
  }

  /// How often each value is in a channel.
  func histogram(_ channel: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: 256)
    for i in stride(from: channel, to: pixels.count, by: 3) { counts[Int(pixels[i])] += 1 }
    return counts
  }

  /// ITU-R 601 luma of every pixel, as `convert("L")` rounds it: [height * width].
  func luma() -> [UInt8] {
    (0..<pixels.count / 3).map { i in
      let (r, g, b) = (Int(pixels[3 * i]), Int(pixels[3 * i + 1]), Int(pixels[3 * i + 2]))
      return UInt8((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16)
    }
  }

  /// other (1 - share) + self share, as `Image.blend` truncates it, for a share in 0...1.
  mutating func blend(over other: (_ byte: Int) -> UInt8, share: Double) {
    let share = Float(share)
    for i in pixels.indices {
      let low = Float(other(i))
      pixels[i] = UInt8(low + share * (Float(pixels[i]) - low))
    }
  }

  /// The 3x3 filter SMOOTH; the border stays as it is.
  func smoothed() -> [UInt8] {
    var result = pixels
    guard height > 2, width > 2 else { return result }
    pixels.withUnsafeBufferPointer { pixels in
      for y in 1..<height - 1 {
        for x in 3..<3 * (width - 1) {
          let centre = y * 3 * width + x
          var sum = 4 * Int(pixels[centre])
          for row in [centre - 3 * width, centre, centre + 3 * width] {
            sum += Int(pixels[row - 3]) + Int(pixels[row]) + Int(pixels[row + 3])
          }
          result[centre] = UInt8(Float(sum) / 13 + 0.5)
        }
      }
    }
    return result
  }

  /// Every pixel (x, y) taken from (a x + b y + c, d x + e y + f), the nearest one; black outside.
  mutating func transform(
    _ a: Double, _ b: Double, _ c: Double, _ d: Double, _ e: Double, _ f: Double
  ) {
    func fixed(_ value: Double) -> Int { Int((value * 65536 + 0.5).rounded(.down)) }
    var result = [UInt8](repeating: 0, count: pixels.count)
    // At the centres of pixels.
    var (left, top) = (fixed(c + a * 0.5 + b * 0.5), fixed(f + d * 0.5 + e * 0.5))
    let (acrossX, downX, acrossY, downY) = (fixed(a), fixed(b), fixed(d), fixed(e))
    for row in 0..<height {
      var (x, y) = (left, top)
      for column in 0..<width {
        let (sourceX, sourceY) = (x >> 16, y >> 16)
        if sourceX >= 0, sourceX < width, sourceY >= 0, sourceY < height {
          let (from, to) = (3 * (sourceY * width + sourceX), 3 * (row * width + column))
          for channel in 0..<3 { result[to + channel] = pixels[from + channel] }
        }
        x += acrossX
        y += acrossY
      }
      left += downX
      top += downY
    }
    pixels = result
  }
}
