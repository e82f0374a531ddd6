import Foundation

/// Histograms of oriented gradients (Dalal and Triggs, CVPR 2005) in the form of `skimage.feature.hog`:
/// nine unsigned orientations, cells of 8 x 8 pixels, blocks of 2 x 2 cells, L2-Hys.
///
///     let histograms = GradientHistograms(height: 32, width: 32)
///     histograms.count  // 324
public struct GradientHistograms: Sendable {
  private static let orientations = 9
  private static let cell = 8
  private static let block = 2

  private let height: Int
  private let width: Int

  /// - Parameters:
  ///   - height: of the images in pixels, at least 16.
  ///   - width: as `height`.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  private var rows: Int { height / Self.cell }
  private var columns: Int { width / Self.cell }
  private var blockRows: Int { max(0, rows - Self.block + 1) }
  private var blockColumns: Int { max(0, columns - Self.block + 1) }

  /// The number of values of an image; 0 for an image smaller than a block.
  public var count: Int {
    blockRows * blockColumns * Self.block * Self.block * Self.orientations
  }

  /// The descriptor of an image, [count].
  /// - Parameters:
  ///   - pixels: [height, width, channels]. Each pixel's gradient is that of the channel in which it is
  ///     the longest, the first of equal ones.
  ///   - channels: values of a pixel.
  public func descriptor(of pixels: ArraySlice<Float>, channels: Int) -> [Float] {
    let histograms = cellHistograms(pixels, channels)
    var result: [Float] = []
    result.reserveCapacity(count)
    for row in 0..<blockRows {
      for column in 0..<blockColumns {
        var block: [Double] = []
        for y in row..<row + Self.block {
          for x in column..<column + Self.block {
            let start = (y * columns + x) * Self.orientations
            block += histograms[start..<start + Self.orientations]
          }
        }
        // L2-Hys: to unit length, clipped at 0.2, to unit length again.
        block = Self.normalised(Self.normalised(block).map { min($0, 0.2) })
        result += block.map(Float.init)
      }
    }
    return result
  }

  /// The sum of the gradients' lengths by cell and orientation, divided by the cell's area.
  private func cellHistograms(_ pixels: ArraySlice<Float>, _ channels: Int) -> [Double] {
    var histograms = [Double](repeating: 0, count: rows * columns * Self.orientations)
    let first = pixels.startIndex
    func value(_ y: Int, _ x: Int, _ channel: Int) -> Double {
      Double(pixels[first + (y * width + x) * channels + channel])
    }
    for y in 0..<rows * Self.cell {
      for x in 0..<columns * Self.cell {
        var longest = (length: -1.0, down: 0.0, right: 0.0)
        for channel in 0..<channels {
          // Central differences; 0 along the border that they would cross.
          let down =
            y == 0 || y == height - 1 ? 0 : value(y + 1, x, channel) - value(y - 1, x, channel)
          let right =
            x == 0 || x == width - 1 ? 0 : value(y, x + 1, channel) - value(y, x - 1, channel)
          let length = hypot(right, down)
          if length > longest.length { longest = (length, down, right) }
        }
        // From 0 up to, not including, 180 degrees.
        var angle = atan2(longest.down, longest.right) * 180 / .pi
        if angle < 0 { angle += 180 }
        if angle >= 180 { angle -= 180 }
        let bin = min(Self.orientations - 1, Int(angle / (180 / Double(Self.orientations))))
        histograms[((y / Self.cell) * columns + x / Self.cell) * Self.orientations + bin] +=
          longest.length / Double(Self.cell * Self.cell)
      }
    }
    return histograms
  }

  private static func normalised(_ values: [Double]) -> [Double] {
    let epsilon = 1e-5
    let length = (values.reduce(0) { $0 + $1 * $1 } + epsilon * epsilon).squareRoot()
    return values.map { $0 / length }
  }
}
