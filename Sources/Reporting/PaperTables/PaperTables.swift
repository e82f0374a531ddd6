import Core
import Domain
import Foundation

/// The published figures of `paper-tables.md`, which people edit and this type parses.
///
/// The file has four kinds of tables, recognised by their first column: `method` (figures),
/// `protocol` (how figures were obtained), `key` (sources) and `other method` (ids that only the
/// file has). All other text is ignored. Parsing is strict: a mistake is an error with its line.
///
/// A table of figures has one column per benchmark; its cells are NMI/ACC/ARI in per cent:
///
///     | method | row         | CIFAR-10       | STL-10         | source | protocol  | note |
///     | ------ | ----------- | -------------- | -------------- | ------ | --------- | ---- |
///     | pica   | PICA (mean) | 56.1/64.5/46.7 | 59.2/69.3/50.4 | P      | pica-mean |      |
///
/// Reading the rows of a method:
///
///     let paper = try PaperTables.read(from: "paper-tables.md")
///     for row in paper.rows(of: "pica") {
///       print(row.title, row.cells["cifar10"]?.text ?? "-")
///     }
package struct PaperTables: Equatable, Sendable {
  /// The path, for errors and captions.
  package var file: String
  /// All rows of figures, in the order of the file.
  package var rows: [PublishedRow]
  /// The descriptions of the sources by their keys.
  package var sources: [String: String]

  /// Reads a file.
  /// - Parameters:
  ///   - path: a UTF-8 text.
  ///   - methods: the ids of this program's methods, to find misspelt ones; empty to skip that
  ///     check.
  /// - Throws: `PaperTablesError` with the line.
  package static func read(
    from path: String, methods: [String] = []
  ) throws(PaperTablesError) -> PaperTables {
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      let reason =
        FileManager.default.fileExists(atPath: path)
        ? "it is not UTF-8 text or may not be opened" : "there is no such file"
      throw PaperTablesError(file: path, line: nil, problem: .unreadable(reason: reason))
    }
    return try parse(text, file: path, methods: methods)
  }

  /// Parses the tables of a text.
  /// - Parameters:
  ///   - text: the content of the file.
  ///   - file: its path, for errors.
  ///   - methods: as for `read(from:methods:)`.
  /// - Throws: `PaperTablesError` with the line.
  package static func parse(
    _ text: String, file: String, methods: [String] = []
  ) throws(PaperTablesError) -> PaperTables {
    var spelling = MethodSpelling(known: methods)
    var figures: [MarkdownReader.Table] = []
    var protocols = ProtocolTable(file: file)
    var sources: [String: String] = [:]
    for table in try MarkdownReader(file: file).tables(in: text) {
      switch table.header.cells[0] {
      case "method": figures.append(table)
      case "protocol": try protocols.add(table)
      case "key": try add(table, to: &sources, file: file)
      case "other method": spelling.declared.formUnion(table.rows.map { $0.cells[0] })
      case let other:
        throw PaperTablesError(
          file: file, line: table.header.line, problem: .unknownTable(firstColumn: other))
      }
    }
    var parser = FiguresParser(
      file: file, protocols: protocols.protocols, sources: sources, spelling: spelling)
    for table in figures { try parser.add(table) }
    guard !parser.rows.isEmpty else {
      throw PaperTablesError(file: file, line: nil, problem: .noFigures)
    }
    return PaperTables(file: file, rows: parser.rows, sources: sources)
  }

  /// The rows of a method, in the order of the file.
  package func rows(of method: String) -> [PublishedRow] {
    rows.filter { $0.method == method }
  }

  /// Adds a table of sources: key, description.
  /// - Throws: `PaperTablesError` for a repeated key or a table with one column.
  private static func add(
    _ table: MarkdownReader.Table, to sources: inout [String: String], file: String
  ) throws(PaperTablesError) {
    guard table.header.cells.count > 1 else {
      throw PaperTablesError(
        file: file, line: table.header.line, problem: .missingColumn("source", table: "sources"))
    }
    var lines: [String: Int] = [:]
    for row in table.rows {
      let key = row.cells[0]
      if let first = lines[key] {
        throw PaperTablesError(
          file: file, line: row.line, problem: .duplicate("the source '\(key)'", firstLine: first))
      }
      lines[key] = row.line
      sources[key] = row.cells[1]
    }
  }
}

