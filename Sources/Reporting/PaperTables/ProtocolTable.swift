import Core
import Metrics
import Records

/// The protocols of a file of published figures: by name, then by benchmark.
struct ProtocolTable {
  private(set) var protocols: [String: [String: PublishedProtocol]] = [:]
  private var lines: [String: Int] = [:]
  private let file: String

  private static let columns = [
    "protocol", "statistic", "learns from", "scored", "image size", "NMI", "checkpoint",
    "backbone",
  ]

  /// The columns in which '-' says that there is nothing to be known.
  private static let inapplicable = ["trials", "candidates"]

  init(file: String) {
    self.file = file
  }

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

  private mutating func add(
    _ fields: [String: String], line: Int
  ) throws(PaperTablesError) {
    let name = fields["protocol"] ?? ""
    if let first = lines[name] {
      throw PaperTablesError(
        file: file, line: line, problem: .duplicate("the protocol '\(name)'", firstLine: first))
    }
    lines[name] = line

    /// Of a column that an older file may not have, all are unknown.
    func values<Value>(
      _ column: String, _ allowed: String, _ read: (String) -> Value?
    ) throws(PaperTablesError) -> [Value?] {
      let text = fields[column] ?? "?"
      let parts = text.split(separator: " / ", omittingEmptySubsequences: false).map(String.init)
      let count = BenchmarkTitles.names.count
      let values = parts.map {
        $0 == "?" || $0 == "-" && Self.inapplicable.contains(column)
          ? .some(nil) : read($0).map(Optional.some)
      }
      guard parts.count == 1 || parts.count == count, !values.contains(where: { $0 == nil }) else {
        throw PaperTablesError(
          file: file, line: line,
          problem: .malformedProtocolValue(text, column: column, allowed: allowed))
      }
      let known = values.map { $0 ?? nil }
      return known.count == 1 ? Array(repeating: known[0], count: count) : known
    }

    let statistics = try values("statistic", "mean, best, single or mean-of-heads") {
      PublishedProtocol.Statistic(rawValue: $0)
    }
    let trials = try values("trials", "a number of trials") { Self.number($0, in: 1...10_000) }
    let splits = "train, test, unlabelled and ImageNet joined with '+'"
    let train = try values("learns from", splits) { ImageSplits($0) }
    let score = try values("scored", splits) { ImageSplits($0) }
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
    for (index, benchmark) in BenchmarkTitles.names.enumerated() {
      byBenchmark[benchmark] = PublishedProtocol(
        statistic: statistics[index], trials: trials[index],
        train: train[index]?.canonical(on: benchmark),
        score: score[index]?.canonical(on: benchmark), imageSize: sizes[index],
        nmi: normalisers[index], checkpoint: checkpoints[index], candidates: candidates[index],
        backbone: backbones[index], recipe: recipes[index])
    }
    protocols[name] = byBenchmark
  }

  private static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
    Int(text).flatMap { range.contains($0) ? $0 : nil }
  }

  /// Reads "depth=34, epochs=1000" or "-"; nil if it is neither.
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
