/// A table whose cells are coloured by what they say: verdicts of a diff.
///
///     VerdictMatrix(
///       title: "Diff", rows: ["k-means"], groups: [.init(title: "CIFAR-10", columns: ["ACC"])],
///       cells: [[.init(.good, text: "+0.3", explanation: "reproduced")]]
///     ).figure
package struct VerdictMatrix {
  /// What a cell's colour says.
  package enum Tone: String, CaseIterable, Sendable {
    case good, bad, open, none
  }

  /// A cell: its colour, a few characters, and a sentence for who points at it.
  package struct Cell: Equatable, Sendable {
    package let tone: Tone
    package let text: String
    package let explanation: String

    package init(_ tone: Tone, text: String, explanation: String) {
      self.tone = tone
      self.text = text
      self.explanation = explanation
    }
  }

  /// Columns under a common heading.
  package struct Group: Equatable, Sendable {
    package let title: String
    package let columns: [String]

    package init(title: String, columns: [String]) {
      self.title = title
      self.columns = columns
    }
  }

  /// Wide enough for a difference such as "-12.3".
  private static let cellWidth = 46.0
  /// The height of a row.
  private static let cellHeight = 20.0
  /// The pixels of the two lines of headings.
  private static let top = 38.0
  /// The pixels between two groups.
  private static let gap = 8.0

  /// What the verdicts are about.
  private let title: String
  /// The names of the rows, from top to bottom.
  private let rows: [String]
  /// From left to right.
  private let groups: [Group]
  /// [rows, columns of all groups].
  private let cells: [[Cell?]]
  /// The meaning of each colour, in the order in which it is printed.
  private let legend: [(Tone, String)]

  /// - Parameters:
  ///   - title: for who does not see the matrix.
  ///   - rows: a name per row.
  ///   - groups: the columns.
  ///   - cells: [rows, columns of all groups]; nil for an empty place.
  ///   - legend: what the colours mean.
  package init(
    title: String, rows: [String], groups: [Group], cells: [[Cell?]],
    legend: [(Tone, String)] = []
  ) {
    self.title = title
    self.rows = rows
    self.groups = groups
    self.cells = cells
    self.legend = legend
  }

  /// The drawing: a rectangle per cell that is not empty.
  package var figure: Figure {
    let names = rows.map { FigureText.fitted($0, to: 280) }
    let left = (names.map(FigureText.width).max() ?? 0) + 14
    let places = columnPlaces(from: left)
    let bodyWidth = (places.last ?? left) + Self.cellWidth + 6
    let legendWidth = legend.reduce(4.0) { $0 + 26 + FigureText.width($1.1) }
    var parts: [Markup] = []
    var column = 0
    for group in groups {
      let limit = Double(group.columns.count) * Self.cellWidth
      if places.indices.contains(column) {
        parts.append(
          FigureText.element(
            FigureText.fitted(group.title, to: limit), x: places[column] + 2, y: 14, "name"))
      }
      for name in group.columns {
        parts.append(
          FigureText.element(
            FigureText.fitted(name, to: Self.cellWidth), x: places[column] + Self.cellWidth / 2,
            y: 31, "faint middle"))
        column += 1
      }
    }
    for (row, name) in names.enumerated() {
      let y = Self.top + Double(row) * Self.cellHeight
      parts.append(FigureText.element(name, x: left - 8, y: y + 14, "end"))
      for (place, cell) in zip(places, cells[row]) {
        if let cell { parts.append(draw(cell, x: place, y: y)) }
      }
    }
    let end = Self.top + Double(rows.count) * Self.cellHeight + 8
    parts += key(y: end)
    return Figure(
      title: title, width: max(bodyWidth, legendWidth), height: end + (legend.isEmpty ? 0 : 22),
      parts)
  }

  /// The left edge of every column.
  private func columnPlaces(from left: Double) -> [Double] {
    var places: [Double] = []
    var x = left
    for group in groups {
      for _ in group.columns {
        places.append(x)
        x += Self.cellWidth
      }
      x += Self.gap
    }
    return places
  }

  /// A rectangle with its text. Its explanation is a `<title>`, which browsers show to who points at it.
  /// - Parameters:
  ///   - x: the left edge of the column.
  ///   - y: the upper edge of the row.
  private func draw(_ cell: Cell, x: Double, y: Double) -> Markup {
    .element(
      "g", [:],
      [
        .element("title", [:], [.text(cell.explanation)]),
        .shape(
          "rect",
          [
            "class": cell.tone.rawValue, "x": Coordinate.text(x + 1), "y": Coordinate.text(y + 1),
            "width": Coordinate.text(Self.cellWidth - 2),
            "height": Coordinate.text(Self.cellHeight - 2), "rx": "2",
          ]),
        FigureText.element(
          cell.text, x: x + Self.cellWidth / 2, y: y + 14, "middle \(cell.tone.rawValue)"),
      ])
  }

  /// The legend: a small rectangle and a few words per colour.
  /// - Parameter y: its upper edge.
  private func key(y: Double) -> [Markup] {
    var x = 4.0
    return legend.flatMap { tone, text -> [Markup] in
      defer { x += 26 + FigureText.width(text) }
      return [
        .shape(
          "rect",
          [
            "class": tone.rawValue, "x": Coordinate.text(x), "y": Coordinate.text(y), "width": "12",
            "height": "12", "rx": "2",
          ]),
        FigureText.element(text, x: x + 16, y: y + 10, "faint"),
      ]
    }
  }
}
