import Core
import Foundation
import Metrics

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

/// The columns of a history after the epoch, in their order. Reader, writer and digest share it.
struct HistoryColumns {
  static let imagesPerSecond = "images_per_second"
  private static let measured = ["learning_rate", imagesPerSecond]
  /// The scores that every history has; more may follow.
  private static let required = MetricRegistry.published.map(\.name)

  let lossNames: [String]
  private let scoreNames: [String]
  /// The names of all columns but the epoch's, in the order of the file.
  let names: [String]

  /// A score beside the required ones has a column if some row has it, also if its metric is not
  /// registered.
  init(lossNames: [String], rows: [HistoryRow]) {
    self.lossNames = lossNames
    let registered = MetricRegistry.current.columns.map(\.name)
    let found = Set(rows.flatMap { $0.scores?.byName.keys.map(\.self) ?? [] })
    scoreNames =
      registered.filter { Self.required.contains($0) || found.contains($0) }
      + found.subtracting(registered).sorted()
    names = ["loss"] + lossNames + Self.measured + scoreNames
  }

  /// Recognises the columns in a file's first line. Partial losses are the columns between `loss`
  /// and `learning_rate`.
  /// - Returns: nil if the line is not the header of a history.
  init?(header: [String]) {
    guard header.starts(with: ["epoch", "loss"]),
      let end = header.dropFirst(2).firstIndex(of: Self.measured[0]),
      header[end...].starts(with: Self.measured + Self.required)
    else { return nil }
    lossNames = Array(header[2..<end])
    scoreNames = Array(header[(end + Self.measured.count)...])
    names = ["loss"] + lossNames + Self.measured + scoreNames
  }

  func values(_ row: HistoryRow) -> [Double?] {
    [row.loss] + row.partialLosses.map(\.value) + [row.learningRate, row.imagesPerSecond]
      + scoreNames.map { row.scores?.byName[$0] }
  }

  /// The row's fields after the epoch; an absent value is an empty field.
  func fields(_ row: HistoryRow) -> [String] {
    values(row).map { value in value.map { "\($0)" } ?? "" }
  }

  func named(_ row: HistoryRow) -> [(String, Double?)] {
    Array(zip(names, values(row)))
  }

  /// - Throws: `RecordError.invalidLossName` for a name that is empty, occurs twice, is another
  ///   column's, or has characters that CSV would have to quote.
  func check(_ lossNames: [String]) throws(RecordError) {
    for (index, name) in lossNames.enumerated() {
      let plain = name.utf8.allSatisfy {
        $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
      }
      let taken = ["epoch", "loss"] + Self.measured + scoreNames + lossNames[..<index]
      guard plain, !name.isEmpty, !taken.contains(name) else { throw .invalidLossName(name) }
    }
  }

  /// Parses a line into an epoch.
  /// - Parameters:
  ///   - fields: of the line, the epoch first.
  ///   - line: "line 3", for errors.
  ///   - file: for errors.
  /// - Throws: `RecordError.malformed` for a wrong number of fields, a field that is not a number,
  ///   an empty field that must have a value, or an epoch with only some of the required scores.
  fileprivate func row(_ fields: [Substring], line: String, of file: String) throws -> HistoryRow {
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
    let scores = values.filter { scoreNames.contains($0.key) }
    if !scores.isEmpty {
      for name in Self.required { _ = try value(name) }
    }
    return HistoryRow(
      epoch: epoch, loss: try value("loss"),
      partialLosses: try lossNames.map { PartialLoss($0, try value($0)) },
      learningRate: try value(Self.measured[0]), imagesPerSecond: values[Self.imagesPerSecond],
      scores: scores.isEmpty ? nil : Scores(byName: scores))
  }
}
