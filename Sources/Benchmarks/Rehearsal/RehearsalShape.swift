import Foundation

/// The ten classes of the rehearsal. No two are mirror images or rotations of each other.
enum RehearsalShape: String, CaseIterable, Sendable {
  case disc, ring, square, triangle, cross, star, crescent, bars, hourglass, arrow

  /// Whether the point is part of the shape, which fills the circle of radius 1 around the origin;
  /// `y` points down.
  func contains(_ x: Double, _ y: Double) -> Bool {
    let radius = (x * x + y * y).squareRoot()
    switch self {
    case .disc: return radius < 0.9
    case .ring: return radius < 1 && radius > 0.58
    case .square: return max(abs(x), abs(y)) < 0.8
    case .triangle: return y < 0.7 && y > -1 + 1.9 * abs(x)
    case .cross: return min(abs(x), abs(y)) < 0.3 && max(abs(x), abs(y)) < 1
    case .star: return radius < Self.starEdge(angle: atan2(x, -y))
    case .crescent: return radius < 1 && hypot(x - 0.55, y) > 0.8
    case .bars: return max(abs(x), abs(y)) < 0.9 && abs(x) > 0.2 && abs(abs(x) - 0.55) < 0.28
    case .hourglass: return abs(y) < 0.9 && abs(x) < abs(y) * 0.95 + 0.08
    case .arrow:
      let isHead = y < 0.05 && abs(x) < (y + 1) * 0.85
      return isHead || (y >= 0.05 && y < 1 && abs(x) < 0.26)
    }
  }

  /// The radius of a five-pointed star at an angle from its upper point.
  private static func starEdge(angle: Double) -> Double {
    let sector = 2 * Double.pi / 5
    // The angle from the nearest point of the star, 0...sector / 2.
    let offset = abs(angle - (angle / sector).rounded() * sector)
    let inner = 0.42
    let half = sector / 2
    // The line from (1, 0) to the notch at (inner, half), in polar coordinates.
    let notchX = inner * cos(half)
    let notchY = inner * sin(half)
    return notchY / (notchY * cos(offset) + (1 - notchX) * sin(offset))
  }
}
