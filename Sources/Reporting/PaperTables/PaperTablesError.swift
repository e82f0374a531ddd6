import Domain
import Foundation

/// A mistake in a file of published figures. The description is "FILE:LINE: what is wrong and what
/// to write".
package struct PaperTablesError: Error, Equatable {
  /// The mistakes that the parser finds.
  package enum Problem: Equatable, Sendable {
    /// The file does not exist or is not UTF-8.
    case unreadable(reason: String)
    /// There is no row of figures, so it is probably another file.
    case noFigures
    /// A table whose first column is none of the known ones.
    case unknownTable(firstColumn: String)
    /// A table without the line `|---|` below its heading.
    case missingDelimiter
    /// A table of a known kind without one of its required columns.
    case missingColumn(String, table: String)
    /// Two columns with one heading.
    case repeatedColumn(String)
    /// A column that is neither a benchmark nor required, with the nearest known name.
    case unknownColumn(String, nearest: String?)
    /// A row with another number of cells than the heading.
    case wrongCellCount(expected: Int, found: Int)
    /// An empty cell where a value or "-" is required.
    case emptyCell(column: String)
    /// A method id with other characters than lower-case letters, digits and hyphens.
    case malformedMethod(String)
    /// An id that is probably a misspelt method (`MethodSpelling`).
    case misspeltMethod(String, nearest: String)
    /// A cell that does not have one figure per published score.
    case malformedCell(String, column: String)
    /// A figure that is not a number.
    case malformedNumber(String, column: String)
    /// A figure outside 0...100.
    case outOfRange(String, column: String)
    /// A cell whose figures are all below 1; scores are in per cent.
    case fractions(String, column: String)
    /// A value that a column of the table of protocols does not take.
    case malformedProtocolValue(String, column: String, allowed: String)
    /// A protocol that no table of protocols has, with the nearest name.
    case unknownProtocol(String, nearest: String?)
    /// A source that no table of sources has, with the nearest key.
    case unknownSource(String, nearest: String?)
    /// A row with figures and "-" as its source.
    case figuresWithoutSource
    /// A row, protocol or source that occurs twice.
    case duplicate(String, firstLine: Int)
  }

  /// The file's path.
  package var file: String
  /// The line, counted from 1; nil if the mistake concerns the whole file.
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
      "has no table of figures: add one with the columns method, row, one per benchmark, "
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
      "'\(number)' (\(column)) is outside 0 to 100: write per cent"
    case .fractions(let cell, let column):
      "'\(cell)' (\(column)) is in fractions of 1: write per cent, as in 56.1/64.5/46.7"
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

  /// The end of a message: the nearest name, or what else to do.
  private func suggestion(_ nearest: String?, otherwise: String) -> String {
    nearest.map { ": did you mean '\($0)'?" } ?? ": \(otherwise)"
  }
}
