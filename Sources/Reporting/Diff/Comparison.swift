import Metrics
import Records

/// What a score is compared with: a figure of a published row, or a cell of other results.
package struct ComparisonReference: Equatable, Sendable {
  /// The row's title: "PICA (best)".
  package var title: String
  /// Keys of sources in `paper-tables.md`; empty for other results.
  package var sources: [String]
  /// In per cent.
  package var value: Double
  /// The standard deviation over trials, in points; nil if unknown.
  package var spread: Double?
  /// The number of these trials; nil if unknown.
  package var trials: Int?
  /// Whether the value is that of the best trial.
  package var isBest = false

  /// Tells rows of the same method apart.
  package struct Name: Hashable, Sendable {
    package let title: String
    package let sources: [String]

    /// The title with the keys of the sources: "PICA (mean), from P".
    var text: String {
      sources.isEmpty ? title : "\(title), from \(sources.joined(separator: ", "))"
    }
  }

  package var name: Name { Name(title: title, sources: sources) }

  /// The figure with its spread: "81.7 ± 0.1", or "81.7" without one.
  var text: String {
    spread.map { "\(value.oneDecimal) ± \($0.oneDecimal)" } ?? value.oneDecimal
  }
}

/// One line of a diff: a score, its reference and the verdict.
///
/// A cell without any reference has one line for all its scores; there `metric` is nil.
package struct Comparison: Equatable, Sendable {
  /// A restriction that is printed with the verdict wherever it appears.
  package enum Mark: Hashable, Sendable {
    /// Our score is of a single seed, so there is no spread.
    case oneSeed
    /// The reference is the best of n trials, and our score is the best of n seeds.
    case bestOf(seeds: Int)
    /// Raw pixels were published, and our images came as JPEG files.
    case reEncodedPixels

    /// The mark as printed after the verdict.
    package var text: String {
      switch self {
      case .oneSeed: "one seed"
      case .bestOf(let seeds): "best of \(seeds) seeds"
      case .reEncodedPixels: "re-encoded pixels"
      }
    }
  }

  /// The benchmark's name.
  package var benchmark: String
  /// The measured row.
  package var method: TableMethod
  /// The score; nil if the line is about the cell as a whole.
  package var metric: Metric?
  /// Nil if there is nothing to compare with.
  package var reference: ComparisonReference?
  /// The measured scores in per cent. A line about one score has only that.
  package var measured: [Metric: SeedStatistics] = [:]
  /// The number of finished seeds, and of planned ones.
  package var finished: Int
  package var planned: Int
  /// The allowed difference in points; nil if nothing was compared.
  package var tolerance: Double?
  /// The result. `tolerance`, `unknown` and `caveats` are set only if it is a comparison.
  package var verdict: Verdict
  /// Restrictions of the verdict.
  package var marks: [Mark] = []
  /// The settings in which the run differs from the reference's recipe, the most important first.
  package var departures: [Departure] = []
  /// What the source does not state about its protocol.
  package var unknown: [String] = []
  /// What weakens the verdict without ruling out a comparison: "the spread would allow 12.7 points,
  /// but the cap is 3.0; more seeds would settle it".
  package var caveats: [String] = []

  /// Measured minus reference, in points; nil if either is missing.
  package var difference: Double? {
    guard let metric, let reference, let mean = measured[metric]?.mean else { return nil }
    return mean - reference.value
  }

  /// The verdict with its marks: "reproduced, re-encoded pixels".
  package var verdictText: String {
    ([verdict.title] + (verdict.isComparison ? marks.map(\.text) : [])).joined(separator: ", ")
  }
}

