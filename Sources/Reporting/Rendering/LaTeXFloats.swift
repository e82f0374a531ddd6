/// A result table cut into floats of LaTeX that each fit on a page: its blocks of benchmarks one below the other,
/// then its notes. A block that is taller than a page is cut between methods.
///
/// Heights are estimates in points for footnotes of 8 points in an article of 10.
struct LaTeXFloats {
  /// Some benchmarks and some rows: one `tabular`.
  struct Part {
    var columns: Range<Int>
    var groups: [TableLayout.Group]
  }

  /// What stands on one page at most.
  struct Float {
    var parts: [Part] = []
    var notes: [String] = []
    fileprivate var height: Double
  }

  /// At least one.
  private(set) var floats: [Float]

  /// Less than the 550 points of LaTeX's one-column article.
  private static let page = 500.0
  private static let line = 9.5
  /// A rule of booktabs with the space around it.
  private static let rule = 5.0
  /// The line "Table 1: (continued)" with the space below it.
  private static let continuation = 22.0

  /// - Parameters:
  ///   - blocks: the benchmarks that stand beside each other.
  ///   - groups: the rows.
  ///   - caption: of the first float.
  ///   - notes: paragraphs below the table, as plain text and as LaTeX.
  ///   - width: of a line in points.
  init(
    blocks: [Range<Int>], groups: [TableLayout.Group], caption: String,
    notes: [(text: String, latex: String)], width: Double
  ) {
    floats = [Float(height: 10 + 12 * Self.lines(caption, of: 5, width))]
    for block in blocks { add(block, groups) }
    for note in notes {
      let height = Self.line * Self.lines(note.text, of: 4.1, width)
      makeRoom(for: height)
      last.notes.append(note.latex)
      last.height += height
    }
  }

  private var last: Float {
    get { floats[floats.count - 1] }
    set { floats[floats.count - 1] = newValue }
  }

  /// Begins another float if the last one has no room for so much.
  private mutating func makeRoom(for height: Double) {
    if last.height + height > Self.page { floats.append(Float(height: Self.continuation)) }
  }

  private mutating func add(_ block: Range<Int>, _ groups: [TableLayout.Group]) {
    var rest = groups
    while !rest.isEmpty {
      let whole = Self.height(of: rest)
      // What a page can hold is not cut.
      if whole <= Self.page - Self.continuation { makeRoom(for: whole) }
      let (part, left) = Self.cut(rest, at: Self.page - last.height)
      // A few rows at the bottom of a page are better on the next.
      if part.isEmpty
        || !last.parts.isEmpty && !left.isEmpty && Self.height(of: part) < Self.page / 4
      {
        floats.append(Float(height: Self.continuation))
      } else {
        last.parts.append(Part(columns: block, groups: part))
        last.height += Self.height(of: part)
        rest = left
      }
    }
  }

  /// The height of a `tabular` with the space above it.
  private static func height(of groups: [TableLayout.Group]) -> Double {
    groups.reduce(6 + 2 * line + 3 * rule) { $0 + rule + line * Double($1.rows.count + 1) }
  }

  /// The rows that fit into so much height, and the others. The rows that follow a method's stay with it. Where not
  /// even one method fits, the first part is empty, unless a whole page would not help.
  private static func cut(
    _ groups: [TableLayout.Group], at height: Double
  ) -> (part: [TableLayout.Group], rest: [TableLayout.Group]) {
    var (part, rest) = ([TableLayout.Group](), groups)
    let helps = height < page - continuation
    while let group = rest.first {
      for method in methods(of: group.rows) {
        var longer = part
        if longer.last?.title == group.title {
          longer[longer.count - 1].rows += method
        } else {
          longer.append(TableLayout.Group(title: group.title, rows: Array(method)))
        }
        guard self.height(of: longer) <= height || part.isEmpty && !helps else {
          return (part, rest)
        }
        part = longer
        rest[0].rows.removeFirst(method.count)
      }
      rest.removeFirst()
    }
    return (part, rest)
  }

  /// Rows with those that follow them. Where published rows stand alone, each is its own.
  private static func methods(of rows: [TableLayout.Row]) -> [ArraySlice<TableLayout.Row>] {
    guard rows.first?.kind == .measured else { return rows.indices.map { rows[$0...$0] } }
    let starts = rows.indices.filter { rows[$0].kind == .measured }
    return zip(starts, starts.dropFirst() + [rows.count]).map { rows[$0..<$1] }
  }

  /// The lines that a paragraph takes, with letters of so many points on average.
  private static func lines(_ text: String, of letter: Double, _ width: Double) -> Double {
    max(1, (letter * Double(text.count) / width).rounded(.up))
  }
}
