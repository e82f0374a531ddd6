import Core
import Domain
import Foundation
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

    func values<Value>(
      _ column: String, _ allowed: String, _ read: (String) -> Value?
    ) throws(PaperTablesError) -> ProtocolValues<Value> {
      // A column that an older file does not have is unknown throughout.
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

/// A cell of the table of protocols: a value for all benchmarks, and others for some of them.
///
///     train+test; stl10: train+test+unlabelled
///     ?; cifar10, cifar100: 32; stl10: 96
private struct ProtocolValues<Value> {
  private var common: Value?
  private var single: [String: Value?] = [:]

  /// - Parameter read: gives nil for text that is not a value, and a value of nil for what is not known.
  /// - Returns: nil for text that is not of this form or names a benchmark that is not registered.
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

  subscript(benchmark: String) -> Value? { single[benchmark] ?? common }
}
