import Core
import Domain
import Metrics
import Records

extension PlannedDiff {
  /// The judgements for readers: a table per benchmark, numbered reasons, remarks, then the counts. It ends with a
  /// line break.
  ///
  ///     | Method  | Compared with   | Reference    | Verdict                  |
  ///     | ------- | --------------- | ------------ | ------------------------ |
  ///     | k-means | k-means, from P | 8.7/22.9/4.9 | protocol unknown (1)     |
  ///
  /// - Parameters:
  ///   - verbose: whether published rows that are not planned are named. Otherwise they are counted.
  ///   - width: the columns of the terminal; nil for pipes and files.
  package func markdown(verbose: Bool = false, width: Int? = nil) -> String {
    var parts = [
      MarkdownText.wrapped(
        "Experiment \(TableText.name(experiment, profile: profile)) as planned, against \(reference). Data, recipe and "
          + "protocol are judged, not scores.", within: width)
    ]
    var reasons: [String] = []
    for benchmark in BenchmarkRegistry.current.sorted(lines.map(\.benchmark)) {
      parts.append("### \(Escaping.markdown(BenchmarkRegistry.current.heading(of: benchmark)))")
      parts.append(grid(of: benchmark, &reasons).lines(within: width).joined(separator: "\n"))
    }
    if !reasons.isEmpty {
      parts.append(
        reasons.enumerated().map { MarkdownText.wrapped($1, bullet: "\($0 + 1). ", within: width) }
          .joined(separator: "\n"))
    }
    let remarks =
      TableDiff.remarks(on: sources) + unpreparedRemarks + unpublished.remarks
      + unplanned.remarks(verbose: verbose, "planned")
    if !remarks.isEmpty {
      parts.append(
        remarks.map { MarkdownText.wrapped($0, bullet: "- ", within: width) }
          .joined(separator: "\n"))
    }
    parts.append(
      MarkdownText.wrapped(
        lines.isEmpty ? "Nothing to compare." : "Summary: \(counts.text).", within: width))
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// The table of a benchmark. The reasons of its verdicts are numbered after those that there are.
  private func grid(of benchmark: String, _ reasons: inout [String]) -> MarkdownGrid {
    var grid = MarkdownGrid(
      header: ["Method", "Compared with", "Reference", "Verdict"],
      isNumeric: [false, false, false, false])
    var previous = ""
    for line in lines where line.benchmark == benchmark {
      let title = Escaping.markdown(line.method.title)
      grid.rows.append([
        title == previous ? "" : title, Escaping.markdown(line.reference?.text ?? "–"),
        line.figures?.text ?? "–",
        Escaping.markdown(line.verdict) + reasons.numbers(of: line.footnotes),
      ])
      previous = title
    }
    return grid
  }

  /// One line, however many benchmarks have not been prepared.
  private var unpreparedRemarks: [String] {
    unprepared.isEmpty
      ? []
      : [
        "Not prepared yet, and judged as if every published image were there: "
          + unprepared.map { BenchmarkRegistry.current.heading(of: $0) }.joined(separator: ", ")
      ]
  }
}

extension PlannedDiff.Line {
  /// "comparable, re-encoded pixels", or "not comparable: epochs 20 of 1000, ...".
  fileprivate var verdict: String {
    let mark = isReEncoded ? ", \(Comparison.Mark.reEncodedPixels.text)" : ""
    return switch judgement {
    case .comparable, .unknownProtocol: judgement.title + mark
    case .notComparable(let differences):
      judgement.title + (differences.first.map { ": \($0.headline)" } ?? "")
    case .noReference, .notApplicable: judgement.title
    }
  }

  /// The notes below the table that this line refers to.
  fileprivate var footnotes: [String] {
    let reasons = judgement.reasons(atMost: TableDiff.mostSettings)
    guard judgement == .comparable || judgement == .unknownProtocol else { return reasons }
    return reasons
      + (unknown.isEmpty ? [] : ["not stated in the source: \(unknown.joined(separator: ", "))"])
      + caveats
  }
}

extension PlannedDiff.Judgement {
  /// "comparable".
  fileprivate var title: String {
    switch self {
    case .comparable: "comparable"
    case .unknownProtocol: "protocol unknown"
    case .notComparable: "not comparable"
    case .noReference: "no published figure"
    case .notApplicable: ResultCell.State.notApplicable.rawValue
    }
  }

