import Benchmarks
import Core
import Figures
import Foundation

/// A picture of rows of images under a title, each row with a label at its left, as PNG or SVG.
///
/// Layout, from top to bottom: the title, then rows of equal height. Each row has its label at
/// the left and tiles to its right. All lengths are in pixels of the picture. The same rows give
/// the same bytes.
struct MontagePicture {
  /// A row of images.
  struct Row {
    /// The text at the left.
    let label: String
    /// The images, all of the picture's side.
    let tiles: [RGBImage]

    /// Reads the images of a row.
    /// - Parameters:
    ///   - label: the text at the left.
    ///   - indices: the images in the file, in the order of the row.
    ///   - file: an open benchmark file.
    /// - Throws: `BenchmarkError`.
    init(_ label: String, _ indices: [Int], of file: BenchmarkFile) throws(BenchmarkError) {
      self.label = label
      let pixels = try file.pixels(at: indices)
      let side = file.info.imageSize
      let size = side * side * 3
      tiles = indices.indices.map { place in
        RGBImage(
          height: side, width: side, pixels: Array(pixels[place * size..<(place + 1) * size]))
      }
    }
  }

  /// The space between tiles, and the space around everything.
  private static let gap = 2
  private static let margin = 8
  /// The minimum side of a tile, and the side of a pixel of the font.
  private static let leastTile = 56
  private static let letterScale = 2

  /// The line above the rows.
  let title: String
  let rows: [Row]
  /// The side of the images in pixels.
  let side: Int

  /// Writes the picture atomically.
  /// - Parameters:
  ///   - file: the path; it need not have the extension of the format.
  ///   - format: PNG or SVG.
  /// - Throws: `BenchmarkError.unwritable`.
  func write(to file: String, as format: ClassMontage.Format) throws(BenchmarkError) {
    let bytes =
      switch format {
      case .png: try PNGEncoder.encode(picture(), file: file)
      case .svg: [UInt8](try svg(file: file).utf8)
      }
    do {
      try AtomicFile.write(Data(bytes), to: file)
    } catch {
      throw .unwritable(file: file, reason: "\(error)")
    }
  }

  // MARK: - Layout

  /// The integer factor by which small images are enlarged, so that CIFAR's 32 pixels are
  /// visible. Enlarging by a whole number keeps the pixels square and sharp.
  private var scale: Int { max(1, (Self.leastTile + side - 1) / side) }
  /// The distance between tiles in both directions.
  private var pitch: Int { side * scale + Self.gap }
  /// The height of a line of text with its margin.
  private var lineHeight: Int { BitmapFont.height * Self.letterScale + Self.margin }
  /// The width of the longest label.
  private var labelWidth: Int {
    (rows.map { BitmapFont.width(of: $0.label) }.max() ?? 0) * Self.letterScale
  }
  /// The left edge of the first tile.
  private var left: Int { Self.margin * 2 + labelWidth }
  /// The width of the picture: that of the longest row or of the title.
  private var width: Int {
    let tilesWidth = (rows.map(\.tiles.count).max() ?? 0) * pitch
    let titleWidth = BitmapFont.width(of: title) * Self.letterScale
    return max(left + tilesWidth, Self.margin + titleWidth) + Self.margin
  }
  /// The height of the picture.
  private var height: Int { Self.margin + lineHeight + rows.count * pitch + Self.margin }

  /// The upper edge of a row of tiles.
  private func top(ofRow row: Int) -> Int { Self.margin + lineHeight + row * pitch }

  /// The left edge of a tile.
  private func left(ofTile tile: Int) -> Int { left + tile * pitch }

  // MARK: - PNG

  /// The whole picture: dark text and tiles on white.
  private func picture() -> RGBImage {
    var pixels = [UInt8](repeating: 255, count: height * width * 3)
    let width = width
    func label(_ text: String, top: Int, left: Int) {
      BitmapFont.standard.draw(text) { row, column in
        for y in 0..<Self.letterScale {
          for x in 0..<Self.letterScale {
            let place =
              (top + row * Self.letterScale + y) * width + left + column * Self.letterScale + x
            for channel in 0..<3 { pixels[place * 3 + channel] = 32 }
          }
        }
      }
    }
    label(title, top: Self.margin, left: Self.margin)
    for (number, row) in rows.enumerated() {
      let top = top(ofRow: number)
      label(
        row.label, top: top + (pitch - BitmapFont.height * Self.letterScale) / 2,
        left: Self.margin)
      for (place, tile) in row.tiles.enumerated() {
        let left = left(ofTile: place)
        for y in 0..<side * scale {
          for x in 0..<side * scale {
            let source = (y / scale * side + x / scale) * 3
            let target = ((top + y) * width + left + x) * 3
            for channel in 0..<3 { pixels[target + channel] = tile.pixels[source + channel] }
          }
        }
      }
    }
    return RGBImage(height: height, width: width, pixels: pixels)
  }

  // MARK: - SVG

  /// The text of an SVG file (SVG 2), with tiles as data URLs. Browsers are asked not to smooth
  /// them.
  /// - Parameter file: the path for error messages.
  private func svg(file: String) throws(BenchmarkError) -> String {
    func text(_ text: String, y: Int) -> Markup {
      .element(
        "text",
        [
          "x": "\(Self.margin)", "y": "\(y)", "font-family": "sans-serif", "font-size": "15",
          "fill": "#202020",
        ], [.text(text)])
    }
    var parts: [Markup] = [
      .shape("rect", ["width": "100%", "height": "100%", "fill": "#ffffff"]),
      text(title, y: Self.margin + 15),
    ]
    for (number, row) in rows.enumerated() {
      let top = top(ofRow: number)
      parts.append(text(row.label, y: top + pitch / 2 + 5))
      for (place, tile) in row.tiles.enumerated() {
        let png = Data(try PNGEncoder.encode(tile, file: file)).base64EncodedString()
        parts.append(
          .shape(
            "image",
            [
              "x": "\(left(ofTile: place))", "y": "\(top)", "width": "\(side * scale)",
              "height": "\(side * scale)", "style": "image-rendering: pixelated",
              "href": "data:image/png;base64,\(png)",
            ]))
      }
    }
    let svg = Markup.element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "width": "\(width)", "height": "\(height)",
        "viewBox": "0 0 \(width) \(height)",
      ], parts.flatMap { [.trusted("\n"), $0] } + [.trusted("\n")])
    return svg.source + "\n"
  }
}
