import Core
import Methods
import Metrics
import Records
import Reporting

/// The description of a method for `scl methods`, as text or JSON: its source, its settings, its
/// defaults by benchmark, and its published scores.
///
///     k-means: k-means on raw pixels
///     Lloyd, Least Squares Quantization in PCM, 1982; ...
///
///     setting   default  values     meaning
///     restarts  10       1 to 1000  k-means++ starts, the best of which is kept
struct MethodReport {
  private let method: any ClusteringMethod.Type
  private let published: PaperTables?

  /// - Parameters:
  ///   - method: any registered method.
  ///   - published: the published figures; nil without such a file.
  init(_ method: any ClusteringMethod.Type, published: PaperTables?) {
    self.method = method
    self.published = published
  }

  // MARK: All methods

  /// Prints a line per method: name, family, summary.
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

  /// Prints the report.
  /// - Throws: an encoding error.
  func show(json: Bool) throws {
    if json { try showJSON() } else { showText() }
  }

  /// Prints paragraphs and tables.
  private func showText() {
    let description = method.description
    printWrapped("\(description.title): \(description.summary)")
    printWrapped(description.reference)
    if let code = description.code { Console.print("Code: \(code)") }
    printWrapped(
      description.benchmarks.isEmpty
        ? "No clustering results of its authors on these benchmarks were found."
        : "Its authors report results on \(description.benchmarks.joined(separator: ", ")).")
    showSettings()
    showBenchmarkDefaults()
    showPublished()
  }

  /// Prints a paragraph, wrapped between words on a terminal.
  private func printWrapped(_ text: String) {
    guard let width = Console.outputWidth else { return Console.print(text) }
    for line in text.wrapped(to: width) { Console.print(line) }
  }

  /// Prints a table of the settings with defaults, possible values and meanings. A line names the
  /// source of the settings that follow, if they come from a shared group such as the optimiser.
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

  /// Prints the defaults that a method overrides for single benchmarks; nothing if there are none.
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

  /// Prints the published rows of the method with their protocols, sources and figures, to which
  /// `scl diff` compares.
  private func showPublished() {
    guard let published else {
      Console.print("\nPublished scores: paper-tables.md was not found (see --against).")
      return
    }
    let rows = published.rows(of: method.description.name)
    let scores = MetricRegistry.published.map(\.title).joined(separator: "/")
    Console.print("\nPublished scores, \(scores) in per cent (\(published.file)):")
    if rows.isEmpty { Console.print("no row for \(method.description.name)") }
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

  /// A method as a JSON object.
  private struct Summary: Encodable {
    let name: String
    let title: String
    /// The raw value of `MethodFamily`.
    let family: String
    /// Grows when a change of code changes results.
    let version: Int
    /// Authors, title and year of the publication.
    let reference: String
    let summary: String
    /// The address of the official code; absent without any.
    let code: String?
    /// The names of the benchmarks that its authors report results on.
    let benchmarks: [String]

    init(_ method: MethodDescription) {
      (name, title, version) = (method.name, method.title, method.version)
      (reference, summary, code) = (method.reference, method.summary, method.code)
      (family, benchmarks) = (method.family.rawValue, method.benchmarks)
    }
  }

  /// A setting as a JSON object. The key of the default value is `default`.
  ///
  ///     {"method": "kmeans", "setting": "restarts", "default": 10, "values": "1 to 1000",
  ///      "summary": "k-means++ starts, the best of which is kept", "source": "..."}
  private struct SettingLine: Encodable {
    let method: String
    let setting: String
    let value: SettingValue
    /// The possible values in words.
    let values: String
    let summary: String
    /// The shared group that the setting belongs to; absent for the method's own.
    let source: String?

    private enum CodingKeys: String, CodingKey {
      case method, setting, values, summary, source
      case value = "default"
    }
  }

  /// The defaults that differ for a benchmark as a JSON object.
  private struct BenchmarkLine: Encodable {
    let method: String
    let benchmark: String
    let defaults: [String: SettingValue]
  }

  /// The published figures of a row on a benchmark as a JSON object.
  private struct PublishedLine: Encodable {
    let method: String
    /// The row's title, such as "PICA (mean)".
    let row: String
    let benchmark: String
    /// The name of its protocol in `paper-tables.md`.
    let `protocol`: String
    let sources: [String]
    /// In per cent. Each is a key of its own, by the metric's name.
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

  /// Prints an object for the method, then for each setting, each benchmark with its own defaults,
  /// and each published figure.
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
