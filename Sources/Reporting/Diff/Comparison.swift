import Metrics

/// How far a measured score may lie from its reference and still count as reproduced.
public enum Tolerance: Equatable, Sendable {
  /// At most so many points.
  case points(Double)
  /// At most 1 point, or 2 combined standard deviations if that is more: 2 sqrt(s^2 + t^2), s over
  /// the measured seeds and t that of the reference, each 0 where it is not known.
  case spread

  /// The largest difference in points that is allowed.
  public func limit(measured: Double?, reference: Double?) -> Double {
    switch self {
    case .points(let points): return points
    case .spread:
      let (s, t) = (measured ?? 0, reference ?? 0)
      return max(1, 2 * (s * s + t * t).squareRoot())
    }
  }
}

/// What a comparison of a measured score with a reference comes to.
public enum Verdict: Equatable, Sendable {
  case reproduced
  case differs
  /// Of a row whose protocol is not known at all, so that nothing follows from it.
  case unknownProtocol(isWithin: Bool)
  /// The protocols are known to differ, in what is listed.
  case notComparable([String])
  /// There is nothing to compare with, for this reason.
  case noReference(String)
  /// Nothing was measured: the cell's state, and the reason if there is one.
  case noResult(ResultCell.State, String?)

  /// The verdict in words: "not comparable".
  public var title: String {
    switch self {
    case .reproduced: "reproduced"
    case .differs: "differs"
    case .unknownProtocol(let isWithin):
      (isWithin ? "agrees" : "differs") + ", protocol unknown"
    case .notComparable: "not comparable"
    case .noReference: "no published figure"
    case .noResult(let state, _): state.rawValue
    }
  }

  /// Whether a measured score was held against another of the same protocol, as far as that is known.
  public var isComparison: Bool {
    switch self {
    case .reproduced, .differs, .unknownProtocol: true
    case .notComparable, .noReference, .noResult: false
    }
  }

  /// Why, where the title alone does not say.
  public var reasons: [String] {
    switch self {
    case .reproduced, .differs, .unknownProtocol: []
    case .notComparable(let differences): differences
    case .noReference(let reason): [reason]
    case .noResult(_, let reason): reason.map { [$0] } ?? []
    }
  }
}

/// What a measured score is compared with: a published row or a cell of other results.
public struct ComparisonReference: Equatable, Sendable {
  /// "PICA (best)".
  public var title: String
  /// Keys of sources in `paper-tables.md`; empty for other results.
  public var sources: [String]
  /// In per cent.
  public var value: Double
  /// A standard deviation over trials, in points.
  public var spread: Double?
}

/// One line of a diff.
public struct Comparison: Equatable, Sendable {
  public var benchmark: String
  public var method: TableMethod
  /// Nil where the line is about a cell as a whole.
  public var metric: ScoreMetric?
  public var reference: ComparisonReference?
  /// In per cent, by score; a line about one score has only that.
  public var measured: [ScoreMetric: SeedStatistics] = [:]
  /// Finished and planned seeds.
  public var finished: Int
  public var planned: Int
  /// The allowed difference in points.
  public var tolerance: Double?
  public var verdict: Verdict
  /// What is not known of the reference's protocol.
  public var unknown: [String] = []
  /// What weakens a verdict: "published a mean of trials, measured one seed".
  public var caveats: [String] = []

  /// Measured less reference, in points.
  public var difference: Double? {
    guard let metric, let reference, let mean = measured[metric]?.mean else { return nil }
    return mean - reference.value
  }
}

extension Comparison {
  /// Compares one score of a cell with a reference.
  init(
    _ cell: ResultCell, _ metric: ScoreMetric, _ statistics: SeedStatistics?,
    against reference: ComparisonReference, tolerance: Tolerance, protocols: ProtocolComparison
  ) {
    self.init(
      benchmark: cell.benchmark, method: cell.method, metric: metric, reference: reference,
      finished: cell.records.count, planned: cell.planned,
      verdict: .noResult(cell.state, cell.reasonForNoResult))
    guard let statistics else { return }
    measured[metric] = statistics
    if !protocols.differences.isEmpty {
      verdict = .notComparable(protocols.differences)
      return
    }
    unknown = protocols.unknown
    caveats = protocols.caveats
    let limit = tolerance.limit(
      measured: statistics.standardDeviation, reference: reference.spread)
    self.tolerance = limit
    // Decimal figures are not exact in binary: 2.0 points are within 2.
    let isWithin = abs(statistics.mean - reference.value) <= limit + 1e-9
    verdict =
      protocols.isUnknown
      ? .unknownProtocol(isWithin: isWithin) : isWithin ? .reproduced : .differs
  }
}

extension ResultCell {
  /// The first reason for which there is no score.
  var reasonForNoResult: String? {
    notApplicable ?? failed.first?.reason ?? stale.first?.reason
      ?? otherProfiles.first.map { "run under profile \($0.reason) only" }
  }
}