extension Comparison {
  /// Compares one score of a cell with a reference. Without a measured score the verdict is the
  /// cell's state. With a known difference it is "not comparable". Otherwise the tolerance decides.
  /// - Parameters:
  ///   - normaliser: of NMI, that of the reference; nil for the run's own.
  ///   - protocols: the comparison of protocol and recipe.
  init(
    _ cell: ResultCell, _ metric: Metric, normaliser: NMINormaliser?,
    against reference: ComparisonReference, tolerance: Tolerance, protocols: ProtocolComparison
  ) {
    self.init(
      benchmark: cell.benchmark, method: cell.method, metric: metric, reference: reference,
      finished: cell.records.count, planned: cell.planned,
      verdict: .noResult(cell.state, cell.reasonForNoResult))
    let cell = protocols.bestOf.map { cell.best(of: $0) } ?? cell
    guard let statistics = cell.statistics(of: metric, normaliser: normaliser) else { return }
    measured[metric] = statistics
    departures = protocols.departures
    marks = Self.marks(of: cell, bestOf: protocols.bestOf)
    if !protocols.differences.isEmpty {
      verdict = .notComparable(protocols.differences)
      return
    }
    unknown = protocols.unknown
    caveats = protocols.caveats
    let limit = limit(statistics, reference, tolerance)
    self.tolerance = limit
    // Decimal figures are not exact in binary. A difference of 2.0 points is within 2.
    let isWithin = abs(statistics.mean - reference.value) <= limit + 1e-9
    verdict =
      protocols.isUnknown
      ? .unknownProtocol(isWithin: isWithin) : isWithin ? .reproduced : .differs
  }

  /// The allowed difference in points. It adds a caveat if the number of trials was assumed or the
  /// cap applies.
  private mutating func limit(
    _ statistics: SeedStatistics, _ reference: ComparisonReference, _ tolerance: Tolerance
  ) -> Double {
    var spreads: [Tolerance.Spread] = []
    if let deviation = statistics.standardDeviation {
      spreads.append(Tolerance.Spread(deviation: deviation, count: statistics.count))
    }
    if let deviation = reference.spread {
      let trials = reference.trials ?? Tolerance.assumedTrials
      if trials > 0 { spreads.append(Tolerance.Spread(deviation: deviation, count: trials)) }
      if reference.trials == nil, tolerance == .standardErrors {
        caveats.append(
          "the number of published trials is unknown; \(Tolerance.assumedTrials) are assumed")
      }
    }
    if let allowed = tolerance.beyondCap(spreads) {
      caveats.append(
        "the spread would allow \(allowed.oneDecimal) points, but the cap is "
          + "\(Tolerance.cap.oneDecimal); more seeds would settle it")
    }
    return tolerance.limit(spreads)
  }

  /// The marks of a cell; that of one seed gives way to that of the best of n.
  private static func marks(of cell: ResultCell, bestOf seeds: Int?) -> [Mark] {
    var marks: [Mark] = []
    if cell.isReEncoded { marks.append(.reEncodedPixels) }
    if let seeds, seeds > 1 {
      marks.append(.bestOf(seeds: seeds))
    } else if cell.records.count == 1 {
      marks.append(.oneSeed)
    }
    return marks
  }
}

extension ResultCell {
  /// Why the cell has no score: the first reason, in the order not applicable, failed, damaged,
  /// stale, another profile.
  var reasonForNoResult: String? {
    notApplicable ?? failed.first?.reason ?? damaged.first?.reason ?? stale.first?.reason
      ?? otherProfiles.first.map { "run under profile \($0.reason) only" }
  }

  /// The cell reduced to its most accurate seed among the first `count`, of equally accurate ones the lowest
  /// seed. A comparison with the best of as many trials ignores further seeds, because the best of more trials
  /// is higher.
  func best(of count: Int) -> ResultCell {
    var cell = self
    func accuracy(_ record: RunRecord) -> Double { record.metrics.scores?[.acc] ?? 0 }
    cell.records = records.prefix(count).reduce(into: []) { best, record in
      if best.isEmpty || accuracy(record) > accuracy(best[0]) { best = [record] }
    }
    return cell
  }
}
