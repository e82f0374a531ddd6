import Figures
import Foundation
import FoundationXML
import Testing

/// What a figure's shapes are, counted in its SVG.
@Suite struct FigureTests {
  /// The elements of a name with a class, as they stand in the text.
  private func elements(_ name: String, class wanted: String, in svg: String) -> [Substring] {
    svg.split(separator: "<").filter { element in
      element.hasPrefix(name + " ") && element.contains("class=\"\(wanted)")
    }
  }

  /// The points of a path: pairs of numbers.
  private func points(_ element: Substring) throws -> Int {
    let data = try #require(element.firstMatch(of: #/ d="([^"]*)"/#)?.1)
    return data.matches(of: /-?\d+(?:\.\d+)?/).count / 2
  }

  /// A well-formed XML file, as Foundation's parser reads it.
  private func isWellFormed(_ figure: Figure) -> Bool {
    let parser = XMLParser(data: Data(figure.file.utf8))
    return parser.parse()
  }

  @Test func `A strip has a dot per seed and one mean`() {
    let svg = DotStrip(
      values: [1, 2, 4], labels: ["seed 0: 1.0", "seed 1: 2.0", "seed 2: 4.0"], within: 0...5
    ).figure.inline.source
    #expect(elements("circle", class: "s0", in: svg).count == 3)
    #expect(elements("path", class: "mean", in: svg).count == 1)
    #expect(svg.contains("aria-label=\"seed 0: 1.0, seed 1: 2.0, seed 2: 4.0\""))
  }

  @Test func `A plot has a dot per row, score and seed`() {
    let rows = [
      DotPlot.Row(name: "k-means", values: [[1, 2], [3, 4]]),
      DotPlot.Row(name: "SCL", values: [[5, 6, 7], []]),
    ]
    let figure = DotPlot(title: "CIFAR-10", panels: ["NMI", "ACC"], rows: rows).figure
    #expect(elements("circle", class: "s0", in: figure.file).count == 7)
    #expect(elements("path", class: "mean", in: figure.file).count == 3)
    #expect(isWellFormed(figure))
  }

  @Test(arguments: [1, 2, 30, 500])
  func `A curve has a vertex per epoch, and its band two`(epochs: Int) throws {
    let points = (1...epochs).map { epoch in
      CurveChart.Point(
        x: Double(epoch), mean: 1 / Double(epoch), low: 0.9 / Double(epoch),
        high: 1.2 / Double(epoch))
    }
    let figure = CurveChart(
      title: "t", panels: [.init(title: "loss", series: [.init(name: "loss", points: points)])]
    ).figure
    let curve = try #require(elements("path", class: "curve", in: figure.file).first)
    let band = try #require(elements("path", class: "band", in: figure.file).first)
    #expect(try self.points(curve) == epochs)
    #expect(try self.points(band) == 2 * epochs)
    #expect(isWellFormed(figure))
  }

  @Test func `Epochs are whole numbers, also in a short training`() {
    let points = (1...3).map { CurveChart.Point(x: Double($0), mean: 5, low: 5, high: 5) }
    let svg = CurveChart(
      title: "t", panels: [.init(title: "loss", series: [.init(name: "loss", points: points)])]
    ).figure.file
    for tick in ["1", "2", "3"] { #expect(svg.contains(">\(tick)</text>")) }
    #expect(!svg.contains(">1.5</text>") && !svg.contains(">2.5</text>"))
  }

  @Test func `A curve of costs starts at zero, and its last label is within the drawing`() throws {
    let points = [20_000, 100_000].map {
      CurveChart.Point(x: $0, mean: $0 / 600, low: $0 / 600, high: $0 / 600)
    }
    let series = [CurveChart.Series(name: "step", points: points)]
    let svg = { (startsAtZero: Bool) in
      CurveChart(
        title: "t", panels: [.init(title: "ms", series: series, startsAtZero: startsAtZero)]
      ).figure.file
    }
    #expect(svg(true).contains(">0</text>") && !svg(false).contains(">0</text>"))
    let label = try #require(
      svg(true).firstMatch(of: /<text [^>]*x="([\d.]+)"[^>]*>100000<\/text>/))
    // The drawing is 340 pixels wide, and half of six digits has 20.
    #expect(try #require(Double(label.1)) <= 320)
  }

