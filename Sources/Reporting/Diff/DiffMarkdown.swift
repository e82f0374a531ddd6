import Domain
import Metrics

extension TableDiff {
  /// The number of settings of a recipe that are written out for readers. `jsonLines()` has all.
  package static let mostSettings = 5

  /// The diff for readers: a table per benchmark, numbered reasons, remarks, then the summary. It
  /// ends with a line break.
  ///
  ///     | Method  | Compared with   | Score | Reference |  Measured | Difference | Verdict                  |
  ///     | ------- | --------------- | ----- | --------: | --------: | ---------: | ------------------------ |
  ///     | k-means | k-means, from P | NMI   |       8.7 | 8.6 ± 0.2 |       -0.1 | not comparable: data (1) |
  ///
  /// - Parameters:
  ///   - verbose: whether published rows that were not measured are named. Otherwise they are
  ///     counted.
  ///   - width: the columns of the terminal; nil for pipes and files.
  package func markdown(verbose: Bool = false, width: Int? = nil) -> String {
    var parts = [
      MarkdownText.wrapped(
        "Experiment \(TableText.name(experiment, profile: profile)), against \(reference). \(toleranceText)",
        within: width)
    ]
    var reasons: [String] = []
    for benchmark in BenchmarkRegistry.current.sorted(comparisons.map(\.benchmark)) {
      var grid = self.grid(of: benchmark, &reasons)
      if !grid.fits(width) {
        // A verdict on all scores of a reference is then said once, beside them.
        let verdict = grid.header.count - 1
        for row in grid.rows.indices.dropFirst().reversed() where grid.rows[row][1].isEmpty {
          if grid.rows[row][verdict] == grid.rows[row - 1][verdict] { grid.rows[row][verdict] = "" }
        }
      }
      parts.append("### \(Escaping.markdown(BenchmarkRegistry.current.heading(of: benchmark)))")
      parts.append(grid.lines(within: width).joined(separator: "\n"))
    }
    if !reasons.isEmpty {
      parts.append(
        reasons.enumerated().map { MarkdownText.wrapped($1, bullet: "\($0 + 1). ", within: width) }
          .joined(separator: "\n"))
    }
    let remarks =
      Self.remarks(on: sources) + remarks + unpublished.remarks
      + unmeasured.remarks(verbose: verbose, "measured")
    if !remarks.isEmpty {
      parts.append(
        remarks.map { MarkdownText.wrapped($0, bullet: "- ", within: width) }.joined(
          separator: "\n"))
    }
    parts.append(
      MarkdownText.wrapped(
        comparisons.isEmpty ? "Nothing to compare." : "Summary: \(summary.text).", within: width))
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// The table of a benchmark. The reasons of its verdicts are numbered after those that there are.
  private func grid(of benchmark: String, _ reasons: inout [String]) -> MarkdownGrid {
    var grid = MarkdownGrid(
      header: [
        "Method", "Compared with", "Score", "Reference", "Measured", "Difference", "Verdict",
      ],
      isNumeric: [false, false, false, true, true, true, false], emptyRepeats: true)
    var previous = ("", "")
    for comparison in comparisons where comparison.benchmark == benchmark {
      let verdict =
        Escaping.markdown(comparison.verdictCell) + reasons.numbers(of: comparison.footnotes)
      let title = Escaping.markdown(comparison.methodText)
      let compared = Escaping.markdown(comparison.reference?.name.text ?? "–")
      // A name is printed once for consecutive lines.
      grid.rows.append([
        title == previous.0 ? "" : title,
        title == previous.0 && compared == previous.1 ? "" : compared,
        comparison.metric?.title ?? "all", comparison.reference?.text ?? "–",
        comparison.measuredText,
        comparison.difference.map { $0.signed } ?? "",
        verdict,
      ])
      previous = (title, compared)
    }
    return grid
  }

  /// The descriptions of the sources that the table names by their keys, without the marks of code
  /// that they have in paper-tables.md: a terminal would show them escaped.
  static func remarks(on sources: [String: String]) -> [String] {
    sources.sorted { $0.key < $1.key }.map { key, text in
      "Source \(key): \(text.replacing("`", with: ""))"
    }
  }

  /// The rule of the tolerance as a sentence.
  private var toleranceText: String {
    switch tolerance {
    case .points(let points): "Reproduced: within \(points.oneDecimal) points."
    case .standardErrors:
      "Reproduced: within 2 standard errors of the difference, but at least \(Tolerance.floor.oneDecimal) "
        + "and at most \(Tolerance.cap.oneDecimal) points."
    }
  }
}

extension [TableDiff.Unpublished] {
  /// One line, however many benchmarks have no published figure.
  var remarks: [String] {
    if isEmpty { return [] }
    let count = reduce(0) { $0 + $1.methods.count }
    return [
      "Without any published figure: "
        + map { BenchmarkRegistry.current.heading(of: $0.benchmark) }.joined(separator: ", ")
        + " (\(count) \(count == 1 ? "cell" : "cells"))"
    ]
  }
}

extension [TableDiff.Unmeasured] {
  /// A line per benchmark with the rows' names, or one line with their numbers.
  /// - Parameter word: what the rows are not: "measured".
  func remarks(verbose: Bool, _ word: String) -> [String] {
    if verbose {
      return map {
        "Published but not \(word) here, \(BenchmarkRegistry.current.heading(of: $0.benchmark)): "
          + $0.rows.joined(separator: ", ")
      }
    }
    let counts = map {
      "\(BenchmarkRegistry.current.heading(of: $0.benchmark)) \($0.rows.count)"
    }
    return counts.isEmpty
      ? []
      : [
        "Published rows not \(word) here (--verbose lists them): " + counts.joined(separator: ", ")
      ]
  }
}

extension [String] {
  /// Adds reasons that are not yet here; the numbers of all of them, counted from 1, for the end of a verdict:
  /// " (1, 3)", or nothing without reasons.
  mutating func numbers(of reasons: [String]) -> String {
    if reasons.isEmpty { return "" }
    let numbers = reasons.map { reason in
      if let index = firstIndex(of: reason) { return index + 1 }
      append(reason)
      return count
    }
    return " (\(numbers.sorted().map { "\($0)" }.joined(separator: ", ")))"
  }
}

/// The cells of a comparison's line.
extension Comparison {
  /// The notes below the table that this line refers to.
  fileprivate var footnotes: [String] {
    var notes = verdict.reasons(atMost: TableDiff.mostSettings)
    if !unknown.isEmpty {
      notes.append("not stated in the source: \(unknown.joined(separator: ", "))")
    }
    if verdict.isComparison, !departures.isEmpty {
      let settings = Difference(.recipe, departures.map(\.text))
      notes.append(
        "settings that differ from the other results: "
          + settings.list(atMost: TableDiff.mostSettings))
    }
    return notes + caveats
  }

  /// "reproduced, one seed", or "not comparable: epochs 20 of 1000, ...".
  fileprivate var verdictCell: String {
    guard case .notComparable(let differences) = verdict, let first = differences.first else {
      return verdictText
    }
    return "\(verdict.title): \(first.headline)"
  }

  /// The row's title, with the number of seeds if some are missing. It stands here and not beside each score, which
  /// would leave the verdicts no room in a terminal.
  fileprivate var methodText: String {
    measured.isEmpty || finished == planned
      ? method.title : "\(method.title) (n = \(finished) of \(planned))"
  }

  /// The measured score, or all scores of a line about a cell.
  fileprivate var measuredText: String {
    if measured.isEmpty { return "–" }
    let statistics = MetricRegistry.current.metrics.compactMap { measured[$0] }
    return metric == nil
      ? statistics.map(\.mean.oneDecimal).joined(separator: "/")
      : statistics.map(\.text).joined()
  }
}
