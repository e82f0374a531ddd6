import Core
import Domain
import Metrics

/// The published rows of a table's methods, with the comparison of each of their figures.
///
///     for row in PublishedRows.rows(of: method, in: table) {
///       print(row.name.text, row.comparison("cifar10", .acc)?.reference?.value ?? "-")
///     }
struct PublishedRows {
  /// The row of the table that the published one belongs to.
  let method: TableMethod
  /// The published row's title and sources.
  let name: ComparisonReference.Name
  /// Those of its figures, on all benchmarks.
  private let comparisons: [Comparison]

  /// The published rows of a method, in the order of the file; none for a table without published figures.
  static func rows(of method: TableMethod, in table: ResultTable) -> [PublishedRows] {
    let comparisons = (table.diff?.comparisons ?? []).filter { $0.method == method }
    return comparisons.compactMap(\.reference?.name).uniqued.map { name in
      PublishedRows(
        method: method, name: name, comparisons: comparisons.filter { $0.reference?.name == name })
    }
  }

  /// The published rows of all methods, in the order of the table's rows.
  static func all(in table: ResultTable) -> [PublishedRows] {
    table.methods.flatMap { rows(of: $0, in: table) }
  }

  /// A figure with its comparison; nil if the row does not have it.
  func comparison(_ benchmark: String, _ metric: Metric) -> Comparison? {
    comparisons.first { $0.benchmark == benchmark && $0.metric == metric }
  }

  /// What the diff says of a figure, with its reasons: "not comparable: data: 9,353 of the 60,000 images of
  /// CIFAR-10"; nil where nothing was measured.
  func verdict(_ benchmark: String, _ metric: Metric) -> String? {
    guard let comparison = comparison(benchmark, metric), comparison.difference != nil else {
      return nil
    }
    let reasons = comparison.verdict.reasons.joined(separator: "; ")
    return comparison.verdictText + (reasons.isEmpty ? "" : ": \(reasons)")
  }

  /// What must be known of a figure before it is used.
  func notes(_ benchmark: String, _ metric: Metric) -> [String] {
    [comparison(benchmark, metric)?.reference?.bestOfTrials].compactMap(\.self)
  }
}

extension ResultTable {
  /// The table of the published rows alone: those of the methods of these results, on their benchmarks.
  ///
  /// No run is needed. A variant stands for its method.
  /// - Parameters:
  ///   - paper: the published figures.
  ///   - all: of one or several experiments; only their methods and benchmarks are looked at.
  ///   - metrics: the scores to show.
  /// - Throws: `ReportError.nothingPublished` if no such figure is published.
  package static func published(
    in paper: PaperTables, for all: [ExperimentResults],
    metrics: [Metric] = MetricRegistry.published
  ) throws(ReportError) -> ResultTable {
    let results = ExperimentResults.planned(all)
    let table = try ResultTable(results, metrics: metrics)
    let alone = table.withPublishedAlone(TableDiff(table, against: paper))
    guard !alone.methods.isEmpty else {
      throw .nothingPublished(experiment: results.experiment, file: paper.file)
    }
    return alone
  }
}

extension ExperimentResults {
  /// The methods and benchmarks of some results, each once and without a result.
  fileprivate static func planned(_ all: [ExperimentResults]) -> ExperimentResults {
    var methods: [TableMethod] = []
    var runs: [RunOutcome] = []
    for results in all {
      for method in results.methods where method.family != .control {
        let name = method.variantOf ?? method.name
        if !methods.contains(where: { $0.name == name }) {
          methods.append(TableMethod(name: name, title: method.title, family: method.family))
        }
        for run in results.runs where run.method == method.name {
          let isNew = !runs.contains { $0.benchmark == run.benchmark && $0.method == name }
          if isNew {
            runs.append(
              RunOutcome(benchmark: run.benchmark, method: name, seed: 0, result: .missing))
          }
        }
      }
    }
    var planned = ExperimentResults(
      experiment: all.map(\.experiment).joined(separator: "+"),
      profile: all.map(\.profile).uniqued.joined(separator: "+"), methods: methods, runs: runs)
    planned.title = all.count == 1 ? all[0].title : nil
    planned.experiments = all.count == 1 ? [] : all.map(\.experiment)
    return planned
  }
}
