import Foundation

/// Antialiased bilinear scaling as Pillow's `Image.resize` does it for 8-bit images: weights in fixed
/// point with 22 fractional bits, rows first, and the result of that pass rounded to 8 bits.
extension RGBImage {
  /// The image scaled to another height and width, both positive.
  public func resized(height newHeight: Int, width newWidth: Int) -> RGBImage {
    var result = pixels
    if newWidth != width {
      let kernel = ResamplingKernel(from: width, to: newWidth)
      result = resampleRows(result, rows: height, width: width, kernel)
    }
    if newHeight != height {
      let kernel = ResamplingKernel(from: height, to: newHeight)
      result = resampleColumns(result, rowLength: newWidth * 3, kernel)
    }
    return RGBImage(height: newHeight, width: newWidth, pixels: result)
  }
}

private let fractionalBits: Int32 = 22

/// Which input positions make each output position, with which weights.
private struct ResamplingKernel {
  /// The first input position of each output position.
  let starts: [Int]
  /// How many input positions each output position takes.
  let counts: [Int]
  /// The weights, `stride` places for each output position.
  let weights: [Int32]
  let stride: Int

  var outputCount: Int { starts.count }

  init(from inputSize: Int, to outputSize: Int) {
    let scale = Double(inputSize) / Double(outputSize)
    // When shrinking, the triangle of the bilinear filter is widened to cover every input pixel.
    let support = max(scale, 1)
    let stride = Int(support.rounded(.up)) * 2 + 1
    var starts: [Int] = []
    var counts: [Int] = []
    var weights = [Int32](repeating: 0, count: outputSize * stride)
    for output in 0..<outputSize {
      let centre = (Double(output) + 0.5) * scale
      let start = max(Int(centre - support + 0.5), 0)
      let end = min(Int(centre + support + 0.5), inputSize)
      let exact = (start..<end).map { input in
        max(0, 1 - abs((Double(input) - centre + 0.5) / support))
      }
      let sum = exact.reduce(0, +)
      for (place, weight) in exact.enumerated() {
        weights[output * stride + place] =
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

private func rounded(_ sum: Int32) -> UInt8 {
  UInt8(truncatingIfNeeded: min(max(sum >> fractionalBits, 0), 255))
}

private func resampleRows(
  _ pixels: [UInt8], rows: Int, width: Int, _ kernel: ResamplingKernel
) -> [UInt8] {
  let newWidth = kernel.outputCount
  return [UInt8](unsafeUninitializedCapacity: rows * newWidth * 3) { result, filled in
    for row in 0..<rows {
      for column in 0..<newWidth {
        let half = Int32(1) << (fractionalBits - 1)
        var sums = (half, half, half)
        for place in 0..<kernel.counts[column] {
          let weight = kernel.weights[column * kernel.stride + place]
          let source = (row * width + kernel.starts[column] + place) * 3
          sums.0 += Int32(pixels[source]) * weight
          sums.1 += Int32(pixels[source + 1]) * weight
          sums.2 += Int32(pixels[source + 2]) * weight
        }
        let target = (row * newWidth + column) * 3
        result[target] = rounded(sums.0)
        result[target + 1] = rounded(sums.1)
        result[target + 2] = rounded(sums.2)
      }
    }
    filled = rows * newWidth * 3
  }
}

private func resampleColumns(
  _ pixels: [UInt8], rowLength: Int, _ kernel: ResamplingKernel
) -> [UInt8] {
  let newHeight = kernel.outputCount
  return [UInt8](unsafeUninitializedCapacity: newHeight * rowLength) { result, filled in
    for row in 0..<newHeight {
      for column in 0..<rowLength {
        var sum = Int32(1) << (fractionalBits - 1)
        for place in 0..<kernel.counts[row] {
          let weight = kernel.weights[row * kernel.stride + place]
          sum += Int32(pixels[(kernel.starts[row] + place) * rowLength + column]) * weight
        }
        result[row * rowLength + column] = rounded(sum)
      }
    }
    filled = newHeight * rowLength
  }
}
