import Core
import Methods
import Metrics
import Records
import Reporting

/// The description of a method, as text or JSON.
struct MethodReport {
  private let method: any ClusteringMethod.Type
  private let published: PaperTables?

  /// - Parameter published: the published scores; nil without such a file.
  init(_ method: any ClusteringMethod.Type, published: PaperTables?) {
    self.method = method
    self.published = published
  }

  // MARK: All methods

  static func showAll(_ methods: [MethodDescription], json: Bool) throws {
    if json {
      for method in methods { try Console.json(Summary(method)) }
      return
    }
    Console.printColumns(
      [["method", "family", "summary"]]
        + methods.map { [$0.name, $0.family.rawValue, $0.summary] })
  }

  // MARK: One method

  func show(json: Bool) throws {
    if json { try showJSON() } else { showText() }
  }

  private func showText() {
    let description = method.description
    printWrapped("\(description.title): \(description.summary)")
    printWrapped(description.reference)
    if let code = description.code { Console.print("Code: \(code)") }
    printWrapped(
      description.benchmarks.isEmpty
        ? "Its authors report no clustering results on these benchmarks."
        : "Its authors report results on \(description.benchmarks.joined(separator: ", ")).")
    showSettings()
    showBenchmarkDefaults()
    showPublished()
  }

  /// Wraps the text between words on terminals.
  private func printWrapped(_ text: String) {
    guard let width = Console.outputWidth else { return Console.print(text) }
    for line in TextColumns.wrapped(text, to: width) { Console.print(line) }
  }

  /// Prints the settings, grouped by source.
  private func showSettings() {
    Console.print("")
    let rows = method.settings.map { setting in
      [setting.name, "\(setting.defaultValue)", setting.kind.values, setting.summary]
    }
    let columns = TextColumns(
      [["setting", "default", "values", "meaning"]] + rows, width: Console.outputWidth)
    var source: String?
    for (index, lines) in columns.rows.enumerated() {
      if index > 0 {
        let setting = method.settings[index - 1]
        if let named = setting.source, named != source { printWrapped("from \(named):") }
        source = setting.source
      }
      for line in lines { Console.print(line) }
    }
  }

  private func showBenchmarkDefaults() {
    let defaults = method.benchmarkDefaults
    guard !defaults.isEmpty else { return }
    Console.print("\nDefaults that differ by benchmark:")
    let rows = defaults.sorted { $0.key < $1.key }.map { benchmark, settings in
      [
        benchmark,
        settings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
          .joined(separator: ", "),
      ]
    }
    Console.printColumns(rows)
  }

  private func showPublished() {
    guard let published else {
      Console.print("\nPublished scores: no paper-tables.md here (see --against).")
      return
    }
    let rows = published.rows(of: method.description.name)
    let scores = MetricRegistry.published.map(\.title).joined(separator: "/")
    Console.print("\nPublished scores, \(scores) in per cent (\(published.file)):")
    if rows.isEmpty { Console.print("none for \(method.description.name)") }
    for row in rows {
      let sources = row.sources.joined(separator: ", ")
      printWrapped(
        "\(row.title), protocol \(row.protocolName)" + (sources.isEmpty ? "" : ", from \(sources)")
          + (row.note.map { "; \($0.text)" } ?? ""))
      let cells = row.benchmarks.compactMap { benchmark in
        row.cells[benchmark].map { ["  " + benchmark, $0.text] }
      }
      Console.printColumns(cells)
    }
  }

  // MARK: JSON

  /// A method as JSON.
  private struct Summary: Encodable {
    let name: String
    let title: String
    let family: String
    let version: Int
    let reference: String
    let summary: String
    let code: String?
    let benchmarks: [String]

    init(_ method: MethodDescription) {
      (name, title, version) = (method.name, method.title, method.version)
      (reference, summary, code) = (method.reference, method.summary, method.code)
      (family, benchmarks) = (method.family.rawValue, method.benchmarks)
    }
  }

  /// A setting as JSON.
  private struct SettingLine: Encodable {
    let method: String
    let setting: String
    let value: SettingValue
    let values: String
    let summary: String
    let source: String?

    private enum CodingKeys: String, CodingKey {
      case method, setting, values, summary, source
      case value = "default"
    }
  }

  /// The defaults for a benchmark as JSON.
  private struct BenchmarkLine: Encodable {
    let method: String
    let benchmark: String
    let defaults: [String: SettingValue]
  }

  /// A published score as JSON.
  private struct PublishedLine: Encodable {
    let method: String
    let row: String
    let benchmark: String
    let `protocol`: String
    let sources: [String]
    /// In per cent; keys beside the others.
    let figures: [Metric: Double]

    private enum CodingKeys: String, CodingKey {
      case method, row, benchmark, `protocol`, sources
    }

    func encode(to encoder: any Swift.Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(method, forKey: .method)
      try container.encode(row, forKey: .row)
      try container.encode(benchmark, forKey: .benchmark)
      try container.encode(`protocol`, forKey: .protocol)
      try container.encode(sources, forKey: .sources)
      var scores = encoder.container(keyedBy: NameKey.self)
      for (metric, value) in figures { try scores.encode(value, forKey: NameKey(metric.name)) }
    }
  }

  private func showJSON() throws {
    let name = method.description.name
    try Console.json(Summary(method.description))
    for setting in method.settings {
      try Console.json(
        SettingLine(
          method: name, setting: setting.name, value: setting.defaultValue,
          values: setting.kind.values, summary: setting.summary, source: setting.source))
    }
    for (benchmark, defaults) in method.benchmarkDefaults.sorted(by: { $0.key < $1.key }) {
      try Console.json(BenchmarkLine(method: name, benchmark: benchmark, defaults: defaults))
    }
    for row in published?.rows(of: name) ?? [] {
      for benchmark in row.benchmarks {
        let figures = row.cells[benchmark]?.values ?? [:]
        try Console.json(
          PublishedLine(
            method: name, row: row.title, benchmark: benchmark, protocol: row.protocolName,
            sources: row.sources, figures: figures))
      }
    }
  }
}