  @Test func `A single seed has no band, and a panel without points is left out`() {
    let point = CurveChart.Point(x: 1, mean: 2, low: 2, high: 2)
    let series = CurveChart.Series(name: "loss", points: [point])
    let svg = CurveChart(
      title: "t",
      panels: [.init(title: "loss", series: [series]), .init(title: "empty", series: [])]
    ).figure.file
    #expect(elements("path", class: "band", in: svg).isEmpty && !svg.contains("empty"))
  }

  @Test func `A matrix has a square per share that can be seen`() throws {
    let figure = ShareMatrix(
      title: "t", rows: ["a", "b"], columns: ["a", "b"], shares: [[1, 0], [0.301, 0.699]]
    ).figure
    let squares = elements("path", class: "heat", in: figure.file)
    #expect(squares.count == 3)
    #expect(squares.map { $0.matches(of: /M/).count } == [1, 1, 1])
    for number in ["100", "30", "70"] { #expect(figure.file.contains(">\(number)</text>")) }
    #expect(isWellFormed(figure))
  }

  @Test func `A matrix of 200 classes has no names and stays small`() {
    let names = (0..<200).map { "class \($0)" }
    let row = [Double](repeating: 1.0 / 40, count: 40) + [Double](repeating: 0, count: 160)
    let shares = [[Double]](repeating: row, count: 200)
    let figure = ShareMatrix(title: "t", rows: names, columns: names, shares: shares).figure
    #expect(!figure.file.contains("class 7<") && figure.file.utf8.count < 200_000)
  }

  @Test func `Bars have one per cluster, and whiskers where seeds differ`() throws {
    let figure = SizeBars(title: "t", sizes: [[60, 30, 10], [50, 40, 10]]).figure
    let bars = try #require(elements("path", class: "bar", in: figure.file).first)
    let whiskers = try #require(elements("path", class: "whisker", in: figure.file).first)
    #expect(bars.matches(of: /M/).count == 3 && whiskers.matches(of: /M/).count == 2)
    #expect(isWellFormed(figure))
  }

  @Test func `A verdict has its colour, its number and its reasons`() {
    let cell = VerdictMatrix.Cell(.good, text: "+0.3", explanation: "SCL: reproduced")
    let figure = VerdictMatrix(
      title: "t", rows: ["SCL", "k-means"], groups: [.init(title: "CIFAR-10", columns: ["ACC"])],
      cells: [[cell], [nil]], legend: [(.good, "reproduced")]
    ).figure
    // One in the matrix and one in the legend.
    #expect(elements("rect", class: "good", in: figure.file).count == 2)
    #expect(figure.file.contains("<title>SCL: reproduced</title>"))
    #expect(isWellFormed(figure))
  }

  @Test func `Points are drawn once per panel, in colours and shapes that tell 24 groups apart`() {
    let groups = (0..<25).map {
      ScatterPlot.Group(name: "class \($0)", colour: $0, points: [2 * $0, 2 * $0 + 1])
    }
    let points = (0..<50).map { (x: Double($0), y: Double($0 % 7)) }
    func figure(_ legend: [ScatterPlot.Group]) -> Figure {
      ScatterPlot(
        title: "t", axes: ("x", "y"), points: points,
        panels: [.init(title: "a", groups: groups), .init(title: "b", groups: groups)],
        legend: legend
      ).figure
    }
    let few = figure(Array(groups.prefix(24)))
    let marks = ["dots", "squares", "crosses", "dashes"].flatMap {
      elements("path", class: $0, in: few.file)
    }
    // A path of two marks per group and panel, and a key per group of the legend.
    #expect(marks.count == 2 * 25 + 24)
    let keys = marks.filter { $0.contains(" key\"") }
    #expect(Set(keys.map { $0.split(separator: " d=")[0] }).count == 24)
    let drawn = marks.filter { !$0.contains(" key\"") }
    #expect(drawn.allSatisfy { $0.matches(of: /h0|h4|l3 3/).count == 2 })
    #expect(few.file.contains("class 20</text>"))
    // More groups than can be told apart have no legend.
    #expect(!figure(groups).file.contains("class 3</text>"))
    #expect(isWellFormed(few))
  }

  @Test func `Both axes of points have one scale`() throws {
    let plot = ScatterPlot(
      title: "t", axes: ("x", "y"), points: [(0, 0), (4, 0), (4, 1)],
      panels: [
        .init(title: "a", groups: [.init(name: "g", colour: 0, points: [0, 1, 2])])
      ], legend: [])
    let path = try #require(elements("path", class: "dots", in: plot.figure.file).first)
    let steps = path.matches(of: /m(-?[0-9.]+)[ ]?(-?[0-9.]+)h0/).map { step in
      (x: Double(step.1) ?? .nan, y: Double(step.2) ?? .nan)
    }
    // Four units to the right, then one up.
    try #require(steps.count == 2)
    #expect(steps[0].y == 0 && steps[1].x == 0)
    #expect(abs(steps[0].x + 4 * steps[1].y) < 0.4 && steps[0].x > 0)
  }

  @Test func `Empty figures and numbers that are none draw without a trap`() {
    let odd = CurveChart.Point(x: .nan, mean: .infinity, low: -.infinity, high: .nan)
    let figures = [
      DotStrip(values: [.nan], labels: [], within: 0...0).figure,
      DotPlot(title: "", panels: ["NMI"], rows: []).figure,
      CurveChart(title: "", panels: []).figure,
      ScatterPlot(
        title: "", axes: ("", ""), points: [(.nan, .infinity)],
        panels: [.init(title: "", groups: [.init(name: "", colour: nil, points: [0, 9])])],
        legend: []
      ).figure,
      CurveChart(
        title: "", panels: [.init(title: "", series: [.init(name: "", points: [odd, odd])])]
      ).figure,
      ShareMatrix(title: "", rows: [], columns: [], shares: []).figure,
      SizeBars(title: "", sizes: []).figure, SizeBars(title: "", sizes: [[]]).figure,
      SizeBars(title: "", sizes: [[0, 0]]).figure,
      VerdictMatrix(title: "", rows: [], groups: [], cells: []).figure,
    ]
    for figure in figures {
      #expect(isWellFormed(figure))
      #expect(!figure.file.contains("nan") && !figure.file.contains("inf"))
    }
  }
}

/// Text that others have written, put into markup.
@Suite struct MarkupTests {
  @Test func `Text and values of attributes are escaped`() {
    let markup = Markup.element(
      "a", ["href": "\"><script>", "hidden": "", "id": nil], [.text("<b> & 'c'")])
    #expect(
      markup.source
        == "<a href=\"&quot;&gt;&lt;script&gt;\" hidden=\"\">&lt;b&gt; &amp; &#39;c&#39;</a>")
  }

  @Test func `A mark that combines with a sign of markup does not hide it`() {
    #expect(Markup.text("<\u{301}b>").source == "&lt;\u{301}b&gt;")
  }

  @Test func `Control characters and direction overrides are replaced`() {
    #expect(Markup.text("a\u{1B}[2J\nb\u{202E}").source == "a\u{FFFD}[2J b\u{FFFD}")
  }

  @Test(arguments: [
    (0.0, "0"), (-0.04, "0"), (1.25, "1.3"), (-3.5, "-3.5"), (-0.5, "-0.5"), (.nan, "0"),
    (1e300, "1000000"),
  ])
  func `Coordinates have one decimal at most`(value: Double, text: String) {
    #expect(Coordinate.text(value) == text)
  }

  @Test func `Ticks are round numbers within the ends`() {
    #expect(Axis([0, 10], from: 0, to: 100).ticks(5) == [0, 2, 4, 6, 8, 10])
    #expect(
      Axis([0.03, 0.11], from: 0, to: 100).ticks(4).map(Axis.label) == [
        "0.04", "0.06", "0.08", "0.1",
      ])
    #expect(Axis([7, 7], from: 0, to: 100).place(7) == 50)
  }
}
