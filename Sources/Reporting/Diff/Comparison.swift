import Metrics
import Records

/// What a measured score is compared with: a published row or a cell of other results.
package struct ComparisonReference: Equatable, Sendable {
  /// "PICA (best)".
  package var title: String
  /// Keys of sources in `paper-tables.md`; empty for other results.
  package var sources: [String]
  /// In per cent.
  package var value: Double
  /// A standard deviation over trials, in points.
  package var spread: Double?
  /// The number of these trials; nil where it is not known.
  package var trials: Int?
}

/// One line of a diff.
package struct Comparison: Equatable, Sendable {
  /// What a verdict must not be read without.
  package enum Mark: Hashable, Sendable {
    case oneSeed
    /// The reference is the best of as many trials.
    case bestOf(seeds: Int)
    /// Raw pixels were published, and the images came as JPEG files.
    case reEncodedPixels

    package var text: String {
      switch self {
      case .oneSeed: "one seed"
      case .bestOf(let seeds): "best of \(seeds) seeds"
      case .reEncodedPixels: "re-encoded pixels"
      }
    }
  }

  package var benchmark: String
  package var method: TableMethod
  /// Nil where the line is about a cell as a whole.
  package var metric: Metric?
  package var reference: ComparisonReference?
  /// In per cent, by score; a line about one score has only that.
  package var measured: [Metric: SeedStatistics] = [:]
  /// Finished and planned seeds.
  package var finished: Int
  package var planned: Int
  /// The allowed difference in points.
  package var tolerance: Double?
  package var verdict: Verdict
  /// What a verdict must not be read without.
  package var marks: [Mark] = []
  /// The settings in which the run departs from the reference's recipe, the most telling first.
  package var departures: [Departure] = []
  /// What is not known of the reference's protocol.
  package var unknown: [String] = []
  /// What weakens a verdict: "the seeds' spread would allow 12.7 points".
  package var caveats: [String] = []

  /// Measured less reference, in points.
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
  /// Compares one score of a cell with a reference.
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
    // Decimal figures are not exact in binary: 2.0 points are within 2.
    let isWithin = abs(statistics.mean - reference.value) <= limit + 1e-9
    verdict =
      protocols.isUnknown
      ? .unknownProtocol(isWithin: isWithin) : isWithin ? .reproduced : .differs
  }

  /// The allowed difference in points; what is not evident in it becomes a caveat.
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
          "the published number of trials is unknown, \(Tolerance.assumedTrials) are assumed")
      }
    }
    if let allowed = tolerance.beyondCap(spreads) {
      caveats.append(
        "the spread would allow \(allowed.oneDecimal) points, the cap is "
          + "\(Tolerance.cap.oneDecimal): more seeds would settle it")
    }
    return tolerance.limit(spreads)
  }

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
  /// The first reason for which there is no score.
  var reasonForNoResult: String? {
    notApplicable ?? failed.first?.reason ?? damaged.first?.reason ?? stale.first?.reason
      ?? otherProfiles.first.map { "run under profile \($0.reason) only" }
  }

  /// The cell with the one seed of the best accuracy among its first `count`: what a table prints that
  /// gives the best of its trials. Not more seeds than these, since more would give a better best.
  func best(of count: Int) -> ResultCell {
    var cell = self
    func accuracy(_ record: RunRecord) -> Double { record.metrics.scores?[.acc] ?? 0 }
    cell.records = records.prefix(count).reduce(into: []) { best, record in
      if best.isEmpty || accuracy(record) > accuracy(best[0]) { best = [record] }
    }
    return cell
  }
}
