import Core
import Domain
import Foundation

/// The published figures that `paper-tables.md` holds, for people and for this parser alike.
///
/// The file has four kinds of tables, told apart by their first column: `method` (figures), `protocol`
/// (how they were obtained), `key` (their sources) and `other method` (ids of methods that only the file
/// has). All other text is for people.
package struct PaperTables: Equatable, Sendable {
  package var file: String
  /// In the order of the file.
  package var rows: [PublishedRow]
  /// The description of each source by its key.
  package var sources: [String: String]

  /// Reads the file at `path`.
  /// - Parameter methods: the ids of the methods that there are here, to find misspelt ones; none to look
  ///   for none.
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

  /// Reads the tables of `text`; `file` is named in errors.
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

/// Reads tables of figures once the protocols and sources that they name are known.
private struct FiguresParser {
  let file: String
  let protocols: [String: [String: PublishedProtocol]]
  let sources: [String: String]
  let spelling: MethodSpelling
  private(set) var rows: [PublishedRow] = []

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

  private func benchmark(headed column: String) -> BenchmarkDefinition? {
    BenchmarkRegistry.current.published.first { $0.heading == column }
  }

  private func method(_ text: String, line: Int) throws(PaperTablesError) -> String {
    let isID = text.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
    guard isID, text.first?.isLetter == true else { throw error(line, .malformedMethod(text)) }
    return text
  }

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

  private func error(_ line: Int, _ problem: PaperTablesError.Problem) -> PaperTablesError {
    PaperTablesError(file: file, line: line, problem: problem)
  }
}