/// Parses the tables of figures. It runs after all protocols and sources are known, so that a row
/// may name any of them, wherever they stand in the file.
private struct FiguresParser {
  let file: String
  let protocols: [String: [String: PublishedProtocol]]
  let sources: [String: String]
  let spelling: MethodSpelling
  private(set) var rows: [PublishedRow] = []

  /// Required columns besides those of the benchmarks.
  private static let columns = ["method", "row", "source", "protocol", "note"]

  init(
    file: String, protocols: [String: [String: PublishedProtocol]], sources: [String: String],
    spelling: MethodSpelling
  ) {
    self.spelling = spelling
    self.file = file
    self.protocols = protocols
    self.sources = sources
  }

  /// Adds the rows of a table.
  /// - Throws: `PaperTablesError` for a missing or unknown column, or a mistake in a row.
  mutating func add(_ table: MarkdownReader.Table) throws(PaperTablesError) {
    let header = table.header
    for column in Self.columns where !header.cells.contains(column) {
      throw error(header.line, .missingColumn(column, table: "figures"))
    }
    for column in header.cells
    where !Self.columns.contains(column) && benchmark(headed: column) == nil {
      let headings = BenchmarkRegistry.current.published.map(\.heading)
      let nearest = nearestName(to: column, among: headings + Self.columns)
      throw error(header.line, .unknownColumn(column, nearest: nearest))
    }
    for row in table.rows { try add(row, header: header.cells) }
  }

  /// Adds one row.
  /// - Throws: `PaperTablesError` for a malformed figure, a misspelt method, a repeated row, an
  ///   unknown protocol or source, or figures without a source.
  private mutating func add(
    _ row: MarkdownReader.Row, header: [String]
  ) throws(PaperTablesError) {
    var fields: [String: String] = [:]
    var cells: [String: PublishedCell] = [:]
    for (column, text) in zip(header, row.cells) {
      guard let benchmark = benchmark(headed: column)?.name else {
        fields[column] = text
        continue
      }
      do {
        cells[benchmark] = try PublishedCell.parse(text, column: column)
      } catch {
        throw self.error(row.line, error.problem)
      }
    }
    let method = try method(fields["method"] ?? "", line: row.line)
    let title = fields["row"] ?? ""
    if title.isEmpty { throw error(row.line, .emptyCell(column: "row")) }
    if let nearest = spelling.likely(method, title: title) {
      throw error(row.line, .misspeltMethod(method, nearest: nearest))
    }
    if let first = rows.first(where: { $0.method == method && $0.title == title }) {
      throw error(row.line, .duplicate("the row '\(title)' of \(method)", firstLine: first.line))
    }
    let name = fields["protocol"] ?? ""
    guard let protocols = protocols[name] else {
      let nearest = nearestName(to: name, among: protocols.keys.sorted())
      throw error(row.line, .unknownProtocol(name, nearest: nearest))
    }
    let keys = try sourceKeys(fields["source"] ?? "", line: row.line)
    if keys.isEmpty && !cells.isEmpty { throw error(row.line, .figuresWithoutSource) }
    rows.append(
      PublishedRow(
        method: method, title: title, sources: keys, protocolName: name, cells: cells,
        protocols: protocols, note: PublishedNote(fields["note"] ?? ""), line: row.line))
  }

  /// The benchmark whose heading a column has; nil for another column.
  private func benchmark(headed column: String) -> BenchmarkDefinition? {
    BenchmarkRegistry.current.published.first { $0.heading == column }
  }

  /// Checks the form of a method's id: lower-case ASCII letters, digits and hyphens, a letter
  /// first.
  private func method(_ text: String, line: Int) throws(PaperTablesError) -> String {
    let isID = text.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
    guard isID, text.first?.isLetter == true else { throw error(line, .malformedMethod(text)) }
    return text
  }

  /// The keys of a comma-separated cell; none for "-".
  private func sourceKeys(_ text: String, line: Int) throws(PaperTablesError) -> [String] {
    if text == "-" { return [] }
    if text.isEmpty { throw error(line, .emptyCell(column: "source")) }
    let keys = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    for key in keys where sources[key] == nil {
      throw error(
        line, .unknownSource(key, nearest: nearestName(to: key, among: sources.keys.sorted())))
    }
    return keys
  }

  /// An error in a line of this file.
  private func error(_ line: Int, _ problem: PaperTablesError.Problem) -> PaperTablesError {
    PaperTablesError(file: file, line: line, problem: problem)
  }
}
