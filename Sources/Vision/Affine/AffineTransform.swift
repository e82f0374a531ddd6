import Foundation

/// One change of an image's geometry about its centre: every pixel of the result is taken from where
/// rotation, shift, shear and zoom lead, one after the other, and from the nearest pixel of the image; what
/// would come from outside is the nearest pixel of the border.
///
/// ```swift
/// let transform = AffineTransform(rotation: 10, rowZoom: 0.9, columnZoom: 0.9)
/// let turned = transform.apply(to: pixels, height: 32, width: 32)
/// ```
package struct AffineTransform {
  /// In degrees.
  package var rotation = 0.0
  /// In pixels, downwards in the image that is looked at.
  package var rowShift = 0.0
  /// In pixels, to the right in the image that is looked at.
  package var columnShift = 0.0
  /// In degrees.
  package var shear = 0.0
  /// Pixels of the image for a pixel of the result, along a column.
  package var rowZoom = 1.0
  /// Pixels of the image for a pixel of the result, along a row.
  package var columnZoom = 1.0
  /// Whether the result is mirrored in the end.
  package var isFlipped = false

  package init(
    rotation: Double = 0, rowShift: Double = 0, columnShift: Double = 0, shear: Double = 0,
    rowZoom: Double = 1, columnZoom: Double = 1, isFlipped: Bool = false
  ) {
    self.rotation = rotation
    self.rowShift = rowShift
    self.columnShift = columnShift
    self.shear = shear
    self.rowZoom = rowZoom
    self.columnZoom = columnZoom
    self.isFlipped = isFlipped
  }

  /// The product of rotation, shift, shear and zoom: row' = m0 row + m1 column + m2 and
  /// column' = m3 row + m4 column + m5, counted from the centre.
  package var matrix: [Double] {
    let (turn, slant) = (rotation * .pi / 180, shear * .pi / 180)
    let (c, s) = (cos(turn), sin(turn))
    return [
      c * rowZoom, (-c * sin(slant) - s * cos(slant)) * columnZoom, c * rowShift - s * columnShift,
      s * rowZoom, (-s * sin(slant) + c * cos(slant)) * columnZoom, s * rowShift + c * columnShift,
    ]
  }

  /// The transformed image of bytes [height, width, 3].
  package func apply(to pixels: [UInt8], height: Int, width: Int) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: pixels.count)
    result.withUnsafeMutableBufferPointer { result in
      pixels.withUnsafeBufferPointer { apply(to: $0, into: result, height: height, width: width) }
    }
    return result
  }

  /// The same between buffers, each of 3 x height x width bytes.
  func apply(
    to pixels: UnsafeBufferPointer<UInt8>, into result: UnsafeMutableBufferPointer<UInt8>,
    height: Int, width: Int
  ) {
    let m = matrix
    let (middleRow, middleColumn) = (Double(height - 1) / 2, Double(width - 1) / 2)
    func nearest(_ place: Double, below count: Int) -> Int {
      Int(min(max((place + 0.5).rounded(.down), 0), Double(count - 1)))
    }
    for row in 0..<height {
      let y = Double(row) - middleRow
      for column in 0..<width {
        let x = Double(column) - middleColumn
        let fromRow = nearest(m[0] * y + m[1] * x + m[2] + middleRow, below: height)
        let fromColumn = nearest(m[3] * y + m[4] * x + m[5] + middleColumn, below: width)
        let (from, to) = (
          3 * (fromRow * width + fromColumn),
          3 * (row * width + (isFlipped ? width - 1 - column : column))
        )
        for channel in 0..<3 { result[to + channel] = pixels[from + channel] }
      }
    }
  }
}
