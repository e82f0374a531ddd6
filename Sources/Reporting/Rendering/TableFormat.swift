import Domain

/// A form in which a result table can be printed.
///
/// Adding a format takes its declaration, and one line of a `TableFormatRegistry`:
///
///     extension TableFormat {
///       static let names = TableFormat("names", summary: "the titles of the rows") { table, _ in
///         TableLayout(table).groups.flatMap(\.rows).map { $0.title + "\n" }.joined()
///       }
///     }
///
///     await SCLProgram.main(formats: [.names])
public struct TableFormat: Sendable {
  /// The name in `scl report --format`.
  public let name: String
  /// A few words for the help text.
  public let summary: String
  fileprivate let render: @Sendable (ResultTable, _ width: Int?) -> String

  /// - Parameter render: the table as text that ends with a line break. `width` is the number of columns
  ///   of the terminal that shows it, or nil for pipes and files.
  public init(
    _ name: String, summary: String,
    render: @escaping @Sendable (ResultTable, _ width: Int?) -> String
  ) {
    self.name = name
    self.summary = summary
    self.render = render
  }

  /// Aligned columns, which can be read in a terminal too. Narrow terminals get the table split by
  /// benchmark.
  public static let markdown = TableFormat("markdown", summary: "aligned Markdown") {
    MarkdownRenderer.render(TableLayout($0), width: $1)
  }
  /// A fragment for a paper. It needs the package booktabs.
  public static let latex = TableFormat("latex", summary: "a fragment for a paper") { table, _ in
    LaTeXRenderer.render(TableLayout(table), name: table.experiment)
  }
  /// A line for each method, benchmark and score.
  public static let csv = TableFormat("csv", summary: "a line per cell and score") { table, _ in
    CSVRenderer.render(table)
  }
  /// One page that needs no other file.
  public static let html = TableFormat("html", summary: "a page by itself") { table, _ in
    HTMLRenderer.render(TableLayout(table), title: table.experiment)
  }
  /// An object on each line: first the cells, then the remarks.
  public static let json = TableFormat("json", summary: "an object per cell") { table, _ in
    JSONRenderer.render(table)
  }
}

/// Formats are the same if their names are.
extension TableFormat: Hashable {
  public static func == (first: TableFormat, second: TableFormat) -> Bool {
    first.name == second.name
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension TableFormat: CaseIterable {
  /// The formats of the current registry.
  public static var allCases: [TableFormat] { TableFormatRegistry.current.formats }
}

/// The formats that `scl report` knows.
public struct TableFormatRegistry: Sendable {
  /// The registry of this task, which all look-ups use.
  @TaskLocal public static var current = TableFormatRegistry.builtIn

  /// The formats of this package.
  public static let builtIn = TableFormatRegistry([.markdown, .latex, .csv, .html, .json])

  public let formats: [TableFormat]

  private init(_ formats: [TableFormat]) {
    self.formats = formats
  }

  /// These formats and more.
  /// - Throws: `DuplicateName` if two have one name.
  public func adding(_ more: [TableFormat]) throws(DuplicateName) -> TableFormatRegistry {
    let all = formats + more
    try DuplicateName.check(all.map(\.name), of: "format")
    return TableFormatRegistry(all)
  }

  public subscript(name: String) -> TableFormat? { formats.first { $0.name == name } }
}

extension ResultTable {
  /// The table as text that ends with a line break.
  /// - Parameter width: the number of columns of the terminal that shows it; nil for pipes and files.
  public func rendered(as format: TableFormat, width: Int? = nil) -> String {
    format.render(self, width)
  }
}
