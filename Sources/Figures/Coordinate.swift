/// Numbers as SVG reads them: one decimal at most, without locale, never "-0" and never "nan".
package enum Coordinate {
  /// Beyond every drawing; larger numbers are cut off here.
  private static let limit = 1e6

  /// "12", "-3.5"; 0 for what is not a number.
  package static func text(_ value: Double) -> String {
    text(tenths: tenths(value))
  }

  /// The value in tenths of a pixel; 0 for what is not a number.
  static func tenths(_ value: Double) -> Int {
    value.isFinite ? Int((min(max(value, -limit), limit) * 10).rounded()) : 0
  }

  /// A number of tenths: "3.5" for 35.
  static func text(tenths: Int) -> String {
    let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
    return (tenths < 0 ? "-" : "") + "\(whole)" + (rest == 0 ? "" : ".\(rest)")
  }
}

/// The data of an SVG path. Points are rounded to tenths of a pixel and written relative to each other, which makes
/// long curves short; rounding errors do not add up.
struct PathData {
  /// The commands: "M2 6l6-2.5".
  private(set) var text = ""
  /// The last point in tenths.
  private var pen = (x: 0, y: 0)
  /// Whether the last command was a line, whose letter need not be repeated.
  private var isInLine = false

  /// Lifts the pen and sets it down at (x, y).
  mutating func move(_ x: Double, _ y: Double) {
    pen = (Coordinate.tenths(x), Coordinate.tenths(y))
    text += "M" + Self.pair(pen.x, pen.y)
    isInLine = false
  }

  /// Draws a line to (x, y).
  mutating func line(_ x: Double, _ y: Double) {
    let point = (x: Coordinate.tenths(x), y: Coordinate.tenths(y))
    let step = Self.pair(point.x - pen.x, point.y - pen.y)
    if !isInLine { text += "l" } else if !step.hasPrefix("-") { text += " " }
    text += step
    (pen, isInLine) = (point, true)
  }

  /// Closes the outline.
  mutating func close() {
    text += "z"
    isInLine = false
  }

  /// A rectangle with its upper left corner at (x, y).
  mutating func rectangle(_ x: Double, _ y: Double, width: Double, height: Double) {
    move(x, y)
    let (across, down) = (Coordinate.text(width), Coordinate.text(height))
    text += "h\(across)v\(down)h-\(across)z"
  }

  /// A line to the right, as wide as a rectangle of the stroke's height.
  mutating func stroke(_ x: Double, _ y: Double, width: Double) {
    move(x, y)
    text += "h" + Coordinate.text(width)
  }

  /// A point of the size of the pen: a line of no length, with round or square ends.
  mutating func dot(_ x: Double, _ y: Double) {
    step(x, y)
    text += "h0"
  }

  /// A cross around (x, y).
  mutating func cross(_ x: Double, _ y: Double) {
    step(x - 1.5, y - 1.5)
    text += "l3 3m0-3l-3 3"
    pen = (pen.x, pen.y + 30)
  }

  /// A level line of four pixels around (x, y).
  mutating func dash(_ x: Double, _ y: Double) {
    step(x - 2, y)
    text += "h4"
    pen = (pen.x + 40, pen.y)
  }

  /// Lifts the pen and sets it down at (x, y), relative to where it was.
  private mutating func step(_ x: Double, _ y: Double) {
    if text.isEmpty { return move(x, y) }
    let point = (x: Coordinate.tenths(x), y: Coordinate.tenths(y))
    text += "m" + Self.pair(point.x - pen.x, point.y - pen.y)
    (pen, isInLine) = (point, false)
  }

  /// Two numbers of tenths. A minus sign separates them as well as a space does.
  private static func pair(_ x: Int, _ y: Int) -> String {
    let second = Coordinate.text(tenths: y)
    return Coordinate.text(tenths: x) + (second.hasPrefix("-") ? "" : " ") + second
  }
}
