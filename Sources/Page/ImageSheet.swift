import Benchmarks
import Foundation

/// Images of a benchmark file side by side in one PNG, as tiles of the page's montages.
///
///     let sheet = try ImageSheet(file, at: [17, 4, 99], imageSize: 32)
///     sheet.address  // "data:image/png;base64,..."
///     sheet.position(of: 2)  // "background-position:-128px 0px"
///
/// PNG keeps the pixels as they are. The same images give the same bytes.
struct ImageSheet {
  /// The largest side of a tile. Larger images are scaled down with antialiasing, since a sheet of photographs in full
  /// size would take tens of megabytes.
  private static let mostPixels = 48
  /// The tiles of a row of the sheet: few enough for the largest picture that every browser decodes.
  private static let across = 16

  /// The side of a tile in pixels.
  let side: Int
  /// The number of tiles in a row.
  let columns: Int
  /// The number of rows.
  let rows: Int
  /// The sheet as a data URI.
  let address: String

  /// - Parameters:
  ///   - file: has the images.
  ///   - indices: of images of the file, in the order of the tiles.
  ///   - imageSize: the side of the central square that runs saw.
  /// - Throws: `BenchmarkError` for indices that the file does not have, or a file that cannot be read.
  init(_ file: BenchmarkFile, at indices: [Int], imageSize: Int) throws(BenchmarkError) {
    let given = min(imageSize, file.info.imageSize)
    let pixels = try file.pixels(at: indices, side: given)
    let side = min(given, Self.mostPixels)
    let columns = max(min(indices.count, Self.across), 1)
    let rows = max((indices.count + columns - 1) / columns, 1)
    var sheet = [UInt8](repeating: 255, count: rows * columns * side * side * 3)
    let size = given * given * 3
    for tile in indices.indices {
      let image = RGBImage(
        height: given, width: given, pixels: Array(pixels[tile * size..<(tile + 1) * size]))
      let small = given == side ? image : image.resized(height: side, width: side)
      for row in 0..<side {
        let top = (tile / columns) * side + row
        let target = (top * columns + tile % columns) * side * 3
        sheet.replaceSubrange(
          target..<target + side * 3, with: small.pixels[row * side * 3..<(row + 1) * side * 3])
      }
    }
    let image = RGBImage(height: rows * side, width: columns * side, pixels: sheet)
    let png = try PNGEncoder.encode(image, file: file.path)
    (self.side, self.columns, self.rows) = (side, columns, rows)
    address = "data:image/png;base64," + Data(png).base64EncodedString()
  }

  /// The style of the element that shows a tile: the part of the sheet.
  /// - Parameter tile: its place in the order of the indices.
  func position(of tile: Int) -> String {
    let (x, y) = (tile % columns, tile / columns)
    return "background-position:\(-x * shown)px \(-y * shown)px"
  }

  /// The side of a tile on the page: small images are doubled.
  var shown: Int { side <= 32 ? 2 * side : side }
}
