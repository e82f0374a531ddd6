import Benchmarks
import Core
import Foundation

/// An image of a shape with random nuisance. All parameters are uniform:
///
/// - position: up to 4 units from the centre in each direction; radius 7 to 10.5; rotation up
///   to 0.4 radians
/// - background: a gradient in a random direction from a colour of lightness 0.1 to 0.45 to one
///   whose lightness differs by up to 0.1, with a sine wave of height 0 to 0.06 and 0.3 to 1.2
///   radians per unit
/// - object: a random colour, 0.3 to 0.5 lighter than the start of the gradient
/// - clutter: three discs of any colour with radius 0.8 to 2, in front
/// - noise: normal, with a standard deviation of 0.01 to 0.05
///
/// So the shape stays large (about 13 to 20 of 32 units), and the object is always lighter than the
/// background; otherwise brightness would be a second, stronger class.
///
///     var random = RandomStream(seed: 0, purpose: .rehearsal)
///     let image = RehearsalImage(.star, &random).drawn(height: 32, width: 32, &random)
///
/// The unit of length is 1/32 of the image's shorter side, so that an image looks the same at
/// every size.
struct RehearsalImage {
  /// The shorter side in units.
  static let side = 32
  /// The samples per pixel in each direction, for antialiasing.
  private static let samplesPerSide = 4

  /// A colour with components in 0...1.
  private struct Colour {
    var red: Double
    var green: Double
    var blue: Double

    /// A random colour with a given lightness in 0...1 (Rec. 601 luma): three uniform
    /// components, shifted together and clipped, so that the lightness can differ a little.
    static func random(lightness: Double, _ random: inout RandomStream) -> Colour {
      let colour = Colour(
        red: random.uniform(), green: random.uniform(), blue: random.uniform())
      let luma = 0.299 * colour.red + 0.587 * colour.green + 0.114 * colour.blue
      let shift = lightness - luma
      return Colour(
        red: min(max(colour.red + shift, 0), 1), green: min(max(colour.green + shift, 0), 1),
        blue: min(max(colour.blue + shift, 0), 1))
    }

    /// The colour at a share of the way to another one, 0...1.
    func mixed(with other: Colour, _ share: Double) -> Colour {
      Colour(
        red: red + (other.red - red) * share, green: green + (other.green - green) * share,
        blue: blue + (other.blue - blue) * share)
    }
  }

  /// A disc of clutter, in front of the object.
  private struct Spot {
    /// Centre and radius in units.
    let x: Double
    let y: Double
    let radius: Double
    let colour: Colour
  }

  /// The object's shape.
  private let shape: RehearsalShape
  /// The object's centre, its radius in units, and its rotation.
  private let centre: (x: Double, y: Double)
  private let radius: Double
  private let rotation: (cosine: Double, sine: Double)
  /// The object's colour, lighter than the background.
  private let colour: Colour
  /// The colours at both ends of the background's gradient.
  private let background: (from: Colour, to: Colour)
  /// The direction of the gradient, with a length of 1 / side.
  private let gradient: (x: Double, y: Double)
  /// A sine wave on the background: its wave vector in radians per unit, its phase, and its
  /// height.
  private let wave: (x: Double, y: Double, phase: Double, height: Double)
  /// The clutter, in front of the object.
  private let spots: [Spot]
  /// The standard deviation of the noise of each colour component, in 0...1.
  private let noise: Double

  /// Draws all parameters. The order of the draws is part of the images.
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

  /// Renders the image, centred, with noise for each pixel and component.
  /// - Parameters:
  ///   - height: the height in pixels.
  ///   - width: the width in pixels.
  ///   - random: the source of the noise, after the parameters.
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

  /// The mean colour of a grid of samples within a pixel. The background has no edges and is
  /// sampled once, at the pixel's centre.
  /// - Parameters:
  ///   - left: the pixel's left edge in pixels, from the left edge of the central square.
  ///   - top: its upper edge.
  ///   - unit: units per pixel.
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

  /// The colour of the clutter or object at a point in units; nil for background.
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

  /// The colour of the background at a point in units.
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

/// The shapes of the rehearsals, one per class. None is a mirror image or rotation of another,
/// since augmentation would make those one class. The raw values are the names of the classes.
enum RehearsalShape: String, CaseIterable, Sendable {
  case disc, ring, square, triangle, cross, star, crescent, bars, hourglass, arrow

  /// Whether a point is inside the shape, which fills the unit circle around the origin.
  /// - Parameters:
  ///   - x: to the right.
  ///   - y: downwards.
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

  /// The distance of a five-pointed star's edge from its centre. The tips are at 1, the notches
  /// at 0.42, and straight lines connect them.
  /// - Parameter angle: radians from the upper tip.
  private static func starEdge(angle: Double) -> Double {
    let sector = 2 * Double.pi / 5
    // The angle from the nearest tip, 0 to sector / 2.
    let offset = abs(angle - (angle / sector).rounded() * sector)
    let inner = 0.42
    let half = sector / 2
    // The line from (1, 0) to the notch at (inner, half), in polar coordinates.
    let notchX = inner * cos(half)
    let notchY = inner * sin(half)
    return notchY / (notchY * cos(offset) + (1 - notchX) * sin(offset))
  }
}
