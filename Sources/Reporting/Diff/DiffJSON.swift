import Core
import Metrics
import Records

extension TableDiff {
  /// An object for each comparison and each remark, and one that sums up, on lines of their own.
  /// Scores are in per cent, differences in points.
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

  private struct RemarkObject: Encodable {
    let kind = "remark"
    var text: String
  }

  private struct UnmeasuredObject: Encodable {
    let kind = "unmeasured"
    var benchmark: String
    var rows: [String]
  }

  private struct UnpublishedObject: Encodable {
    let kind = "unpublished"
    var benchmark: String
    var methods: [String]
  }

  private struct SummaryObject: Encodable {
    let kind = "summary"
    var experiment: String
    var profile: String
    var against: String
    /// With their marks.
    var verdicts: [String: Int]
    var reproduced: Int
    var comparable: Int
    var notComparable: Int
    /// Why scores are not comparable: each is counted under its first reason.
    var reasons: [String: Int]
    var unknownProtocol: Int
    var withoutReference: Int
    var withoutResult: Int
    var text: String
    var hasComparisons: Bool
    var hasFailures: Bool
  }
}

private struct ComparisonObject: Encodable {
  let kind = "comparison"
  let unit = "percent"
  var experiment: String
  var profile: String
  var against: String
  var benchmark: String
  var method: String
  var metric: String?
  var row: String?
  var sources: [String]?
  var reference: Double?
  var referenceSpread: Double?
  var referenceTrials: Int?
  var measured: [String: Double]
  var standardDeviation: [String: Double]
  var finished: Int
  var planned: Int
  var difference: Double?
  var tolerance: Double?
  /// With its marks: "reproduced, re-encoded pixels".
  var verdict: String
  var marks: [String]
  var reasons: [String]
  var departures: [Departure]
  var unknown: [String]
  var caveats: [String]

  init(_ comparison: Comparison, experiment: String, profile: String, against: String) {
    self.experiment = experiment
    self.profile = profile
    self.against = against
    benchmark = comparison.benchmark
    method = comparison.method.name
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
