import Core
import Domain

/// An output format of result tables, chosen by `scl report --format`.
///
/// Adding a format takes its declaration and one line that registers it:
///
///     extension TableFormat {
///       static let names = TableFormat("names", summary: "the titles of the rows") { table, _ in
///         TableLayout(table).groups.flatMap(\.rows).map { $0.title + "\n" }.joined()
///       }
///     }
///
///     await SCLProgram.main(formats: [.names])
public struct TableFormat: Sendable {
  /// The name in `--format`. Names are unique in a registry.
  public let name: String
  /// A few words for the help text.
  public let summary: String
  /// Whether it draws on the runs behind the table. Who prints it then fills `ReportSources`.
  package let usesSources: Bool
  /// What it makes of a table.
  fileprivate let output: Output

  /// A text to print, or files.
  fileprivate enum Output: Sendable {
    /// Called by `ResultTable.rendered(as:width:)`.
    case text(@Sendable (ResultTable, ReportSources, _ width: Int?) -> String)
    /// Called by `ResultTable.write(as:from:to:)`; returns what it has written: "3 event files".
    case files(@Sendable (ResultTable, ReportSources, _ folder: String) throws -> String)
  }

  /// Whether it writes files to a folder (`scl report --out`). It then has no text to print.
  public var writesFiles: Bool {
    if case .files = output { true } else { false }
  }

  /// - Parameters:
  ///   - name: the name in `--format`.
  ///   - summary: a few words for the help text.
  ///   - render: returns the table as text that ends with a line break. `width` is the number of
  ///     columns of the terminal that shows it, nil for pipes and files.
  public init(
    _ name: String, summary: String,
    render: @escaping @Sendable (ResultTable, _ width: Int?) -> String
  ) {
    self.init(
      name: name, summary: summary, usesSources: false,
      output: .text { table, _, width in render(table, width) })
  }

  private init(name: String, summary: String, usesSources: Bool, output: Output) {
    self.name = name
    self.summary = summary
    self.usesSources = usesSources
    self.output = output
  }

  /// A format that also draws on the runs behind the table.
  /// - Parameters:
  ///   - name: the name in `--format`.
  ///   - summary: a few words for the help text.
  ///   - render: returns the table and what its sources add as text that ends with a line break.
  package static func drawing(
    _ name: String, summary: String,
    render: @escaping @Sendable (ResultTable, ReportSources) -> String
  ) -> TableFormat {
    TableFormat(
      name: name, summary: summary, usesSources: true,
      output: .text { table, sources, _ in render(table, sources) })
  }

  /// A format that writes files about the runs behind the table.
  /// - Parameters:
  ///   - name: the name in `--format`.
  ///   - summary: a few words for the help text.
  ///   - write: writes to a folder, which need not exist, and returns what it has written: "3 event files".
  package static func writing(
    _ name: String, summary: String,
    write: @escaping @Sendable (ResultTable, ReportSources, _ folder: String) throws -> String
  ) -> TableFormat {
    TableFormat(name: name, summary: summary, usesSources: true, output: .files(write))
  }

  /// Aligned columns that can also be read in a terminal. Narrow terminals get the table split by
  /// benchmark.
  public static let markdown = TableFormat("markdown", summary: "aligned Markdown") {
    MarkdownRenderer.render(TableLayout($0), width: $1)
  }
  /// A fragment for a paper. It needs the package booktabs.
  public static let latex = TableFormat("latex", summary: "a fragment for a paper") { table, _ in
    LaTeXRenderer(TableLayout(table), name: table.nameOfLabel).render()
  }
  /// The same with columns of siunitx, aligned at the decimal point. It needs booktabs and siunitx.
  public static let latexSiunitx = TableFormat(
    "latex-siunitx", summary: "the same with columns of siunitx"
  ) { table, _ in
    LaTeXRenderer(TableLayout(table), name: table.nameOfLabel, figures: .siunitx).render()
  }
  /// A line per method, benchmark and score.
  public static let csv = TableFormat("csv", summary: "a line per cell and score") { table, _ in
    CSVRenderer.render(table)
  }
  /// A line per run and score, for statistics of the reader's own.
  public static let csvRuns = TableFormat("csv-runs", summary: "a line per run and score") {
    table, _ in CSVRenderer.renderRuns(table)
  }
  /// JSON lines: the cells, then the remarks.
  public static let json = TableFormat("json", summary: "JSON lines, an object per cell") {
    table, _ in
    JSONRenderer.render(table)
  }
}

/// Two formats are equal if their names are.
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

/// The formats that `scl report` offers.
///
///     TableFormatRegistry.current["markdown"]?.summary
public struct TableFormatRegistry: Sendable {
  /// The registry of the current task. All look-ups use it.
  @TaskLocal public static var current = TableFormatRegistry.builtIn

  /// The formats of this module that have a text.
  public static let builtIn = TableFormatRegistry([
    .markdown, .latex, .latexSiunitx, .csv, .csvRuns, .json,
  ])

  /// In the order of the help text.
  public let formats: [TableFormat]

  private init(_ formats: [TableFormat]) {
    self.formats = formats
  }

  /// This registry with more formats.
  /// - Throws: `DuplicateName` if two formats have the same name.
  public func adding(_ more: [TableFormat]) throws(DuplicateName) -> TableFormatRegistry {
    let all = formats + more
    try DuplicateName.check(all.map(\.name), of: "format")
    return TableFormatRegistry(all)
  }

  /// The format of a name; nil if there is none.
  public subscript(name: String) -> TableFormat? { formats.first { $0.name == name } }
}

extension ResultTable {
  /// The table as text that ends with a line break; empty for a format that writes files.
  /// - Parameters:
  ///   - format: need not be registered.
  ///   - width: the number of columns of the terminal that shows it; nil for pipes and files.
  public func rendered(as format: TableFormat, width: Int? = nil) -> String {
    rendered(as: format, from: ReportSources(), width: width)
  }

  /// The same for a format that draws on the runs behind the table.
  /// - Parameter sources: what the format may draw on; others do not look at it.
  package func rendered(
    as format: TableFormat, from sources: ReportSources, width: Int? = nil
  ) -> String {
    guard case .text(let render) = format.output else { return "" }
    return render(self, sources, width)
  }

  /// Writes the files of a format that has no text (`TableFormat.writesFiles`).
  /// - Parameter folder: need not exist.
  /// - Returns: what was written: "3 event files".
  /// - Throws: errors of the format; `ReportError.noneFinished` if no run of the table has finished.
  package func write(
    as format: TableFormat, from sources: ReportSources, to folder: String
  ) throws -> String {
    guard case .files(let write) = format.output else { return "no files" }
    let cells = allCells
    guard cells.contains(where: { !$0.records.isEmpty }) else {
      throw ReportError.noneFinished(
        experiment: experiment, states: cells.map(\.state.rawValue).uniqued)
    }
    return try write(self, sources, folder)
  }
}
