import Core
import Metrics

/// The columns of a history after the epoch, in their order. Reader, writer and digest share it.
struct HistoryColumns {
  static let imagesPerSecond = "images_per_second"
  private static let measured = ["learning_rate", imagesPerSecond]
  /// The scores that every history has; more may follow.
  private static let required = MetricRegistry.published.map(\.name)

  let lossNames: [String]
  private let measureNames: [String]
  private let scoreNames: [String]
  private let readOutNames: [String]
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
    measureNames = rows.flatMap(\.measures).map(\.name).uniqued
    readOutNames = rows.flatMap(\.readOuts).map(\.name).uniqued
    names = Self.names(lossNames, measureNames, scoreNames, readOutNames)
  }

  /// All columns but the epoch's, in the order of the file.
  private static func names(
    _ losses: [String], _ measures: [String], _ scores: [String], _ readOuts: [String]
  ) -> [String] {
    ["loss"] + losses + measured + measures + scores + readOuts.flatMap(columns)
  }

  /// The columns of a read-out: "boundary_nmi", "boundary_acc", "boundary_ari".
  private static func columns(_ readOut: String) -> [String] {
    required.map { "\(readOut)_\($0)" }
  }

  /// Recognises the columns in a file's first line. Partial losses are the columns between `loss`
  /// and `learning_rate`, measures those between `images_per_second` and the scores.
  /// - Returns: nil if the line is not the header of a history.
  init?(header: [String]) {
    guard header.starts(with: ["epoch", "loss"]),
      let end = header.dropFirst(2).firstIndex(of: Self.measured[0]),
      header[end...].starts(with: Self.measured),
      let scores = header[end...].firstIndex(of: Self.required[0]),
      header[scores...].starts(with: Self.required)
    else { return nil }
    lossNames = Array(header[2..<end])
    measureNames = Array(header[(end + Self.measured.count)..<scores])
    // Read-outs come last, and each has all of its columns.
    var rest = header[scores...]
    var readOuts: [String] = []
    while let name = Self.readOut(endingIn: rest) {
      readOuts.insert(name, at: 0)
      rest = rest.dropLast(Self.required.count)
    }
    scoreNames = Array(rest)
    readOutNames = readOuts
    names = Self.names(lossNames, measureNames, scoreNames, readOutNames)
  }

  /// The read-out whose columns are the last of these; nil for none.
  private static func readOut(endingIn header: ArraySlice<String>) -> String? {
    guard let last = header.last, let metric = required.last, last.hasSuffix("_\(metric)") else {
      return nil
    }
    let name = String(last.dropLast(metric.count + 1))
    return header.suffix(required.count).elementsEqual(columns(name)) ? name : nil
  }

  func values(_ row: HistoryRow) -> [Double?] {
    [row.loss] + row.partialLosses.map(\.value) + [row.learningRate, row.imagesPerSecond]
      + measureNames.map { name in row.measures.first { $0.name == name }?.value }
      + scoreNames.map { row.scores?.byName[$0] }
      + readOutNames.flatMap { name in
        let scores = row.readOuts.first { $0.name == name }?.scores
        return Self.required.map { scores?.byName[$0] }
      }
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
      let taken = ["epoch", "loss"] + Self.measured + scoreNames + lossNames[..<index]
      guard Self.isPlain(name), !taken.contains(name) else { throw .invalidLossName(name) }
    }
  }

  /// - Parameters:
  ///   - readOuts: the names of an epoch's read-outs.
  ///   - measures: those of its measures.
  ///   - lossNames: those of its partial losses, whose columns are taken.
  /// - Throws: `RecordError.invalidReadOutName` for a name that is empty, occurs twice, is another column's or has the
  ///   form of a read-out's column, or has characters that CSV would have to quote.
  static func check(
    readOuts: [String], measures: [String], lossNames: [String] = []
  ) throws(RecordError) {
    if readOuts.isEmpty && measures.isEmpty { return }
    var taken = Set(["epoch", "loss"] + measured + MetricRegistry.current.columns.map(\.name))
    taken.formUnion(lossNames)
    for name in readOuts {
      guard isPlain(name), taken.isDisjoint(with: columns(name)) else {
        throw .invalidReadOutName(name)
      }
      taken.formUnion(columns(name))
    }
    for name in measures {
      // A read-out that comes later could have this column.
      let isScore = required.contains { name.hasSuffix("_\($0)") }
      guard isPlain(name), !isScore, taken.insert(name).inserted else {
        throw .invalidReadOutName(name)
      }
    }
  }

  /// Whether a name has letters, digits, "_" and "-" only, and at least one of them.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy {
        $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
      }
  }

  /// Parses a line into an epoch.
  /// - Parameters:
  ///   - fields: of the line, the epoch first.
  ///   - line: "line 3", for errors.
  ///   - file: for errors.
  /// - Throws: `RecordError.malformed` for a wrong number of fields, a field that is not a number,
  ///   an empty field that must have a value, or an epoch with only some of the required
  ///   scores, of the result or of a read-out.
  func row(_ fields: [Substring], line: String, of file: String) throws -> HistoryRow {
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
    let readOuts = try readOutNames.compactMap { name -> ReadOutScores? in
      let columns = Self.columns(name)
      guard columns.contains(where: { values[$0] != nil }) else { return nil }
      let found = try zip(Self.required, columns).map { ($0, try value($1)) }
      return ReadOutScores(name, Scores(byName: Dictionary(uniqueKeysWithValues: found)))
    }
    return HistoryRow(
      epoch: epoch, loss: try value("loss"),
      partialLosses: try lossNames.map { PartialLoss($0, try value($0)) },
      learningRate: try value(Self.measured[0]), imagesPerSecond: values[Self.imagesPerSecond],
      scores: scores.isEmpty ? nil : Scores(byName: scores), readOuts: readOuts,
      measures: measureNames.compactMap { name in
        values[name].map { RecordedMeasure(name, $0) }
      })
  }
}
