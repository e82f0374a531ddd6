/// The sizes of clusters as bars, the largest first, with whiskers over seeds and a line at the size that all would
/// have if they were equally large.
///
///     SizeBars(title: "SCL on CIFAR-10", sizes: [[60, 30, 10], [50, 40, 10]]).figure
package struct SizeBars {
  /// The whole width.
  private static let width = 260.0
  /// The whole height.
  private static let height = 120.0
  /// The pixels that the labels of sizes have.
  private static let left = 46.0
  /// The pixels above the highest whisker.
  private static let top = 10.0
  /// The pixels of the line of text below the bars.
  private static let bottom = 24.0

  /// What the clusters are of.
  private let title: String
  /// [seeds, clusters], the largest cluster of each seed first.
  private let sizes: [[Int]]

  /// - Parameters:
  ///   - title: for who does not see the bars.
  ///   - sizes: a list per seed, the largest cluster first; all of one length.
  package init(title: String, sizes: [[Int]]) {
    self.title = title
    self.sizes = sizes
  }

  /// The drawing: a bar per cluster, which is the mean over seeds of clusters of that rank.
  package var figure: Figure {
    let ranks = sizes.map(\.count).min() ?? 0
    let columns = (0..<ranks).map { rank in sizes.map { Double($0[rank]) } }
    let up = Axis([0, 1] + columns.joined(), from: Self.height - Self.bottom, to: Self.top)
    var parts: [Markup] = []
    var grid = PathData()
    for tick in up.ticks(3) {
      grid.move(Self.left, up.place(tick))
      grid.line(Self.width - 6, up.place(tick))
      parts.append(
        FigureText.element(Axis.label(tick), x: Self.left - 5, y: up.place(tick) + 4, "faint end"))
    }
    parts.insert(.shape("path", ["class": "rule", "d": grid.text]), at: 0)
    let step = (Self.width - Self.left - 6) / Double(max(ranks, 1))
    var bars = PathData()
    var whiskers = PathData()
    for (rank, values) in columns.enumerated() {
      let mean = values.reduce(0, +) / Double(values.count)
      let x = Self.left + Double(rank) * step
      let gap = step > 4 ? step * 0.15 : 0
      bars.rectangle(
        x + gap, up.place(mean), width: step - 2 * gap, height: up.place(0) - up.place(mean))
      guard let low = values.min(), let high = values.max(), low < high else { continue }
      whiskers.move(x + step / 2, up.place(low))
      whiskers.line(x + step / 2, up.place(high))
    }
    parts.append(.shape("path", ["class": "bar s0", "d": bars.text]))
    if !whiskers.text.isEmpty {
      parts.append(.shape("path", ["class": "whisker", "d": whiskers.text]))
    }
    if ranks > 0 {
      let even = columns.map { $0.reduce(0, +) / Double($0.count) }.reduce(0, +) / Double(ranks)
      var line = PathData()
      line.move(Self.left, up.place(even))
      line.line(Self.width - 6, up.place(even))
      parts.append(.shape("path", ["class": "even s1", "d": line.text]))
    }
    parts.append(
      FigureText.element(
        "\(ranks) clusters, largest first", x: Self.width - 6, y: Self.height - 8, "faint end"))
    return Figure(title: title, width: Self.width, height: Self.height, parts)
  }
}
