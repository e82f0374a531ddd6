import Core
import Foundation

extension History {
  /// Writes `history.csv` atomically.
  /// - Throws: `FileError`.
  package func write(to path: String) throws {
    try AtomicFile.write(Data(csv.utf8), to: path)
  }

  /// Reads `history.csv` in full.
  /// - Throws: `RecordError`, with the file, the line and the column.
  package static func read(from path: String) throws -> History {
    let data = try RecordFile.contents(of: path, limit: Self.largestFile)
    // Bytes are compared, not characters, which would take most of the time of a report.
    let lines = String(decoding: data, as: UTF8.self).utf8
      .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { line in
        line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
          .map { Substring($0) }
      }
    guard let columns = HistoryColumns(header: lines[0].map(String.init)) else {
      throw RecordError.malformed(
        file: path, key: "line 1", problem: "does not have the columns of a history")
    }
    guard lines.last == [""] else {
      throw RecordError.malformed(
        file: path, key: "line \(lines.count)", problem: "is incomplete: the file is cut short")
    }
    var history = History()
    for (index, fields) in lines.enumerated().dropFirst().dropLast() {
      let row = try columns.row(fields, line: "line \(index + 1)", of: path)
      do {
        try history.append(row)
      } catch {
        throw RecordError.malformed(
          file: path, key: "line \(index + 1)", problem: error.description)
      }
    }
    return history
  }
}

extension RunFolder {
  /// Reads the history of a finished run.
  /// - Returns: nil where there is none, as of methods without a training.
  /// - Throws: `RecordError.unusable` where the file is damaged.
  package func readHistory() throws -> History? {
    guard RecordFile.exists(history) else { return nil }
    return try reading { try History.read(from: history) }
  }
}

extension History {
  /// Bytes; more than the epochs of any run take.
  private static let largestFile = 1 << 30

  /// Checks the form of a history without parsing its numbers: the header, one line for each of the epochs
  /// that follow one another from the first line's, as many fields as columns, and only characters of which
  /// numbers consist. It is fast enough for every `scl status`.
  /// - Throws: `RecordError`, with the file and the line.
  static func checkForm(_ path: String) throws(RecordError) {
    let data = try RecordFile.contents(of: path, limit: largestFile)
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let header = String(decoding: lines[0], as: UTF8.self)
      .split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard let columns = HistoryColumns(header: header) else {
      throw .malformed(file: path, key: "line 1", problem: "does not have the columns of a history")
    }
    guard lines.last?.isEmpty == true else {
      throw .malformed(
        file: path, key: "line \(lines.count)", problem: "is incomplete: the file is cut short")
    }
    let commas = columns.names.count
    var expected: Int?
    for (index, line) in lines.enumerated().dropFirst().dropLast() {
      var found = 0
      let isPlain = line.allSatisfy { byte in
        if byte == UInt8(ascii: ",") { found += 1 }
        return (0x2B...0x39).contains(byte) && byte != 0x2F || byte == UInt8(ascii: "e")
      }
      let text = line.prefix { $0 != UInt8(ascii: ",") }
      // A run that goes on where its stage ended has no epochs before that.
      let first = Int(String(decoding: text.prefix(9), as: UTF8.self)).flatMap { $0 > 0 ? $0 : nil }
      let epoch = expected ?? first ?? 1
      guard isPlain, found == commas, text.elementsEqual("\(epoch)".utf8) else {
        throw .malformed(
          file: path, key: "line \(index + 1)", problem: "is not a valid line for epoch \(epoch)")
      }
      expected = epoch + 1
    }
  }
}
