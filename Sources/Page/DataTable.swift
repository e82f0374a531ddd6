import Figures

/// A plain table that the page's script sorts and filters: a heading per column, a cell per row and column.
///
///     let table = DataTable(
///       name: "runs", columns: [.init(title: "Method", isText: true), .init(title: "Seed")],
///       rows: [[.words("SCL"), .number(0) { "\($0)" }]])
///     table.markup
///
/// The result table is another one, since its columns have two levels of headings and its rows belong to families.
struct DataTable {
  /// A column's heading, and whether it has long text, which wraps.
  struct Column {
    /// What stands in the head of the table and on the button that sorts by it.
    let title: String
    var isText = false
  }

  /// A text with what it is sorted by.
  struct Cell {
    /// What a reader sees.
    let text: String
    /// A number; nil stays last, but in columns of text, which are sorted by their text.
    var key: String?

    /// Those of a cell of text. Only long text has a width below which it does not wrap, so that columns of short
    /// words stay narrow.
    fileprivate var textClasses: String { text.count > 24 ? "text long" : "text" }

    /// Text that is sorted as text.
    static func words(_ text: String) -> Cell { Cell(text: text) }

    /// A number under the text that shows it; a dash, which stays last in either order, where there is none.
    /// - Parameter text: the number as a reader wants it: "12.5", "60,000".
    static func number(_ value: Double?, _ text: (Double) -> String) -> Cell {
      guard let value else { return Cell(text: "–") }
      return Cell(text: text(value), key: "\(value)")
    }
  }

  /// The name by which the page's script finds it.
  let name: String
  /// From left to right.
  let columns: [Column]
  /// A cell per column each, in the order without sorting.
  let rows: [[Cell]]

  /// The table in a scrolling frame, with a place for the script's controls above.
  var markup: [Markup] {
    let heads = columns.map { column in
      Markup.element(
        "th", ["scope": "col", "data-text": column.isText ? "1" : nil], [.text(column.title)])
    }
    let lines = rows.map { row in
      let cells = zip(columns, row).map { column, cell in
        Markup.element(
          "td", ["class": column.isText ? cell.textClasses : nil, "data-v": cell.key],
          [.text(cell.text)])
      }
      return Markup.element("tr", [:], cells)
    }
    let table = Markup.element(
      "table", ["id": name, "class": "plain"],
      [
        .element("thead", [:], [.element("tr", ["class": "sorts"], heads)]),
        .element("tbody", [:], lines),
      ])
    // A single row needs no controls.
    let tools = Markup.element("div", ["class": "tools", "data-for": name])
    return (rows.count > 1 ? [tools] : []) + [.element("div", ["class": "scroll"], [table])]
  }
}
