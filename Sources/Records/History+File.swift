import Core
import Foundation

extension History {
  /// Writes `history.csv`, whole or not at all.
  /// - Throws: `FileError`.
  public func write(to path: String) throws {
    try AtomicFile.write(Data(csv.utf8), to: path)
  }

  /// Reads `history.csv`.
  /// - Throws: `RecordError` that names the file, the line and the column.
  public static func read(from path: String) throws -> History {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RecordError.unreadable(file: path, reason: "it is missing or not a readable file")
    }
    let lines = String(decoding: data, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    guard let columns = HistoryColumns(header: lines[0]) else {
      throw RecordError.malformed(
        file: path, key: "line 1", problem: "does not name the columns of a history")
    }
    guard lines.last == [""] else {
      throw RecordError.malformed(
        file: path, key: "line \(lines.count)", problem: "breaks off: the file is cut short")
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

extension HistoryColumns {
  /// The epoch in a line of a file.
  fileprivate func row(_ fields: [String], line: String, of file: String) throws -> HistoryRow {
    func problem(_ column: String, _ text: String) -> RecordError {
      .malformed(file: file, key: "\(line), \(column)", problem: text)
    }
    guard fields.count == names.count + 1 else {
      throw RecordError.malformed(
        file: file, key: line,
        problem: "has \(fields.count) fields, but there are \(names.count + 1) columns")
    }
    guard let epoch = Int(fields[0]) else {
      throw problem("epoch", "'\(fields[0])' is not a whole number")
    }
    var values: [String: Double] = [:]
    for (name, field) in zip(names, fields.dropFirst()) where !field.isEmpty {
      guard let value = Double(field) else { throw problem(name, "'\(field)' is not a number") }
      values[name] = value
    }
    func value(_ column: String) throws -> Double {
      guard let value = values[column] else { throw problem(column, "is empty") }
      return value
    }
    let evaluated = ["nmi", "acc", "ari"].contains { values[$0] != nil }
    return HistoryRow(
      epoch: epoch, loss: try value("loss"),
      partialLosses: try lossNames.map { PartialLoss($0, try value($0)) },
      learningRate: try value("learning_rate"), imagesPerSecond: values[Self.imagesPerSecond],
      scores: evaluated
        ? EpochScores(nmi: try value("nmi"), acc: try value("acc"), ari: try value("ari")) : nil)
  }
}
