import Benchmarks
import Core
import Domain
import Foundation

/// A picture of sample images of a benchmark file: a row per class with its name, as PNG or SVG.
///
///     let montage = try ClassMontage(BenchmarkFile.open("data/cifar10.h5"))
///     try montage.write(to: "cifar10.png", as: .png)
package struct ClassMontage {
  /// The file format of the picture, by its file name extension.
  package enum Format: String, CaseIterable, Sendable {
    case png, svg
  }

  /// The contents of the picture.
  package struct Options: Hashable, Sendable {
    /// The number of images per class.
    package var perClass = 10
    /// The maximum number of classes, sampled at even intervals.
    package var classes = 20
    /// The splits whose images are shown.
    package var splits = Set(Split.allCases)

    package init() {}
  }

  /// The number of classes that are not shown.
  package var classesLeftOut: Int { rows.leftOut }

  private static let gap = 2
  private static let margin = 8
  /// The minimum side of a tile, and the side of a font pixel, in screen pixels.
  private static let leastTile = 56
  private static let letterScale = 2

  private let title: String
  private let rows: MontageRows
  /// The images of each row.
  private let tiles: [[RGBImage]]
  private let side: Int

  /// Reads the images of the picture.
  /// - Throws: `BenchmarkError`; `.noImages` if the splits have none.
  package init(
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

  /// Writes the picture.
  /// - Throws: `BenchmarkError.unwritable`.
  package func write(to file: String, as format: Format) throws(BenchmarkError) {
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

  /// The integer scale at which small images are visible.
  private var scale: Int { max(1, (Self.leastTile + side - 1) / side) }
  /// The distance between tiles in both directions.
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

/// The choice of images for a montage. It is deterministic.
struct MontageRows {
  /// A class with its images.
  struct Row {
    let name: String
    /// The indices of its images in the benchmark file.
    let indices: [Int]
  }

  let rows: [Row]
  /// The number of classes without a row.
  let leftOut: Int

  /// Samples classes and their images at even intervals. Unlabelled images form the last row.
  init(
    labels: [Int32], splits: [Split], classNames: [String], wanted: Set<Split>, perClass: Int,
    classes: Int
  ) {
    var members: [[Int]] = Array(repeating: [], count: classNames.count)
    var unlabelled: [Int] = []
    for (index, label) in labels.enumerated() where wanted.contains(splits[index]) {
      if label < 0 {
        unlabelled.append(index)
      } else {
        members[Int(label)].append(index)
      }
    }
    let present = members.indices.filter { !members[$0].isEmpty }
    let shown = Self.evenly(present, classes)
    leftOut = present.count - shown.count
    var rows = shown.map { label in
      Row(name: classNames[label], indices: Self.evenly(members[label], perClass))
    }
    if !unlabelled.isEmpty {
      rows.append(Row(name: "(unlabelled)", indices: Self.evenly(unlabelled, perClass)))
    }
    self.rows = rows
  }

  /// `count` entries at even intervals, starting with the first; all if there are fewer.
  private static func evenly(_ entries: [Int], _ count: Int) -> [Int] {
    guard entries.count > count else { return entries }
    return (0..<count).map { entries[$0 * entries.count / count] }
  }
}