  /// The reasons that the title does not state.
  /// - Parameter most: the number of settings of a recipe to write out; nil for all.
  fileprivate func reasons(atMost most: Int? = nil) -> [String] {
    switch self {
    case .comparable, .unknownProtocol: []
    case .notComparable(let differences): differences.map { $0.text(atMost: most) }
    case .noReference(let reason), .notApplicable(let reason): [reason]
    }
  }
}

// MARK: - JSON

extension PlannedDiff {
  /// The judgements as JSON lines: an object per line, per benchmark with published rows that are not planned and per
  /// benchmark without any, then one with the counts. The key `kind` tells them apart.
  package func jsonLines() -> String {
    let counts = counts
    return lines.map {
      JSONLines.line(LineObject($0, experiment: experiment, profile: profile, against: reference))
    }.joined()
      + unpublished.map {
        JSONLines.line(
          BenchmarkObject(kind: "unpublished", benchmark: $0.benchmark, rows: $0.methods))
      }.joined()
      + unplanned.map {
        JSONLines.line(BenchmarkObject(kind: "unplanned", benchmark: $0.benchmark, rows: $0.rows))
      }.joined()
      + JSONLines.line(
        SummaryObject(
          experiment: experiment, profile: profile, against: reference,
          comparable: counts.comparable, unknownProtocol: counts.unknownProtocol,
          notComparable: counts.notComparable,
          reasons: Dictionary(uniqueKeysWithValues: counts.reasons.map { ($0.name, $0.count) }),
          withoutReference: counts.withoutReference, notApplicable: counts.notApplicable,
          unprepared: unprepared, text: counts.text))
  }

  /// A planned row with a published one. Keys without a value are absent.
  private struct LineObject: Encodable {
    let kind = "planned"
    /// Of the figures.
    let unit = "percent"
    var experiment: String
    var profile: String
    /// The path of the file of published figures.
    var against: String
    /// The names of benchmark and row.
    var benchmark: String
    var method: String
    /// The title of the published row, and the keys of its sources.
    var row: String?
    var sources: [String]?
    /// The published figures by score.
    var reference: [String: Double]?
    /// "comparable", without its marks.
    var verdict: String
    var marks: [String]
    /// Why it is not comparable; all settings of a recipe are named.
    var reasons: [String]
    /// Dimensions that the source does not state.
    var unknown: [String]
    /// What will weaken the verdict.
    var caveats: [String]

    init(_ line: Line, experiment: String, profile: String, against: String) {
      self.experiment = experiment
      self.profile = profile
      self.against = against
      benchmark = line.benchmark
      method = line.method.id
      row = line.reference?.title
      sources = line.reference?.sources
      reference = line.figures.map { figures in
        Dictionary(
          uniqueKeysWithValues: figures.values.map { ($0.key.name, $0.value.fourDecimals) })
      }
      verdict = line.judgement.title
      marks = line.isReEncoded ? [Comparison.Mark.reEncodedPixels.text] : []
      reasons = line.judgement.reasons()
      unknown = line.unknown
      caveats = line.caveats
    }
  }

  /// The rows of a benchmark that are only on one side.
  private struct BenchmarkObject: Encodable {
    var kind: String
    var benchmark: String
    var rows: [String]
  }

  /// The counts.
  private struct SummaryObject: Encodable {
    let kind = "summary"
    var experiment: String
    var profile: String
    var against: String
    /// Numbers of published rows by judgement.
    var comparable: Int
    var unknownProtocol: Int
    var notComparable: Int
    /// Numbers of rows that are not comparable, by their first reason.
    var reasons: [String: Int]
    /// Planned rows without a published figure, and those that cannot run.
    var withoutReference: Int
    var notApplicable: Int
    /// Benchmarks that were judged as if every image were there.
    var unprepared: [String]
    /// The last line of the Markdown.
    var text: String
  }
}
