import Foundation

/// The operations that RandAugment chooses from (Cubuk et al., "RandAugment: Practical Automated Data
/// Augmentation with a Reduced Search Space", CVPRW 2020) with the ranges of SCAN's code (952ec31).
///
///     StrongOperation.allCases.count   // 14
public enum StrongOperation: String, CaseIterable, Sendable {
  /// No change.
  case identity
  /// Every channel stretched to 0...255.
  case autocontrast
  /// Every channel's values made uniform.
  case equalise
  /// Turned by degrees.
  case rotate
  /// Values from a threshold on inverted.
  case solarise
  /// Blended with its luma by a factor.
  case colour
  /// Blended with its mean luma by a factor.
  case contrast
  /// Blended with black by a factor.
  case brightness
  /// Blended with a smoothed copy by a factor.
  case sharpness
  /// Every row moved sideways by a share of its y.
  case shearX
  /// Moved to the side by a share of the width.
  case translateX
  /// Moved up or down by a share of the height.
  case translateY
  /// Values cut to a number of bits.
  case posterise
  /// Every column moved up or down by a share of its x.
  case shearY

  /// What the strength is drawn from: degrees, grey levels, factors, shares of the side, or bits.
  public var range: ClosedRange<Double> {
    switch self {
    case .identity, .autocontrast, .equalise: 0...1
    case .rotate: -30...30
    case .solarise: 0...256
    case .colour, .contrast, .brightness, .sharpness: 0.05...0.95
    case .shearX, .shearY, .translateX, .translateY: -0.1...0.1
    case .posterise: 4...8
    }
  }

  /// Applies the operation to an image [height, width, 3] of bytes.
  package func apply(
    to pixels: [UInt8], height: Int, width: Int, strength: Double
  ) -> [UInt8] {
    var image = PixelImage(pixels: pixels, height: height, width: width)
    apply(to: &image, strength)
    return image.pixels
  }

  /// Applies the operation in place.
  func apply(to image: inout PixelImage, _ strength: Double) {
    switch self {
    case .identity: break
    case .autocontrast:
      image.look(up: (0..<3).map { Self.stretching(image.histogram($0)) })
    case .equalise:
      image.look(up: (0..<3).map { Self.equalising(image.histogram($0)) })
    case .rotate: rotate(&image, degrees: strength)
    case .solarise:
      let table = (0..<256).map { UInt8(Double($0) < strength ? $0 : 255 - $0) }
      image.look(up: [table, table, table])
    case .colour:
      let luma = image.luma()
      image.blend(over: { luma[$0 / 3] }, share: strength)
    case .contrast:
      let luma = image.luma()
      let mean = luma.reduce(0) { $0 + Double($1) } / Double(max(1, luma.count))
      image.blend(over: { _ in UInt8(mean + 0.5) }, share: strength)
    case .brightness: image.blend(over: { _ in 0 }, share: strength)
    case .sharpness:
      let smooth = image.smoothed()
      image.blend(over: { smooth[$0] }, share: strength)
    case .shearX: image.transform(1, strength, 0, 0, 1, 0)
    case .shearY: image.transform(1, 0, 0, strength, 1, 0)
    case .translateX: image.transform(1, 0, strength * Double(image.width), 0, 1, 0)
    case .translateY: image.transform(1, 0, 0, 0, 1, strength * Double(image.height))
    case .posterise:
      let table = (0..<256).map { UInt8($0 & ~((1 << (8 - Int(strength))) - 1)) }
      image.look(up: [table, table, table])
    }
  }

  /// Turns an image about its centre; what comes from outside is black.
  private func rotate(_ image: inout PixelImage, degrees: Double) {
    let angle = -degrees * .pi / 180
    let (cosine, sine) = (cos(angle), sin(angle))
    let (x, y) = (Double(image.width) / 2, Double(image.height) / 2)
    image.transform(
      cosine, sine, x - cosine * x - sine * y, -sine, cosine, y + sine * x - cosine * y)
  }

  /// The table that stretches the values that are there to 0...255.
  private static func stretching(_ histogram: [Int]) -> [UInt8] {
    let low = histogram.firstIndex { $0 > 0 } ?? 0
    let high = histogram.lastIndex { $0 > 0 } ?? 0
    guard high > low else { return (0..<256).map { UInt8($0) } }
    let scale = 255 / Double(high - low)
    return (0..<256).map { UInt8(min(max(Int(Double($0) * scale - Double(low) * scale), 0), 255)) }
  }

  /// The table that makes the values uniform.
  private static func equalising(_ histogram: [Int]) -> [UInt8] {
    let there = histogram.filter { $0 > 0 }
    let step = there.count > 1 ? there.dropLast().reduce(0, +) / 255 : 0
    guard step > 0 else { return (0..<256).map { UInt8($0) } }
    var sum = step / 2
    return histogram.map { count in
      defer { sum += count }
      return UInt8(min(sum / step, 255))
    }
  }
}
