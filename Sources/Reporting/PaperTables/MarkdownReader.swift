/// Reads the pipe tables of a Markdown text, with line numbers for errors. All other text is
/// ignored.
struct MarkdownReader {
  /// A line of a table.
  struct Row {
    /// The line's number in the file, counted from 1.
    var line: Int
    /// The texts between the bars, trimmed and unescaped.
    var cells: [String]
  }

  /// A table: heading and rows, without the delimiter row.
  struct Table {
    var header: Row
    var rows: [Row]
  }

  /// The file's name, for errors.
  let file: String

  /// All tables, in the order of the text. A table is a block of lines that begin with a bar.
  /// - Throws: `PaperTablesError` for a table without delimiter row, with two equal headings, or
  ///   with a row of another number of cells.
  func tables(in text: String) throws(PaperTablesError) -> [Table] {
    var tables: [Table] = []
    var block: [Row] = []
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      if line.hasPrefix("|") {
        block.append(Row(line: index + 1, cells: cells(of: line)))
      } else if !block.isEmpty {
        tables.append(try table(of: block))
        block = []
      }
    }
    if !block.isEmpty { tables.append(try table(of: block)) }
    return tables
  }

  /// Checks a block of lines and makes a table of it.
  private func table(of block: [Row]) throws(PaperTablesError) -> Table {
    let header = block[0]
    func error(_ line: Int, _ problem: PaperTablesError.Problem) -> PaperTablesError {
      PaperTablesError(file: file, line: line, problem: problem)
    }
    guard block.count > 1, !header.cells.isEmpty, block[1].cells.allSatisfy(isDelimiter) else {
      throw error(header.line + 1, .missingDelimiter)
    }
    for (index, column) in header.cells.enumerated()
    where header.cells[..<index].contains(column) {
      throw error(header.line, .repeatedColumn(column))
    }
    for row in block.dropFirst() where row.cells.count != header.cells.count {
      throw error(
        row.line, .wrongCellCount(expected: header.cells.count, found: row.cells.count))
    }
    return Table(header: header, rows: Array(block.dropFirst(2)))
  }

  /// Whether a cell is of the row below the headings: "---", ":--", "--:".
  private func isDelimiter(_ cell: String) -> Bool {
    cell.contains("-") && cell.allSatisfy { $0 == "-" || $0 == ":" }
  }

  /// The cells of a line. `\|` is a bar within a cell.
  private func cells(of line: Substring) -> [String] {
    var cells: [String] = []
    var cell = ""
    var isEscaped = false
    for character in line.dropFirst() {
      switch (character, isEscaped) {
      case ("|", false):
        cells.append(cell)
        cell = ""
      case ("\\", false):
        isEscaped = true
        continue
      case (let other, true) where other != "|":
        cell += "\\\(other)"
      default:
        cell.append(character)
      }
      isEscaped = false
    }
    if !cell.allSatisfy(\.isWhitespace) { cells.append(cell) }
    return cells.map { cell in
      let start = cell.drop(while: \.isWhitespace)
      return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
  }
}
