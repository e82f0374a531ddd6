import Domain
import Foundation

/// What is wrong with a file of published figures, and in which line.
package struct PaperTablesError: Error, Equatable {
  package enum Problem: Equatable, Sendable {
    case unreadable(reason: String)
    case noFigures
    case unknownTable(firstColumn: String)
    case missingDelimiter
    case missingColumn(String, table: String)
    case repeatedColumn(String)
    case unknownColumn(String, nearest: String?)
    case wrongCellCount(expected: Int, found: Int)
    case emptyCell(column: String)
    case malformedMethod(String)
    case misspeltMethod(String, nearest: String)
    case malformedCell(String, column: String)
    case malformedNumber(String, column: String)
    case outOfRange(String, column: String)
    case fractions(String, column: String)
    case malformedProtocolValue(String, column: String, allowed: String)
    case unknownProtocol(String, nearest: String?)
    case unknownSource(String, nearest: String?)
    case figuresWithoutSource
    case duplicate(String, firstLine: Int)
  }

  package var file: String
  /// The line in the file, counted from 1; nil for what concerns the file as a whole.
  package var line: Int?
  package var problem: Problem
}

extension PaperTablesError: CustomStringConvertible, LocalizedError {
  package var errorDescription: String? { description }

  package var description: String {
    line.map { "\(file):\($0): \(problem)" } ?? "\(file): \(problem)"
  }
}

extension PaperTablesError.Problem: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable(let reason):
      "cannot be read (\(reason)): name a file of published figures such as paper-tables.md"
    case .noFigures:
      "has no figures: a table of figures has the columns method, row, one per benchmark, "
        + "source, protocol and note"
    case .unknownTable(let column):
      "'\(column)' is not the first column of a known table: use 'method' (figures), "
        + "'protocol', 'key' (sources) or 'other method'"
    case .missingDelimiter:
      "the line below the heading of a table must be its delimiter: write |---| for each column"
    case .missingColumn(let column, let table):
      "the table of \(table) has no column '\(column)': add it"
    case .repeatedColumn(let column):
      "the column '\(column)' occurs twice: remove one"
    case .unknownColumn(let column, let nearest):
      "'\(column)' is not a benchmark or another known column"
        + suggestion(nearest, otherwise: "the benchmarks are \(Self.benchmarks)")
    case .wrongCellCount(let expected, let found):
      "the row has \(found) cells where the heading has \(expected): write '-' for an empty cell"
    case .emptyCell(let column):
      "the cell '\(column)' is empty: write '-' for a figure that is not known"
    case .malformedMethod(let method):
      "'\(method)' is not a method id: write lower-case letters, digits and hyphens, as in 'imc-swav'"
    case .misspeltMethod(let method, let nearest):
      "'\(method)' is not a method of this program: did you mean '\(nearest)'? List the id of another method in a "
        + "table whose first column is 'other method'"
    case .malformedCell(let cell, let column):
      "'\(cell)' (\(column)) is not NMI/ACC/ARI: write three figures as in 56.1/64.5/46.7, "
        + "'-' for each that is not known"
    case .malformedNumber(let number, let column):
      "'\(number)' (\(column)) is not a number: write per cent as in 56.1 or 56.1+-0.4, "
        + "'-' if it is not known"
    case .outOfRange(let number, let column):
      "'\(number)' (\(column)) lies outside 0 to 100: write per cent"
    case .fractions(let cell, let column):
      "'\(cell)' (\(column)) has fractions of 1: write per cent, as in 56.1/64.5/46.7"
    case .malformedProtocolValue(let value, let column, let allowed):
      "'\(value)' is not a value of '\(column)': write \(allowed), or '?' if it is not known; values "
        + "of single benchmarks follow by name, as in '?; cifar10, stl10: VALUE'"
    case .unknownProtocol(let name, let nearest):
      "the protocol '\(name)' is not in the table of protocols"
        + suggestion(nearest, otherwise: "add it there")
    case .unknownSource(let key, let nearest):
      "the source '\(key)' is not in the table of sources"
        + suggestion(nearest, otherwise: "add it there")
    case .figuresWithoutSource:
      "the row has figures and no source: name a key of the table of sources"
    case .duplicate(let row, let firstLine):
      "\(row) is already in line \(firstLine): remove one or rename it"
    }
  }

  private static var benchmarks: String {
    BenchmarkRegistry.current.published.map(\.heading).joined(separator: ", ")
  }

  private func suggestion(_ nearest: String?, otherwise: String) -> String {
    nearest.map { ": did you mean '\($0)'?" } ?? ": \(otherwise)"
  }
}
