import Metrics

/// The protocols of a file of published figures: by name, then by benchmark.
struct ProtocolTable {
  private(set) var protocols: [String: [String: PublishedProtocol]] = [:]
  private var lines: [String: Int] = [:]
  private let file: String

  private static let columns = [
    "protocol", "statistic", "learns from", "scored", "image size", "NMI", "checkpoint",
    "backbone",
  ]

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
    ) throws(PaperTablesError) -> [Value?] {
      let text = fields[column] ?? ""
      let parts = text.split(separator: " / ", omittingEmptySubsequences: false).map(String.init)
      let count = BenchmarkTitles.names.count
      let values = parts.map { $0 == "?" ? .some(nil) : read($0).map(Optional.some) }
      guard parts.count == 1 || parts.count == count, !values.contains(where: { $0 == nil }) else {
        throw PaperTablesError(
          file: file, line: line,
          problem: .malformedProtocolValue(text, column: column, allowed: allowed))
      }
      let known = values.map { $0 ?? nil }
      return known.count == 1 ? Array(repeating: known[0], count: count) : known
    }

    let statistics = try values("statistic", "mean, best or single") {
      PublishedProtocol.Statistic(rawValue: $0)
    }
    let splits = "train, test, unlabelled and ImageNet joined with '+'"
    let train = try values("learns from", splits) { ImageSplits($0) }
    let score = try values("scored", splits) { ImageSplits($0) }
    let sizes = try values("image size", "a number of pixels") { text in
      Int(text).flatMap { (1...10_000).contains($0) ? $0 : nil }
    }
    let normalisers = try values("NMI", "arithmetic or geometric") { NMINormaliser(rawValue: $0) }
    let checkpoints = try values("checkpoint", "last, lowest-loss or best-by-labels") {
      PublishedProtocol.Checkpoint(rawValue: $0)
    }
    let backbones = try values("backbone", "a network such as ResNet-34") { $0.isEmpty ? nil : $0 }
    var byBenchmark: [String: PublishedProtocol] = [:]
    for (index, benchmark) in BenchmarkTitles.names.enumerated() {
      byBenchmark[benchmark] = PublishedProtocol(
        statistic: statistics[index], train: train[index]?.canonical(on: benchmark),
        score: score[index]?.canonical(on: benchmark), imageSize: sizes[index],
        nmi: normalisers[index], checkpoint: checkpoints[index], backbone: backbones[index])
    }
    protocols[name] = byBenchmark
  }
}
