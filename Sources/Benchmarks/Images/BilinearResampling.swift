import Foundation

/// Antialiased bilinear scaling, bit-identical to Pillow's `Image.resize` for 8-bit images
/// (Pillow's src/libImaging/Resample.c): fixed-point weights with 22 fractional bits,
/// horizontal pass first, its result rounded to 8 bits.
///
/// Published pipelines scale with Pillow, and other libraries' bilinear filters give visibly
/// different pixels when shrinking.
extension RGBImage {
  /// The image scaled to another height and width in pixels, both positive.
  package func resized(height newHeight: Int, width newWidth: Int) -> RGBImage {
    resized(
      height: newHeight, width: newWidth, rows: 0..<newHeight, columns: 0..<newWidth)
  }

  /// A part of the image scaled to another height and width. Only that part is computed, with
  /// the same result as cutting it out of the whole.
  /// - Parameters:
  ///   - rows: the wanted rows of the scaled image.
  ///   - columns: its wanted columns.
  func resized(
    height newHeight: Int, width newWidth: Int, rows: Range<Int>, columns: Range<Int>
  ) -> RGBImage {
    let vertical = ResamplingKernel(from: height, to: newHeight, outputs: rows)
    let horizontal = ResamplingKernel(from: width, to: newWidth, outputs: columns)
    let inputRows = vertical.inputs
    let scaled = pixels.withUnsafeBufferPointer { pixels in
      resampleRows(pixels, rows: inputRows, width: width, horizontal)
    }
    let result = scaled.withUnsafeBufferPointer { scaled in
      resampleColumns(
        scaled, firstRow: inputRows.lowerBound, rowLength: columns.count * 3, vertical)
    }
    return RGBImage(height: rows.count, width: columns.count, pixels: result)
  }
}

/// Pillow's PRECISION_BITS for 8-bit channels: 32 - 8 - 2.
private let fractionalBits: Int32 = 22

/// The input positions and weights of each output position along one axis.
///
/// The filter is a triangle of half-width s = max(1, input size / output size). Output position
/// i has its centre at c = (i + 0.5) · input size / output size, and input position j the
/// weight max(0, 1 - |j + 0.5 - c| / s), normalised to the sum 1.
private struct ResamplingKernel {
  /// The first input position of each output position.
  let starts: [Int]
  /// The number of input positions of each output position.
  let counts: [Int]
  /// The weights as fixed-point numbers, `stride` entries per output position.
  let weights: [Int32]
  /// The largest number of input positions of an output position.
  let stride: Int

  var outputCount: Int { starts.count }

  /// The range of needed input positions.
  var inputs: Range<Int> {
    guard let first = starts.first, let last = starts.last, let count = counts.last else {
      return 0..<0
    }
    return first..<last + count
  }

  /// - Parameters:
  ///   - inputSize: the length of the image along the axis.
  ///   - outputSize: the length of the whole scaled image.
  ///   - outputs: the output positions to compute.
  init(from inputSize: Int, to outputSize: Int, outputs: Range<Int>) {
    let scale = Double(inputSize) / Double(outputSize)
    // When shrinking, the triangle filter is widened to cover all input pixels.
    let support = max(scale, 1)
    let stride = Int(support.rounded(.up)) * 2 + 1
    var starts: [Int] = []
    var counts: [Int] = []
    var weights = [Int32](repeating: 0, count: outputs.count * stride)
    for (place, output) in outputs.enumerated() {
      let centre = (Double(output) + 0.5) * scale
      let start = max(Int(centre - support + 0.5), 0)
      let end = min(Int(centre + support + 0.5), inputSize)
      let exact = (start..<end).map { input in
        max(0, 1 - abs((Double(input) - centre + 0.5) / support))
      }
      let sum = exact.reduce(0, +)
      for (tap, weight) in exact.enumerated() {
        weights[place * stride + tap] =
          Int32((weight / sum * Double(1 << fractionalBits)).rounded(.toNearestOrAwayFromZero))
      }
      starts.append(start)
      counts.append(end - start)
    }
    self.starts = starts
    self.counts = counts
    self.weights = weights
    self.stride = stride
  }
}

/// The integer part of a sum that started at one half, clipped to 0...255.
@inline(__always) private func rounded(_ sum: Int32) -> UInt8 {
  UInt8(truncatingIfNeeded: min(max(sum >> fractionalBits, 0), 255))
}

/// Scales rows horizontally.
/// - Parameters:
///   - pixels: the whole image, [height, width, 3].
///   - rows: the rows to scale.
/// - Returns: [rows, kernel outputs, 3].
private func resampleRows(
  _ pixels: UnsafeBufferPointer<UInt8>, rows: Range<Int>, width: Int, _ kernel: ResamplingKernel
) -> [UInt8] {
  let newWidth = kernel.outputCount
  return [UInt8](unsafeUninitializedCapacity: rows.count * newWidth * 3) { result, filled in
    kernel.weights.withUnsafeBufferPointer { weights in
      for (place, row) in rows.enumerated() {
        for column in 0..<newWidth {
          let half = Int32(1) << (fractionalBits - 1)
          var sums = (half, half, half)
          var source = (row * width + kernel.starts[column]) * 3
          let first = column * kernel.stride
          for tap in first..<first + kernel.counts[column] {
            // The weights add up to 1 and colours are at most 255, so sums do not overflow.
            sums.0 &+= Int32(pixels[source]) &* weights[tap]
            sums.1 &+= Int32(pixels[source + 1]) &* weights[tap]
            sums.2 &+= Int32(pixels[source + 2]) &* weights[tap]
            source += 3
          }
          let target = (place * newWidth + column) * 3
          result[target] = rounded(sums.0)
          result[target + 1] = rounded(sums.1)
          result[target + 2] = rounded(sums.2)
        }
      }
    }
    filled = rows.count * newWidth * 3
  }
}

/// Scales vertically.
/// - Parameters:
///   - pixels: rows of `rowLength` bytes.
///   - firstRow: the row of the image that `pixels` starts with.
/// - Returns: [kernel outputs, rowLength].
private func resampleColumns(
  _ pixels: UnsafeBufferPointer<UInt8>, firstRow: Int, rowLength: Int, _ kernel: ResamplingKernel
) -> [UInt8] {
  let newHeight = kernel.outputCount
  return [UInt8](unsafeUninitializedCapacity: newHeight * rowLength) { result, filled in
    // Input rows are added to a row of sums one after the other, which reads memory in order.
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: rowLength) { sums in
      for row in 0..<newHeight {
        sums.initialize(repeating: Int32(1) << (fractionalBits - 1))
        for tap in 0..<kernel.counts[row] {
          let weight = kernel.weights[row * kernel.stride + tap]
          let source = UnsafeBufferPointer(
            rebasing: pixels[((kernel.starts[row] + tap - firstRow) * rowLength)...].prefix(
              rowLength))
          for column in 0..<rowLength { sums[column] &+= Int32(source[column]) &* weight }
        }
        for column in 0..<rowLength { result[row * rowLength + column] = rounded(sums[column]) }
      }
    }
    filled = newHeight * rowLength
  }
}
