/// The scores of several rows as dots, a panel per score: the table of a benchmark as a figure.
package struct DotPlot {
  /// The scores of a row's seeds.
  package struct Row: Equatable, Sendable {
    package let name: String
    /// One list per panel; empty where nothing was measured.
    package let values: [[Double]]

    package init(name: String, values: [[Double]]) {
      self.name = name
      self.values = values
    }
  }

  /// The pixels of a score's axis.
  private static let panelWidth = 170.0
  /// The pixels between two scores.
  private static let gap = 18.0
  /// The pixels of a row.
  private static let rowHeight = 18.0
  /// The pixels of the title and of the scores' names.
  private static let top = 40.0
  /// The pixels of the numbers below the axes.
  private static let bottom = 26.0

  /// The heading of the plot.
  private let title: String
  /// The names of the scores, from left to right.
  private let panels: [String]
  /// From top to bottom.
  private let rows: [Row]

  /// - Parameters:
  ///   - title: the benchmark.
  ///   - panels: the names of the scores, in per cent.
  ///   - rows: from top to bottom.
  package init(title: String, panels: [String], rows: [Row]) {
    self.title = title
    self.panels = panels
    self.rows = rows
  }

  /// The drawing: a circle per seed and score, a mark at each mean.
  package var figure: Figure {
    let names = rows.map { FigureText.fitted($0.name, to: 200) }
    let left = (names.map(FigureText.width).max() ?? 0) + 14
    let height = Self.top + Double(rows.count) * Self.rowHeight + Self.bottom
    let width = left + Double(panels.count) * (Self.panelWidth + Self.gap)
    var parts = [FigureText.element(title, x: 4, y: 14, "name")]
    for (row, name) in names.enumerated() {
      parts.append(FigureText.element(name, x: left - 8, y: middle(row) + 4, "end"))
    }
    for (panel, name) in panels.enumerated() {
      let start = left + Double(panel) * (Self.panelWidth + Self.gap)
      parts.append(FigureText.element("\(name), per cent", x: start, y: 30, "faint"))
      parts += draw(panel, from: start, height: height)
    }
    return Figure(title: title, width: width, height: height, parts)
  }

  /// The pixel of a row's middle.
  private func middle(_ row: Int) -> Double {
    Self.top + (Double(row) + 0.5) * Self.rowHeight
  }

  /// One score of all rows, on an axis from the smallest to the largest value.
  /// - Parameters:
  ///   - panel: which score.
  ///   - start: the pixel of its left edge.
  ///   - height: of the whole plot.
  private func draw(_ panel: Int, from start: Double, height: Double) -> [Markup] {
    let values = rows.map { $0.values.indices.contains(panel) ? $0.values[panel] : [] }
    let axis = Axis(values.joined(), from: start + 6, to: start + Self.panelWidth - 6)
    var parts: [Markup] = []
    var grid = PathData()
    for tick in axis.ticks(4) {
      let x = axis.place(tick)
      grid.move(x, Self.top)
      grid.line(x, height - Self.bottom)
      parts.append(
        FigureText.element(Axis.label(tick), x: x, y: height - Self.bottom + 14, "faint middle"))
    }
    parts.insert(.shape("path", ["class": "rule", "d": grid.text]), at: 0)
    for (row, values) in values.enumerated() where !values.isEmpty {
      let y = Coordinate.text(middle(row))
      parts += values.map {
        .shape(
          "circle", ["class": "s0", "cx": Coordinate.text(axis.place($0)), "cy": y, "r": "3.5"])
      }
      let mean = axis.place(values.reduce(0, +) / Double(values.count))
      var mark = PathData()
      mark.move(mean, middle(row) - 6)
      mark.line(mean, middle(row) + 6)
      parts.append(.shape("path", ["class": "mean s1", "d": mark.text]))
    }
    return parts
  }
}
