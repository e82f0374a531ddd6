import Domain
import Foundation
import Statistics

extension MethodComparison {
  /// The comparison for readers: a table of differences for each benchmark, a table over all
  /// benchmarks, then explanations of the columns and the rank correlations. It ends with a line
  /// break.
  ///
  ///     | Method  |         n | Mean | Difference |     Interval |     t | perm. |  Holm |
  ///     | ------- | --------: | ---: | ---------: | -----------: | ----: | ----: | ----: |
  ///     | SCL     |         3 | 26.3 |  reference |            – |     – |     – |     – |
  ///     | k-means |         3 | 21.2 |       -5.1 | -6.0 to -4.2 | 0.002 | 0.250 | 0.002 |
  ///
  /// - Parameter width: the columns of the terminal; nil for pipes and files.
  package func markdown(width: Int? = nil) -> String {
    var parts = [
      MarkdownText.wrapped(
        "Experiment \(TableText.name(experiment, profile: profile)): \(metric.title) in per cent. Each row minus the row "
          + "\(reference.title), in points, with its 95 % confidence interval.", within: width)
    ]
    var notes: [String] = []
    for benchmark in BenchmarkRegistry.current.sorted(differences.map(\.benchmark)) {
      parts.append("### \(Escaping.markdown(BenchmarkRegistry.current.heading(of: benchmark)))")
      parts.append(
        grid(of: differences.filter { $0.benchmark == benchmark }, notes: &notes)
          .lines(within: width).joined(separator: "\n"))
    }
    if !notes.isEmpty {
      parts.append(
        notes.enumerated().map { MarkdownText.wrapped($1, bullet: "\($0 + 1). ", within: width) }
          .joined(separator: "\n"))
    }
    if !aggregates.isEmpty {
      parts.append("### Over \(aggregated.count) benchmarks")
      parts.append(aggregateGrid.lines(within: width).joined(separator: "\n"))
    }
    parts.append(
      remarks.map { MarkdownText.wrapped($0, bullet: "- ", within: width) }.joined(separator: "\n"))
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// The table of one benchmark. Reasons become numbered notes.
  private func grid(of differences: [Difference], notes: inout [String]) -> MarkdownGrid {
    var grid = MarkdownGrid(
      header: ["Method", "n", "Mean", "Difference", "Interval", "t", "perm.", "Holm"],
      isNumeric: [false] + Array(repeating: true, count: 7))
    for row in differences {
      var title = Escaping.markdown(row.method.title)
      if let reason = row.reason {
        if !notes.contains(reason) { notes.append(reason) }
        title += " (\((notes.firstIndex(of: reason) ?? 0) + 1))"
      }
      grid.rows.append([
        title, "\(row.pairs > 0 ? row.pairs : row.seeds)", row.mean.oneDecimal,
        row.method == reference ? "reference" : row.result?.difference.signed ?? "–",
        row.result?.interval.map { "\($0.low.limit) to \($0.high.limit)" } ?? "–",
        row.result?.tTest?.probability ?? "–",
        row.result?.interval == nil ? "–" : row.result?.permutation.probability ?? "–",
        row.adjusted?.probability ?? "–",
      ])
    }
    return grid
  }

  /// The table over all benchmarks:
  ///
  ///     | Method  |  IQM |     Interval | P(better) |     Interval |
  ///     | ------- | ---: | -----------: | --------: | -----------: |
  ///     | SCL     | 26.3 | 25.9 to 26.8 | reference |            – |
  ///     | k-means | 21.2 | 20.9 to 21.5 |      0.12 | 0.00 to 0.25 |
  private var aggregateGrid: MarkdownGrid {
    var grid = MarkdownGrid(
      header: ["Method", "IQM", "Interval", "P(better)", "Interval"],
      isNumeric: [false] + Array(repeating: true, count: 4))
    for row in aggregates {
      grid.rows.append([
        Escaping.markdown(row.method.title), row.interquartileMean.oneDecimal,
        row.interval?.text ?? "–",
        row.improvement?.share ?? (row.method == reference ? "reference" : "–"),
        row.improvementInterval.map { "\($0.low.share) to \($0.high.share)" } ?? "–",
      ])
    }
    return grid
  }

  /// What the columns mean, how small a permutation test can get, and the rank correlations.
  package var remarks: [String] {
    var remarks: [String] = []
    let results = differences.compactMap(\.result)
    if results.contains(where: \.isPaired) {
      let seeds = differences.filter { $0.method == reference }
      let hasFewer = differences.contains { row in
        row.pairs > 0 && seeds.contains { $0.benchmark == row.benchmark && $0.seeds > row.pairs }
      }
      remarks.append(
        "Seeds that both rows have are paired; n counts the pairs. "
          + (hasFewer
            ? "A difference is that of the pairs, not that of the means of all seeds. " : "")
          + "t: Student's t-test.")
    }
    if results.contains(where: { !$0.isPaired }) {
      remarks.append(
        "Without two common seeds, or with --unpaired, the rows count as independent. t: Welch's t-test."
      )
    }
    let tests = differences.count { $0.adjusted != nil }
    if tests > 0 {
      remarks.append(
        "perm.: permutation test. Holm: the t-test's p-value, adjusted for the "
          + "\(tests == 1 ? "only test" : "\(tests) tests") of this comparison. All are two-sided.")
    }
    // With three pairs it is 0.25: all signs or the division are then as extreme as possible.
    if let least = results.map(\.leastPermutation).min(), least > 0.05 {
      remarks.append(
        "With so few seeds, a permutation test cannot give a p-value below \(least.probability), whatever "
          + "the scores are."
      )
    }
    if !aggregates.isEmpty {
      remarks.append(
        "IQM: interquartile mean over the runs on "
          + aggregated.map { BenchmarkRegistry.current.heading(of: $0) }.joined(separator: ", ")
          + ". P(better): the probability that a run is better than one of \(reference.title) on the same "
          + "benchmark. Intervals by stratified bootstrap (Agarwal et al., NeurIPS 2021).")
    }
    remarks += orders.map { order in
      let interval = order.correlation.interval.map {
        " (95 % interval \($0.low.share) to \($0.high.share))"
      }
      return "Kendall's tau of this order and the published one on "
        + "\(BenchmarkRegistry.current.heading(of: order.benchmark)): \(order.correlation.tau.share)"
        + (interval ?? "") + ", over \(order.correlation.count) methods, whatever their protocols"
    }
    return remarks
  }
}

extension Interval {
  /// "-0.2 to 3.6".
  fileprivate var text: String { "\(low.oneDecimal) to \(high.oneDecimal)" }
}

extension Double {
  /// A p-value: "0.067", "< 0.001".
  fileprivate var probability: String {
    self < 0.001 ? "< 0.001" : String(format: "%.3f", self)
  }

  /// A number from -1 to 1: "0.69".
  fileprivate var share: String {
    let text = String(format: "%.2f", self)
    return text == "-0.00" ? "0.00" : text
  }
}
