import Core
import Metrics
import Records

extension TableDiff {
  /// The diff as JSON lines: an object per comparison, remark, unpublished and unmeasured
  /// benchmark, then one with the summary. The key `kind` tells them apart. Scores are in per cent,
  /// differences in points.
  package func jsonLines() -> String {
    let lines = comparisons.map { comparison in
      JSONLines.line(
        ComparisonObject(comparison, experiment: experiment, profile: profile, against: reference))
    }
    let notes =
      remarks.map { JSONLines.line(RemarkObject(text: $0)) }
      + unpublished.map {
        JSONLines.line(UnpublishedObject(benchmark: $0.benchmark, methods: $0.methods))
      }
      + unmeasured.map { JSONLines.line(UnmeasuredObject(benchmark: $0.benchmark, rows: $0.rows)) }
    var verdicts: [String: Int] = [:]
    for comparison in comparisons { verdicts[comparison.verdictText, default: 0] += 1 }
    let counts = summary
    let summary = SummaryObject(
      experiment: experiment, profile: profile, against: reference, verdicts: verdicts,
      reproduced: counts.reproduced, comparable: counts.comparable,
      notComparable: counts.notComparable,
      reasons: Dictionary(uniqueKeysWithValues: counts.reasons.map { ($0.name, $0.count) }),
      unknownProtocol: counts.unknownProtocol, withoutReference: counts.withoutReference,
      withoutResult: counts.withoutResult, text: counts.text,
      hasComparisons: hasComparisons, hasFailures: hasFailures)
    return lines.joined() + notes.joined() + JSONLines.line(summary)
  }

  /// A sentence that the Markdown prints below the tables.
  private struct RemarkObject: Encodable {
    let kind = "remark"
    var text: String
  }

  /// The titles of a benchmark's published rows that were not measured.
  private struct UnmeasuredObject: Encodable {
    let kind = "unmeasured"
    var benchmark: String
    var rows: [String]
  }

  /// The titles of the rows measured on a benchmark without published figures.
  private struct UnpublishedObject: Encodable {
    let kind = "unpublished"
    var benchmark: String
    var methods: [String]
  }

  /// The counts of `DiffSummary`.
  private struct SummaryObject: Encodable {
    let kind = "summary"
    var experiment: String
    var profile: String
    var against: String
    /// Numbers of lines by verdict, marks included.
    var verdicts: [String: Int]
    /// Scores within the tolerance, and all scores with a verdict that counts.
    var reproduced: Int
    var comparable: Int
    /// Scores with a known difference of protocol or recipe.
    var notComparable: Int
    /// Numbers of scores that are not comparable, by their first reason.
    var reasons: [String: Int]
    /// Scores against rows of which too little is known.
    var unknownProtocol: Int
    /// Cells without a published figure, and lines without a measured score.
    var withoutReference: Int
    var withoutResult: Int
    /// The last line of the Markdown.
    var text: String
    /// Whether any measured score was compared with a reference.
    var hasComparisons: Bool
    /// Whether a comparable score is outside the tolerance.
    var hasFailures: Bool
  }
}

/// A line of the diff. Keys without a value are absent. Some of the keys:
///
///     {"kind": "comparison", "benchmark": "cifar10", "method": "pica", "metric": "acc",
///      "row": "PICA (mean)", "sources": ["P"], "reference": 64.5, "measured": {"acc": 63.9},
///      "difference": -0.6, "tolerance": 1.4, "verdict": "reproduced", "finished": 3, "planned": 3}
private struct ComparisonObject: Encodable {
  let kind = "comparison"
  /// Of scores and their spreads; differences and tolerances are in points.
  let unit = "percent"
  var experiment: String
  var profile: String
  /// The path of the file of published figures, or an experiment with its profile.
  var against: String
  /// The names of benchmark and row.
  var benchmark: String
  var method: String
  /// The name of the score; absent if the line is about all scores of a cell.
  var metric: String?
  /// The title of the published row or of the other result.
  var row: String?
  /// Keys of sources in `paper-tables.md`.
  var sources: [String]?
  /// The figure to compare with, its standard deviation and the number of its trials.
  var reference: Double?
  var referenceSpread: Double?
  var referenceTrials: Int?
  /// The measured means by score, in per cent; their standard deviations in points.
  var measured: [String: Double]
  var standardDeviation: [String: Double]
  /// The numbers of finished and of planned seeds.
  var finished: Int
  var planned: Int
  /// Measured minus reference.
  var difference: Double?
  /// The allowed difference.
  var tolerance: Double?
  /// With its marks: "reproduced, re-encoded pixels".
  var verdict: String
  /// The marks alone.
  var marks: [String]
  /// Why the score is not comparable, or why there is none; all settings of a recipe are named.
  var reasons: [String]
  /// Settings with their values and those of the reference's recipe (`default`).
  var departures: [Departure]
  /// Dimensions that the reference's source does not state.
  var unknown: [String]
  /// What weakens the verdict.
  var caveats: [String]

  init(_ comparison: Comparison, experiment: String, profile: String, against: String) {
    self.experiment = experiment
    self.profile = profile
    self.against = against
    benchmark = comparison.benchmark
    method = comparison.method.id
    metric = comparison.metric?.name
    row = comparison.reference?.title
    sources = comparison.reference?.sources
    reference = comparison.reference?.value.fourDecimals
    referenceSpread = comparison.reference?.spread?.fourDecimals
    referenceTrials = comparison.reference?.trials
    measured = [:]
    standardDeviation = [:]
    for (metric, statistics) in comparison.measured {
      measured[metric.name] = statistics.mean.fourDecimals
      standardDeviation[metric.name] = statistics.standardDeviation?.fourDecimals
    }
    finished = comparison.finished
    planned = comparison.planned
    difference = comparison.difference?.fourDecimals
    tolerance = comparison.tolerance?.fourDecimals
    verdict = comparison.verdictText
    marks = comparison.marks.map(\.text)
    departures = comparison.departures
    reasons = comparison.verdict.reasons
    unknown = comparison.unknown
    caveats = comparison.caveats
  }
}
