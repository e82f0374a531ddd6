import Core
import Domain
import Foundation

/// A picture of a few images of each class of a benchmark file, a row for each class with its name, as
/// PNG or SVG.
public struct Montage {
  /// The form of the picture, by the name of its file.
  public enum Format: String, CaseIterable, Sendable {
    case png, svg
  }

  /// What is shown.
  public struct Options: Hashable, Sendable {
    public var perClass = 10
    /// How many classes at most, at even distances.
    public var classes = 20
    public var splits = Set(Split.allCases)

    public init() {}
  }

  /// How many classes there are that it does not show.
  public var classesLeftOut: Int { rows.leftOut }

  private static let gap = 2
  private static let margin = 8
  /// Screen pixels of a tile at least, and of a pixel of the letters.
  private static let leastTile = 56
  private static let letterScale = 2

  private let title: String
  private let rows: MontageRows
  /// The images of each row.
  private let tiles: [[RGBImage]]
  private let side: Int

  /// Reads the images that the picture shows.
  /// - Throws: `BenchmarkError`; `.noImages` if none is of the splits.
  public init(
    _ file: BenchmarkFile, _ options: Options = Options()
  ) throws(BenchmarkError) {
    let info = file.info
    rows = MontageRows(
      labels: try file.labels(), splits: file.splits, classNames: info.classNames,
      wanted: options.splits, perClass: options.perClass, classes: options.classes)
    guard !rows.rows.isEmpty else {
      throw .noImages(
        file: file.path, splits: Split.allCases.filter(options.splits.contains))
    }
    side = info.imageSize
    title =
      "\(info.benchmark): \(info.counts)"
      + (info.isComplete ? "" : ", partial (\(info.expectedCounts.total) in all)")
    var tiles: [[RGBImage]] = []
    for row in rows.rows {
      let pixels = try file.pixels(at: row.indices)
      let size = pixels.count / row.indices.count
      tiles.append(
        row.indices.indices.map { place in
          RGBImage(
            height: info.imageSize, width: info.imageSize,
            pixels: Array(pixels[place * size..<(place + 1) * size]))
        })
    }
    self.tiles = tiles
  }

  /// Writes the picture in the form that the file's name asks for.
  /// - Throws: `BenchmarkError.unwritable`.
  public func write(to file: String, as format: Format) throws(BenchmarkError) {
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

  /// Whole screen pixels for each pixel of an image, so that small images can be seen.
  private var scale: Int { max(1, (Self.leastTile + side - 1) / side) }
  /// From a tile to the next one, in both directions.
  private var pitch: Int { side * scale + Self.gap }
  private var lineHeight: Int { BitmapFont.height * Self.letterScale + Self.margin }
  private var labelWidth: Int {
    (rows.rows.map { BitmapFont.width(of: $0.name) }.max() ?? 0) * Self.letterScale
  }
  private var left: Int { Self.margin * 2 + labelWidth }
  private var width: Int {
    let tilesWidth = (tiles.map(\.count).max() ?? 0) * pitch
    let titleWidth = BitmapFont.width(of: title) * Self.letterScale
    return max(left + tilesWidth, Self.margin + titleWidth) + Self.margin
  }
  private var height: Int { Self.margin + lineHeight + rows.rows.count * pitch + Self.margin }

  private func top(ofRow row: Int) -> Int { Self.margin + lineHeight + row * pitch }

  private func left(ofTile tile: Int) -> Int { left + tile * pitch }

  // MARK: - PNG

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
    for (number, row) in rows.rows.enumerated() {
      let top = top(ofRow: number)
      label(
        row.name, top: top + (pitch - BitmapFont.height * Self.letterScale) / 2,
        left: Self.margin)
      for (place, tile) in tiles[number].enumerated() {
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

  private func svg(file: String) throws(BenchmarkError) -> String {
    let text = "font-family=\"sans-serif\" font-size=\"15\" fill=\"#202020\""
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
        + "viewBox=\"0 0 \(width) \(height)\">",
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
      "<text x=\"\(Self.margin)\" y=\"\(Self.margin + 15)\" \(text)>\(Self.escaped(title))</text>",
    ]
    for (number, row) in rows.rows.enumerated() {
      let top = top(ofRow: number)
      lines.append(
        "<text x=\"\(Self.margin)\" y=\"\(top + pitch / 2 + 5)\" \(text)>"
          + "\(Self.escaped(row.name))</text>")
      for (place, tile) in tiles[number].enumerated() {
        let png = Data(try PNGEncoder.encode(tile, file: file)).base64EncodedString()
        lines.append(
          "<image x=\"\(left(ofTile: place))\" y=\"\(top)\" width=\"\(side * scale)\" "
            + "height=\"\(side * scale)\" style=\"image-rendering: pixelated\" "
            + "href=\"data:image/png;base64,\(png)\"/>")
      }
    }
    return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private static func escaped(_ text: String) -> String {
    text.displayable.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
  }
}
