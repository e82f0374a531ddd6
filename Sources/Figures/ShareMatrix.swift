/// A matrix of shares as squares whose colour is the deeper, the larger the share: a confusion matrix.
///
/// Squares of few rows also have their share in per cent. Squares of many rows are small, and shares that would not
/// be visible are left out.
///
///     ShareMatrix(
///       title: "SCL on CIFAR-10", rows: ["cat", "dog"], columns: ["cat", "dog"],
///       shares: [[0.8, 0.2], [0.3, 0.7]]
///     ).figure
package struct ShareMatrix {
  /// The number of steps of colour between none and the deepest.
  private static let levels = 20
  /// The most rows whose squares have numbers.
  private static let mostNumbered = 20
  /// The most rows that have names.
  private static let mostNamed = 60
  /// The longest name in pixels.
  private static let nameLimit = 110.0
  /// The pixels above the names of the columns.
  private static let top = 8.0

  /// What the matrix is of.
  private let title: String
  /// The names of the rows, from top to bottom.
  private let rows: [String]
  /// The names of the columns, from left to right.
  private let columns: [String]
  /// [rows, columns].
  private let shares: [[Double]]

  /// - Parameters:
  ///   - title: for who does not see the matrix.
  ///   - rows: a name per row.
  ///   - columns: a name per column.
  ///   - shares: [rows, columns], each 0...1.
  package init(title: String, rows: [String], columns: [String], shares: [[Double]]) {
    self.title = title
    self.rows = rows
    self.columns = columns
    self.shares = shares
  }

  /// The largest share that is not drawn, so that matrices of hundreds of classes stay small files.
  package static func omitted(rows: Int) -> Double { rows > mostNumbered ? 0.02 : 0.005 }

  /// The side of a square: large enough for a number of two digits where there are numbers, and small enough for a
  /// page otherwise.
  private var side: Double {
    switch rows.count {
    case ...12: 26
    case ...Self.mostNumbered: 22
    case ...Self.mostNamed: 12
    default: max(2, (480 / Double(rows.count)).rounded(.down))
    }
  }

  /// The drawing: a path per step of colour, with a square per cell.
  package var figure: Figure {
    let isNamed = rows.count <= Self.mostNamed
    let names = isNamed ? rows.map { FigureText.fitted($0, to: Self.nameLimit) } : []
    let heads = isNamed ? columns.map { FigureText.fitted($0, to: Self.nameLimit) } : []
    let left = ((names.map(FigureText.width).max() ?? 0) + 10).rounded()
    // Heads lean to the right: their height and the reach of the last one follow from the angle.
    let longest = heads.map(FigureText.width).max() ?? 0
    let top = (Self.top + longest * 0.77 + (isNamed ? 8 : 0)).rounded()
    let width = left + Double(columns.count) * side + max(8, longest * 0.64 - side / 2 + 8)
    let height = top + Double(rows.count) * side + 6
    var parts: [Markup] = []
    for (row, name) in names.enumerated() {
      let y = top + (Double(row) + 0.5) * side + 4
      parts.append(FigureText.element(name, x: left - 6, y: y, "end"))
    }
    for (column, name) in heads.enumerated() {
      let x = Coordinate.text(left + (Double(column) + 0.5) * side + 3)
      parts.append(
        .element(
          "text", ["transform": "translate(\(x) \(Coordinate.text(top - 5))) rotate(-50)"],
          [.text(name)]))
    }
    parts += squares(left: left, top: top)
    if rows.count <= Self.mostNumbered { parts += numbers(left: left, top: top) }
    var frame = PathData()
    frame.rectangle(
      left, top, width: Double(columns.count) * side, height: Double(rows.count) * side)
    parts.append(.shape("path", ["class": "rule", "d": frame.text]))
    return Figure(title: title, width: width, height: height, parts)
  }

  /// The cells that are drawn.
  private var cells: [(row: Int, column: Int, share: Double)] {
    let least = Self.omitted(rows: rows.count)
    return shares.enumerated().flatMap { row, shares in
      shares.enumerated().compactMap { column, share in
        share >= least ? (row, column, share) : nil
      }
    }
  }

  /// Squares as thick strokes, which take half the bytes of outlines.
  private func squares(left: Double, top: Double) -> [Markup] {
    var paths = [PathData](repeating: PathData(), count: Self.levels + 1)
    for cell in cells {
      let level = Int((min(max(cell.share, 0), 1) * Double(Self.levels)).rounded(.up))
      paths[level].stroke(
        left + Double(cell.column) * side, top + (Double(cell.row) + 0.5) * side, width: side)
    }
    return paths.enumerated().compactMap { level, path in
      guard !path.text.isEmpty else { return nil }
      let opacity = Double(level) / Double(Self.levels)
      return .shape(
        "path",
        [
          "class": "heat", "stroke-width": Coordinate.text(side), "stroke-opacity": "\(opacity)",
          "d": path.text,
        ])
    }
  }

  /// Shares in per cent, those on deep colours in another ink.
  private func numbers(left: Double, top: Double) -> [Markup] {
    var inks: [[Markup]] = [[], []]
    for cell in cells {
      let text = "\(Int((100 * cell.share).rounded()))"
      guard text != "0" else { continue }
      let x = left + (Double(cell.column) + 0.5) * side
      let y = top + (Double(cell.row) + 0.5) * side + 4
      inks[cell.share > 0.55 ? 1 : 0].append(FigureText.element(text, x: x, y: y))
    }
    return zip(["middle", "middle onheat"], inks).map { .element("g", ["class": $0], $1) }
  }
}
