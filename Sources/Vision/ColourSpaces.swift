import Foundation

/// Colour spaces in which pixels can be compared.
///
///     ColourSpace.grey.values(of: [255, 0, 0])   // [0.299]
public enum ColourSpace: String, CaseIterable, Sendable {
  /// sRGB as it is stored: red, green and blue in 0...1.
  case rgb
  /// Luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, as Pillow's mode "L" without its rounding.
  case grey
  /// CIE L*a*b* under D65, in which distances are closer to perceived ones; divided by 100.
  case lab

  /// Values of a pixel.
  public var channels: Int { self == .grey ? 1 : 3 }

  /// Converts pixels.
  /// - Parameter bytes: sRGB, [P, 3].
  /// - Returns: [P, channels].
  public func values(of bytes: [UInt8]) -> [Float] {
    switch self {
    case .rgb: return bytes.map { Float($0) / 255 }
    case .grey:
      return stride(from: 0, to: bytes.count - 2, by: 3).map { pixel in
        (0.299 * Float(bytes[pixel]) + 0.587 * Float(bytes[pixel + 1])
          + 0.114 * Float(bytes[pixel + 2])) / 255
      }
    case .lab:
      var values = [Float](repeating: 0, count: bytes.count)
      for pixel in stride(from: 0, to: bytes.count - 2, by: 3) {
        let lab = Self.lab(bytes[pixel], bytes[pixel + 1], bytes[pixel + 2])
        (values[pixel], values[pixel + 1], values[pixel + 2]) = lab
      }
      return values
    }
  }

  /// sRGB to linear light (IEC 61966-2-1), by byte.
  private static let linear: [Double] = (0...255).map { byte in
    let value = Double(byte) / 255
    return value > 0.04045 ? pow((value + 0.055) / 1.055, 2.4) : value / 12.92
  }

  /// CIE 15 with the white point D65 of the 2 degree observer, as `skimage.color.rgb2lab` has it.
  private static func lab(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> (Float, Float, Float) {
    let (r, g, b) = (linear[Int(red)], linear[Int(green)], linear[Int(blue)])
    func compressed(_ value: Double) -> Double {
      value > 0.008856 ? cbrt(value) : 7.787 * value + 16.0 / 116
    }
    let x = compressed((0.412453 * r + 0.357580 * g + 0.180423 * b) / 0.95047)
    let y = compressed(0.212671 * r + 0.715160 * g + 0.072169 * b)
    let z = compressed((0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.08883)
    return (Float(1.16 * y - 0.16), Float(5 * (x - y)), Float(2 * (y - z)))
  }
}
