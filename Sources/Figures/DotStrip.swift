/// The scores of a cell's seeds as dots on a line, with a mark at their mean: small enough to stand beside a figure
/// in a table.
///
/// All strips of a column have one scale, so that their positions can be compared.
///
///     let strip = DotStrip(values: [26.2, 26.4], labels: ["seed 0: 26.2", "seed 1: 26.4"], within: 20...30)
///     strip.figure.inline
package struct DotStrip {
  /// As wide as the figure above it in a table.
  private static let width = 64.0
  /// Low enough for a row of a table.
  private static let height = 12.0
  /// Room for the dots at both ends.
  private static let margin = 4.0
  /// Of a dot. Dots are translucent, so that equal seeds are darker.
  private static let radius = 2.5

  /// One per seed.
  private let values: [Double]
  /// In the order of the values.
  private let labels: [String]
  /// The ends of the line.
  private let range: ClosedRange<Double>

  /// - Parameters:
  ///   - values: one per seed; at least one.
  ///   - labels: one per value, for who points at it or does not see it.
  ///   - range: the values at both ends of the line.
  package init(values: [Double], labels: [String], within range: ClosedRange<Double>) {
    self.values = values
    self.labels = labels
    self.range = range
  }

  /// The drawing: a line, a circle per seed, a mark at the mean.
  package var figure: Figure {
    let axis = Axis(
      [range.lowerBound, range.upperBound], from: Self.margin, to: Self.width - Self.margin)
    let title = labels.joined(separator: ", ")
    var parts = [
      Markup.element("title", [:], [.text(title)]),
      .shape("path", ["class": "rule", "d": "M0 6H64"]),
    ]
    parts += values.map { value in
      .shape(
        "circle",
        [
          "class": "s0", "cx": Coordinate.text(axis.place(value)), "cy": "6",
          "r": Coordinate.text(Self.radius),
        ])
    }
    if !values.isEmpty {
      let mean = values.reduce(0, +) / Double(values.count)
      parts.append(
        .shape("path", ["class": "mean s1", "d": "M\(Coordinate.text(axis.place(mean))) 1v10"]))
    }
    return Figure(title: title, width: Self.width, height: Self.height, parts)
  }
}
