/// Points in the plane, in one or two panels side by side that show the same points in the colours of different groups.
///
///     let groups = [ScatterPlot.Group(name: "cat", colour: 0, points: [0, 1]), ...]
///     ScatterPlot(
///       title: "Embeddings of SCL", axes: ("component 1", "component 2"), points: coordinates,
///       panels: [.init(title: "by class", groups: groups)], legend: groups
///     ).figure
///
/// Both axes have one scale, so that distances along them can be compared. Six colours in four shapes tell 24 groups
/// apart; further ones begin again.
package struct ScatterPlot {
  /// Some of the points, in one colour and shape.
  package struct Group: Equatable, Sendable {
    package let name: String
    /// The place among the colours and shapes; nil for grey.
    package let colour: Int?
    /// Places in the plot's points.
    package let points: [Int]

    package init(name: String, colour: Int?, points: [Int]) {
      self.name = name
      self.colour = colour
      self.points = points
    }
  }

  /// A view of the points.
  package struct Panel: Equatable, Sendable {
    package let title: String
    package let groups: [Group]

    package init(title: String, groups: [Group]) {
      self.title = title
      self.groups = groups
    }
  }

  /// The number of groups that can be told apart.
  package static let distinct = colours.count * Shape.allCases.count

  /// A shape of points, with its class in the style sheet.
  private enum Shape: String, CaseIterable {
    case dots, crosses, squares, dashes
  }

  /// The colours of series that tell points of a few pixels apart: without the second blue, and without grey.
  private static let colours = [0, 1, 2, 3, 4, 6]
  /// The grey colour of series.
  private static let grey = 7
  /// The side of a panel.
  private static let side = 250.0
  /// The pixels between two panels.
  private static let gap = 16.0
  /// The pixels of the panels' titles.
  private static let top = 22.0
  /// The pixels of the text below the panels.
  private static let bottom = 22.0
  /// The pixels of a line of the legend.
  private static let line = 16.0

  /// For who does not see the points.
  private let title: String
  /// What stands below and beside the first panel.
  private let axes: (x: String, y: String)
  /// The points with finite coordinates.
  private let points: [(x: Double, y: Double)]
  /// From left to right.
  private let panels: [Panel]
  /// The groups that the legend names, if they can be told apart.
  private let legend: [Group]

  /// - Parameters:
  ///   - title: for who does not see the points.
  ///   - axes: what the coordinates are.
  ///   - points: finite coordinates; others are drawn at 0.
  ///   - panels: from left to right.
  ///   - legend: groups whose colours are named; none of more than `distinct`.
  package init(
    title: String, axes: (x: String, y: String), points: [(x: Double, y: Double)], panels: [Panel],
    legend: [Group]
  ) {
    self.title = title
    self.axes = axes
    self.points = points.map { ($0.x.isFinite ? $0.x : 0, $0.y.isFinite ? $0.y : 0) }
    self.panels = panels
    self.legend = legend.count { $0.colour != nil } > Self.distinct ? [] : legend
  }

  /// The drawing: a path per group and panel, with a mark per point.
  package var figure: Figure {
    let width = Double(panels.count) * (Self.side + Self.gap) + Self.gap
    var parts: [Markup] = []
    for (place, panel) in panels.enumerated() {
      let left = Self.gap + Double(place) * (Self.side + Self.gap)
      parts.append(FigureText.element(panel.title, x: left, y: Self.top - 7, "faint"))
      var frame = PathData()
      frame.rectangle(left, Self.top, width: Self.side, height: Self.side)
      parts.append(.shape("path", ["class": "rule", "d": frame.text]))
      parts += panel.groups.compactMap { draw($0, left: left) }
    }
    let below = Self.top + Self.side
    parts.append(
      FigureText.element("→ \(axes.x), ↑ \(axes.y)", x: Self.gap, y: below + 14, "faint"))
    let (names, lines) = named(y: below + Self.bottom + 10, width: width)
    return Figure(
      title: title, width: width, height: below + Self.bottom + Double(lines) * Self.line,
      parts + names)
  }

  /// The marks of a group; nil without points.
  /// - Parameter left: the pixel of the panel's left edge.
  private func draw(_ group: Group, left: Double) -> Markup? {
    guard !group.points.isEmpty, let frame = PlaneFrame(points, side: Self.side) else { return nil }
    var marks = PathData()
    for place in group.points where points.indices.contains(place) {
      let (x, y) = frame.place(points[place])
      mark(shape(of: group), left + x, Self.top + y, in: &marks)
    }
    return .shape("path", ["class": classes(of: group), "d": marks.text])
  }

  private func mark(_ shape: Shape, _ x: Double, _ y: Double, in marks: inout PathData) {
    switch shape {
    case .dots, .squares: marks.dot(x, y)
    case .crosses: marks.cross(x, y)
    case .dashes: marks.dash(x, y)
    }
  }

  private func shape(of group: Group) -> Shape {
    Shape.allCases[(group.colour ?? 0) / Self.colours.count % Shape.allCases.count]
  }

  /// Those of its marks in the style sheet.
  private func classes(of group: Group) -> String {
    let colour = group.colour.map { Self.colours[$0 % Self.colours.count] } ?? Self.grey
    return "\(shape(of: group)) \(FigureStyle.series(colour))"
  }

  /// The legend in columns of equal width, and the number of its lines.
  private func named(y: Double, width: Double) -> (parts: [Markup], lines: Int) {
    let limit = 110.0
    let longest = legend.map { min(FigureText.width($0.name), limit) }.max() ?? 0
    let column = longest + 24
    let columns = max(Int((width - Self.gap) / column), 1)
    var parts: [Markup] = []
    for (place, group) in legend.enumerated() {
      let x = Self.gap + Double(place % columns) * column
      let y = y + Double(place / columns) * Self.line
      var mark = PathData()
      self.mark(shape(of: group), x + 4, y - 4, in: &mark)
      parts.append(.shape("path", ["class": "\(classes(of: group)) key", "d": mark.text]))
      parts.append(
        FigureText.element(FigureText.fitted(group.name, to: limit), x: x + 12, y: y))
    }
    return (parts, (legend.count + columns - 1) / columns)
  }
}

/// The scale of a square panel, the same for both axes, with all points inside.
private struct PlaneFrame {
  /// The pixels between the outermost points and the panel's edge.
  private static let margin = 8.0

  private let middle: (x: Double, y: Double)
  private let scale: Double
  private let side: Double

  /// Nil without points.
  init?(_ points: [(x: Double, y: Double)], side: Double) {
    let (xs, ys) = (points.map(\.x), points.map(\.y))
    guard let left = xs.min(), let right = xs.max(), let low = ys.min(), let high = ys.max() else {
      return nil
    }
    middle = ((left + right) / 2, (low + high) / 2)
    let extent = max(right - left, high - low)
    scale = extent > 0 ? (side - 2 * Self.margin) / extent : 0
    self.side = side
  }

  /// The pixel of a point; SVG counts downwards.
  func place(_ point: (x: Double, y: Double)) -> (x: Double, y: Double) {
    (side / 2 + (point.x - middle.x) * scale, side / 2 - (point.y - middle.y) * scale)
  }
}
