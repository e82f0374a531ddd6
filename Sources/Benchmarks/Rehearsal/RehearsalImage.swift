import Core
import Foundation

/// A drawn image of one shape; everything but the shape is nuisance.
///
/// Colours, background, texture, clutter and noise vary freely; position, size and rotation vary
/// moderately, so that the shape stays large (13 to 20 of 32 units). The object is always lighter
/// than what it lies on, or lightness would be a second, stronger class.
///
/// Lengths are in units of which the image's shorter side has 32.
struct RehearsalImage {
  static let side = 32
  private static let samplesPerSide = 4

  private struct Colour {
    var red: Double
    var green: Double
    var blue: Double

    /// A colour of any hue with a given lightness (Rec. 601 luma), in 0...1.
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

  /// Draws the image with its centre in the middle of so many pixels.
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

  /// The mean of a grid of samples within a pixel; the background, which has no edges, is taken at
  /// the pixel's centre.
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

  /// The clutter or object at a point, or nil where there is neither.
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
