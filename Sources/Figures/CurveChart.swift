/// Curves over epochs, in panels one below the other that share their horizontal axis.
///
/// A curve is a mean over seeds, its band reaches from the smallest to the largest seed. A panel has its own vertical
/// scale, so that a small loss term can be seen beside a large one.
///
///     let loss = CurveChart.Panel(title: "loss", series: [.init(name: "loss", points: points)])
///     CurveChart(title: "SCL on CIFAR-10", panels: [loss]).figure
package struct CurveChart {
  /// A point of a curve with the ends of its band.
  package struct Point: Equatable, Sendable {
    package let x: Double
    package let mean: Double
    package let low: Double
    package let high: Double

    package init(x: Double, mean: Double, low: Double, high: Double) {
      self.x = x
      self.mean = mean
      self.low = low
      self.high = high
    }
  }

  /// A curve under the name that the legend gives it.
  package struct Series: Equatable, Sendable {
    package let name: String
    /// By ascending `x`.
    package let points: [Point]

    package init(name: String, points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  /// Curves of one vertical scale.
  package struct Panel: Equatable, Sendable {
    package let title: String
    package let series: [Series]
    /// Whether the vertical scale begins at zero, for curves whose ratios matter. Such a panel is a tall one.
    let startsAtZero: Bool

    package init(title: String, series: [Series], startsAtZero: Bool = false) {
      self.title = title
      self.series = series
      self.startsAtZero = startsAtZero
    }

    /// Whether it has room for more lines: where several curves share it, or the scale is long.
    var isTall: Bool { series.count > 1 || startsAtZero }

    /// The pixels that the curves have.
    var height: Double { isTall ? 96 : 48 }
  }

  /// The whole width; of a size at which three charts stand side by side on a wide screen.
  private static let width = 340.0
  /// The pixels that the labels of the vertical axes have.
  private static let left = 46.0
  /// The pixels behind the last epoch, at least; a longer label of it has more.
  private static let right = 10.0
  /// The pixels of a panel's title.
  private static let heading = 22.0
  /// The pixels of the epochs' numbers and of the axis's title.
  private static let bottom = 30.0

  /// What the chart is of, with method and benchmark.
  private let title: String
  /// The title below the horizontal axis.
  private let xTitle: String
  /// Those with points, from top to bottom.
  private let panels: [Panel]

  /// - Parameters:
  ///   - title: for who does not see the chart.
  ///   - xTitle: what the horizontal axis counts.
  ///   - panels: from top to bottom; those without points are left out.
  package init(title: String, xTitle: String = "epoch", panels: [Panel]) {
    self.title = title
    self.xTitle = xTitle
    self.panels = panels.filter { panel in panel.series.contains { !$0.points.isEmpty } }
  }

  /// The drawing; in each curve as many vertices as it has points.
  package var figure: Figure {
    let xs = panels.flatMap(\.series).flatMap(\.points).map(\.x)
    let last = FigureText.width(Axis.label(xs.max() ?? 0)) / 2
    let across = Axis(xs, from: Self.left, to: Self.width - max(Self.right, last + 4))
    var parts: [Markup] = []
    var top = 0.0
    for panel in panels {
      top += Self.heading
      parts += legend(panel, y: top - 7)
      parts += draw(panel, across, top: top)
      top += panel.height
    }
    // There is no epoch between two whole ones.
    let areWhole = xs.allSatisfy { $0 == $0.rounded() }
    for tick in across.ticks(6) where !areWhole || tick == tick.rounded() {
      parts.append(
        FigureText.element(Axis.label(tick), x: across.place(tick), y: top + 14, "faint middle"))
    }
    parts.append(FigureText.element(xTitle, x: Self.width - Self.right, y: top + 26, "faint end"))
    return Figure(title: title, width: Self.width, height: top + Self.bottom, parts)
  }

  /// The panel's title and, where there are several curves, their names in their colours.
  private func legend(_ panel: Panel, y: Double) -> [Markup] {
    var parts = [FigureText.element(panel.title, x: Self.left, y: y, "faint")]
    guard panel.series.count > 1 else { return parts }
    var x = Self.left + FigureText.width(panel.title) + 14
    for (place, series) in panel.series.enumerated() {
      var swatch = PathData()
      swatch.move(x, y - 4)
      swatch.line(x + 12, y - 4)
      parts.append(
        .shape("path", ["class": "mean \(FigureStyle.series(place))", "d": swatch.text]))
      parts.append(FigureText.element(series.name, x: x + 16, y: y))
      x += 28 + FigureText.width(series.name)
    }
    return parts
  }

  /// The lines at round values with their labels, and the curves.
  /// - Parameters:
  ///   - across: the common axis of epochs.
  ///   - top: the pixel at which the panel's curves begin.
  private func draw(_ panel: Panel, _ across: Axis, top: Double) -> [Markup] {
    let drawn = panel.series.flatMap(\.points).flatMap { [$0.low, $0.high, $0.mean] }
    let values = panel.startsAtZero ? [0] + drawn : drawn
    let up = Axis(values, from: top + panel.height - 2, to: top + 2)
    var parts: [Markup] = []
    var grid = PathData()
    for tick in up.ticks(panel.isTall ? 4 : 3) {
      let y = up.place(tick)
      grid.move(Self.left, y)
      grid.line(Self.width - Self.right, y)
      parts.append(FigureText.element(Axis.label(tick), x: Self.left - 5, y: y + 4, "faint end"))
    }
    parts.insert(.shape("path", ["class": "rule", "d": grid.text]), at: 0)
    for (place, series) in panel.series.enumerated() where !series.points.isEmpty {
      parts += draw(series, across, up, FigureStyle.series(place))
    }
    return parts
  }

  /// The band, which is left out where it has no height, and the curve. A curve of one point is a dot.
  /// - Parameter colour: the class of the series.
  private func draw(_ series: Series, _ across: Axis, _ up: Axis, _ colour: String) -> [Markup] {
    var parts: [Markup] = []
    if series.points.contains(where: { $0.low < $0.high }) {
      var band = PathData()
      for (place, point) in series.points.enumerated() {
        let (x, y) = (across.place(point.x), up.place(point.high))
        if place == 0 { band.move(x, y) } else { band.line(x, y) }
      }
      for point in series.points.reversed() {
        band.line(across.place(point.x), up.place(point.low))
      }
      band.close()
      parts.append(.shape("path", ["class": "band \(colour)", "d": band.text]))
    }
    var curve = PathData()
    for (place, point) in series.points.enumerated() {
      let (x, y) = (across.place(point.x), up.place(point.mean))
      if place == 0 { curve.move(x, y) } else { curve.line(x, y) }
    }
    parts.append(.shape("path", ["class": "curve \(colour)", "d": curve.text]))
    if series.points.count == 1 {
      let (x, y) = (across.place(series.points[0].x), up.place(series.points[0].mean))
      parts.append(
        .shape(
          "circle",
          ["class": colour, "cx": Coordinate.text(x), "cy": Coordinate.text(y), "r": "3"]))
    }
    return parts
  }
}
