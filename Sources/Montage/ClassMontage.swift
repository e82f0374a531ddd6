import Benchmarks
import Core
import Domain
import Foundation

/// A picture of sample images of a benchmark file: a row per class with its name, as PNG or
/// SVG.
///
///     let montage = try ClassMontage(BenchmarkFile.open("data/cifar10.h5"))
///     try montage.write(to: "cifar10.png", as: .png)
///
/// The choice of images is deterministic (`MontageRows`), and so are the bytes of the picture.
/// Layout, from top to bottom: the title, then rows of equal height. Each row has the name of
/// its class at the left and tiles to its right. All lengths are in pixels of the picture.
package struct ClassMontage {
  /// The file format of the picture; the raw value is its file name extension. In SVG the text
  /// can be searched, and each tile is an embedded PNG.
  package enum Format: String, CaseIterable, Sendable {
    case png, svg
  }

  /// The contents of the picture.
  ///
  ///     var options = ClassMontage.Options()
  ///     options.perClass = 20
  ///     options.splits = [.test]
  package struct Options: Hashable, Sendable {
    /// The number of images per class; fewer if the class has fewer.
    package var perClass = 10
    /// The maximum number of classes. If there are more, some are chosen at even intervals.
    package var classes = 20
    /// The splits whose images are shown. Unlabelled images form the last row.
    package var splits = Set(Split.allCases)

    package init() {}
  }

  /// The number of classes with images that are not shown.
  package var classesLeftOut: Int { rows.leftOut }

  /// The space between tiles, and the space around everything.
  private static let gap = 2
  private static let margin = 8
  /// The minimum side of a tile, and the side of a pixel of the font.
  private static let leastTile = 56
  private static let letterScale = 2

  /// The benchmark with its numbers of images, and whether it is incomplete.
  private let title: String
  /// The chosen images.
  private let rows: MontageRows
  /// The images of each row, [rows][tiles].
  private let tiles: [[RGBImage]]
  /// The side of the stored images in pixels.
  private let side: Int

  /// Reads the images of the picture.
  /// - Parameters:
  ///   - file: an open benchmark file.
  ///   - options: the number of images and classes, and the splits.
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

  /// Writes the picture atomically.
  /// - Parameters:
  ///   - file: the path; it need not have the extension of the format.
  ///   - format: PNG or SVG.
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

  /// The integer factor by which small images are enlarged, so that CIFAR's 32 pixels are
  /// visible. Enlarging by a whole number keeps the pixels square and sharp.
  private var scale: Int { max(1, (Self.leastTile + side - 1) / side) }
  /// The distance between tiles in both directions.
  private var pitch: Int { side * scale + Self.gap }
  /// The height of a line of text with its margin.
  private var lineHeight: Int { BitmapFont.height * Self.letterScale + Self.margin }
  /// The width of the longest class name.
  private var labelWidth: Int {
    (rows.rows.map { BitmapFont.width(of: $0.name) }.max() ?? 0) * Self.letterScale
  }
  /// The left edge of the first tile.
  private var left: Int { Self.margin * 2 + labelWidth }
  /// The width of the picture: that of the longest row or of the title.
  private var width: Int {
    let tilesWidth = (tiles.map(\.count).max() ?? 0) * pitch
    let titleWidth = BitmapFont.width(of: title) * Self.letterScale
    return max(left + tilesWidth, Self.margin + titleWidth) + Self.margin
  }
  /// The height of the picture.
  private var height: Int { Self.margin + lineHeight + rows.rows.count * pitch + Self.margin }

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

  /// The text of an SVG file (SVG 2), with tiles as data URLs. Browsers are asked not to smooth
  /// them.
  /// - Parameter file: the path for error messages.
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

  /// The text with XML's special characters escaped. Class names may come from other people's
  /// files.
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

/// The choice of images for a montage. It is deterministic: the same file and options give the
/// same rows.
struct MontageRows {
  /// A class with its images.
  struct Row {
    /// The name of the class, or "(unlabelled)".
    let name: String
    /// The indices of its images in the benchmark file.
    let indices: [Int]
  }

  /// In the order of the labels; classes without images are left out.
  let rows: [Row]
  /// The number of classes that have images but no row.
  let leftOut: Int

  /// Samples classes and their images at even intervals, since neighbouring images may be
  /// alike. Unlabelled images form the last row.
  /// - Parameters:
  ///   - labels: the label of each image, [N], -1 where unlabelled.
  ///   - splits: the split of each image, [N].
  ///   - classNames: in the order of the labels.
  ///   - wanted: the splits whose images count.
  ///   - perClass: the maximum number of images in a row.
  ///   - classes: the maximum number of classes.
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

  /// `count` entries at even intervals, starting with the first; all if there are not more.
  private static func evenly(_ entries: [Int], _ count: Int) -> [Int] {
    guard entries.count > count else { return entries }
    return (0..<count).map { entries[$0 * entries.count / count] }
  }
}
