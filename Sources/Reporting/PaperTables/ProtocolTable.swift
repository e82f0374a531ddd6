import Core
import Domain
import Foundation
import Metrics
import Records

/// Parses the tables of protocols of `paper-tables.md`: how published figures were obtained, by the
/// protocol's name and then by benchmark.
///
/// Required columns: protocol, statistic, learns from, scored, image size, NMI, checkpoint,
/// backbone. Optional: trials, candidates, recipe. A missing optional column is unknown throughout,
/// as if every cell were "?". Some columns of a row:
///
///     | protocol | statistic | trials | scored     | image size                          | NMI       |
///     | -------- | --------- | ------ | ---------- | ----------------------------------- | --------- |
///     | iic-best | best      | ?      | train+test | ?; cifar10, cifar100: 32; stl10: 64 | geometric |
struct ProtocolTable {
  /// By name, then by benchmark. Every registered benchmark but the rehearsals has an entry.
  private(set) var protocols: [String: [String: PublishedProtocol]] = [:]
  /// The line of each protocol, for errors about duplicates.
  private var lines: [String: Int] = [:]
  private let file: String

  /// Columns that every table of protocols has.
  private static let columns = [
    "protocol", "statistic", "learns from", "scored", "image size", "NMI", "checkpoint",
    "backbone",
  ]

  /// Columns in which "-" means that the question does not arise. In others it is not allowed.
  private static let inapplicable = ["trials", "candidates"]

  init(file: String) {
    self.file = file
  }

  /// Adds the protocols of a table.
  /// - Throws: `PaperTablesError` for a missing column, a repeated name or a malformed value.
  mutating func add(_ table: MarkdownReader.Table) throws(PaperTablesError) {
    var positions: [String: Int] = [:]
    for (index, column) in table.header.cells.enumerated() { positions[column] = index }
    for column in Self.columns where positions[column] == nil {
      throw PaperTablesError(
        file: file, line: table.header.line, problem: .missingColumn(column, table: "protocols"))
    }
    for row in table.rows {
      let fields = positions.mapValues { row.cells[$0] }
      try add(fields, line: row.line)
    }
  }

  /// Adds one protocol.
  /// - Parameter fields: its cells by heading.
  private mutating func add(
    _ fields: [String: String], line: Int
  ) throws(PaperTablesError) {
    let name = fields["protocol"] ?? ""
    if let first = lines[name] {
      throw PaperTablesError(
        file: file, line: line, problem: .duplicate("the protocol '\(name)'", firstLine: first))
    }
    lines[name] = line

    func values<Value>(
      _ column: String, _ allowed: String, _ read: (String) -> Value?
    ) throws(PaperTablesError) -> ProtocolValues<Value> {
      // An optional column that is missing is unknown throughout.
      let text = fields[column] ?? "?"
      let isInapplicable = Self.inapplicable.contains(column)
      let values = ProtocolValues(text) { text in
        text == "?" || text == "-" && isInapplicable ? .some(nil) : read(text).map(Optional.some)
      }
      guard let values else {
        throw PaperTablesError(
          file: file, line: line,
          problem: .malformedProtocolValue(text, column: column, allowed: allowed))
      }
      return values
    }

    let statistics = try values("statistic", "mean, best, single or mean-of-heads") {
      PublishedProtocol.Statistic(rawValue: $0)
    }
    let trials = try values("trials", "a number of trials") { Self.number($0, in: 1...10_000) }
    let splits = "train, test, unlabelled and ImageNet joined with '+'"
    let train = try values("learns from", splits) { SplitSet(published: $0) }
    let score = try values("scored", splits) { SplitSet(published: $0) }
    let sizes = try values("image size", "a number of pixels") { Self.number($0, in: 1...10_000) }
    let normalisers = try values("NMI", "arithmetic or geometric") { NMINormaliser(rawValue: $0) }
    let checkpoints = try values("checkpoint", "last, lowest-loss or best-by-labels") {
      CheckpointRule(rawValue: $0)
    }
    let candidates = try values("candidates", "the epochs between two of them, 1 for every epoch") {
      Self.number($0, in: 1...100_000)
    }
    let recipes = try values("recipe", "settings as in depth=34, epochs=1000, '-' for none") {
      Self.recipe($0)
    }
    let backbones = try values("backbone", "a network such as ResNet-34") { $0.isEmpty ? nil : $0 }
    var byBenchmark: [String: PublishedProtocol] = [:]
    for benchmark in BenchmarkRegistry.current.published {
      let name = benchmark.name
      byBenchmark[name] = PublishedProtocol(
        statistic: statistics[name], trials: trials[name],
        train: train[name]?.canonical(on: benchmark),
        score: score[name]?.canonical(on: benchmark), imageSize: sizes[name],
        nmi: normalisers[name], checkpoint: checkpoints[name], candidates: candidates[name],
        backbone: backbones[name], recipe: recipes[name])
    }
    protocols[name] = byBenchmark
  }

  /// A whole number in a range; nil for anything else.
  private static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
    Int(text).flatMap { range.contains($0) ? $0 : nil }
  }

  /// Reads "depth=34, epochs=1000" as settings, and "-" as none; nil if it is neither.
  private static func recipe(_ text: String) -> [String: SettingValue]? {
    if text == "-" { return [:] }
    var recipe: [String: SettingValue] = [:]
    for part in text.split(separator: ", ", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty, recipe[sides[0]] == nil else {
        return nil
      }
      recipe[sides[0]] = SettingValue(scalar: sides[1])
    }
    return recipe
  }
}

/// A cell of the table of protocols: a value for all benchmarks, then other values for some of
/// them.
///
///     train+test; stl10: train+test+unlabelled
///     ?; cifar10, cifar100: 32; stl10: 96
private struct ProtocolValues<Value> {
  /// The value for benchmarks that are not named; nil if unknown.
  private var common: Value?
  /// The values of named benchmarks; nil for a named benchmark whose value is unknown.
  private var single: [String: Value?] = [:]

  /// - Parameters:
  ///   - text: the cell.
  ///   - read: parses a value. It returns nil for text that is not a value, and a value of nil for
  ///     "unknown".
  /// - Returns: nil if the text does not have this form or names an unregistered benchmark.
  init?(_ text: String, _ read: (String) -> Value??) {
    for (index, part) in text.components(separatedBy: "; ").enumerated() {
      guard let colon = part.firstRange(of: ": ") else {
        guard index == 0, let value = read(part) else { return nil }
        common = value
        continue
      }
      guard let value = read(String(part[colon.upperBound...])) else { return nil }
      for name in part[..<colon.lowerBound].split(separator: ", ").map(String.init) {
        guard BenchmarkRegistry.current[name] != nil, single.updateValue(value, forKey: name) == nil
        else { return nil }
      }
    }
  }

  /// The value for a benchmark; nil if unknown.
  subscript(benchmark: String) -> Value? { single[benchmark] ?? common }
}
