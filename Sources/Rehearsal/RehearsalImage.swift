import Benchmarks
import Core
import Foundation

/// An image of a shape with random nuisance.
///
/// Colours, background, texture, clutter and noise vary freely. Position, size and rotation vary moderately,
/// so that the shape stays large (13 to 20 of 32 units). The object is always lighter than the background;
/// otherwise brightness would be a second, stronger class.
///
/// The unit of length is 1/32 of the image's shorter side.
struct RehearsalImage {
  static let side = 32
  private static let samplesPerSide = 4

  /// A colour with components in 0...1.
  private struct Colour {
    var red: Double
    var green: Double
    var blue: Double

    /// A random colour with a given lightness in 0...1 (Rec. 601 luma).
    static func random(lightness: Double, _ random: inout RandomStream) -> Colour {
      let colour = Colour(
        red: random.uniform(), green: random.uniform(), blue: random.uniform())
      let luma = 0.299 * colour.red + 0.587 * colour.green + 0.114 * colour.blue
      let shift = lightness - luma
      return Colour(
        red: min(max(colour.red + shift, 0), 1), green: min(max(colour.green + shift, 0), 1),
        blue: min(max(colour.blue + shift, 0), 1))
    }

    func mixed(with other: Colour, _ share: Double) -> Colour {
      Colour(
        red: red + (other.red - red) * share, green: green + (other.green - green) * share,
        blue: blue + (other.blue - blue) * share)
    }
  }

  /// A disc of clutter.
  private struct Spot {
    let x: Double
    let y: Double
    let radius: Double
    let colour: Colour
  }

  private let shape: RehearsalShape
  private let centre: (x: Double, y: Double)
  private let radius: Double
  private let rotation: (cosine: Double, sine: Double)
  private let colour: Colour
  private let background: (from: Colour, to: Colour)
  private let gradient: (x: Double, y: Double)
  private let wave: (x: Double, y: Double, phase: Double, height: Double)
  private let spots: [Spot]
  private let noise: Double

  init(_ shape: RehearsalShape, _ random: inout RandomStream) {
    self.shape = shape
    let middle = Double(Self.side) / 2
    centre = (
      middle + random.uniform(in: -4...4), middle + random.uniform(in: -4...4)
    )
    radius = random.uniform(in: 7...10.5)
    let angle = random.uniform(in: -0.4...0.4)
    rotation = (cos(angle), sin(angle))

    let dark = random.uniform(in: 0.1...0.45)
    background = (
      .random(lightness: dark, &random),
      .random(lightness: dark + random.uniform(in: -0.1...0.1), &random)
    )
    colour = .random(lightness: dark + random.uniform(in: 0.3...0.5), &random)
    let direction = random.uniform(in: 0...2 * .pi)
    gradient = (cos(direction) / Double(Self.side), sin(direction) / Double(Self.side))
    let waveDirection = random.uniform(in: 0...2 * .pi)
    let frequency = random.uniform(in: 0.3...1.2)
    wave = (
      cos(waveDirection) * frequency, sin(waveDirection) * frequency,
      random.uniform(in: 0...2 * .pi), random.uniform(in: 0...0.06)
    )
    spots = (0..<3).map { _ in
      Spot(
        x: random.uniform(in: 0...Double(Self.side)), y: random.uniform(in: 0...Double(Self.side)),
        radius: random.uniform(in: 0.8...2),
        colour: .random(lightness: random.uniform(in: 0.1...0.9), &random))
    }
    noise = random.uniform(in: 0.01...0.05)
  }

  /// Renders the image at a size in pixels, centred.
  func drawn(height: Int, width: Int, _ random: inout RandomStream) -> RGBImage {
    let unit = Double(Self.side) / Double(min(height, width))
    let top = Double(height - min(height, width)) / 2
    let left = Double(width - min(height, width)) / 2
    var pixels: [UInt8] = []
    pixels.reserveCapacity(height * width * 3)
    for row in 0..<height {
      for column in 0..<width {
        let pixel = antialiased(x: Double(column) - left, y: Double(row) - top, unit: unit)
        for value in [pixel.red, pixel.green, pixel.blue] {
          let noisy = (value + noise * random.normal()) * 255
          pixels.append(UInt8(min(max(noisy.rounded(), 0), 255)))
        }
      }
    }
    return RGBImage(height: height, width: width, pixels: pixels)
  }

  /// The mean over a grid of samples within a pixel. The background has no edges and is sampled once, at the
  /// pixel's centre.
  private func antialiased(x left: Double, y top: Double, unit: Double) -> Colour {
    let count = Self.samplesPerSide
    let background = background((left + 0.5) * unit, (top + 0.5) * unit)
    var sum = Colour(red: 0, green: 0, blue: 0)
    for sample in 0..<count * count {
      let x = (left + (Double(sample % count) + 0.5) / Double(count)) * unit
      let y = (top + (Double(sample / count) + 0.5) / Double(count)) * unit
      let colour = foreground(x, y) ?? background
      sum.red += colour.red
      sum.green += colour.green
      sum.blue += colour.blue
    }
    let share = 1 / Double(count * count)
    return Colour(red: sum.red * share, green: sum.green * share, blue: sum.blue * share)
  }

  /// The colour of the clutter or object at a point; nil for background.
  private func foreground(_ x: Double, _ y: Double) -> Colour? {
    for spot in spots {
      let dx = x - spot.x
      let dy = y - spot.y
      if dx * dx + dy * dy < spot.radius * spot.radius { return spot.colour }
    }
    let dx = (x - centre.x) / radius
    let dy = (y - centre.y) / radius
    if dx * dx + dy * dy < 1.45,
      shape.contains(
        dx * rotation.cosine + dy * rotation.sine, dy * rotation.cosine - dx * rotation.sine)
    {
      return colour
    }
    return nil
  }

  private func background(_ x: Double, _ y: Double) -> Colour {
    let middle = Double(Self.side) / 2
    let along = 0.5 + (x - middle) * gradient.x + (y - middle) * gradient.y
    var colour = background.from.mixed(with: background.to, min(max(along, 0), 1))
    let ripple = wave.height * sin(x * wave.x + y * wave.y + wave.phase)
    colour.red += ripple
    colour.green += ripple
    colour.blue += ripple
    return colour
  }
}

/// The shapes of the rehearsals, one per class. None is a mirror image or rotation of another.
enum RehearsalShape: String, CaseIterable, Sendable {
  case disc, ring, square, triangle, cross, star, crescent, bars, hourglass, arrow

  /// Whether a point is inside the shape, which fills the unit circle around the origin. `y` points down.
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

  /// The radius of a five-pointed star at an angle from its top.
  private static func starEdge(angle: Double) -> Double {
    let sector = 2 * Double.pi / 5
    // The angle from the nearest tip, 0...sector / 2.
    let offset = abs(angle - (angle / sector).rounded() * sector)
    let inner = 0.42
    let half = sector / 2
    // The line from (1, 0) to the notch at (inner, half), in polar coordinates.
    let notchX = inner * cos(half)
    let notchY = inner * sin(half)
    return notchY / (notchY * cos(offset) + (1 - notchX) * sin(offset))
  }
}
