import Domain
import Metrics
import Records

/// Compares how a cell, measured or only planned, and its reference are obtained: data, recipe, statistic, splits,
/// image size, backbone, checkpoint.
struct ProtocolComparison {
  /// Known differences, the most important first. Any one rules out a comparison of scores.
  private(set) var differences: [Difference] = []
  /// The settings that differ. Against other results they do not rule out a comparison, because
  /// they may be what is under comparison.
  private(set) var departures: [Departure] = []
  /// What the reference's source does not state.
  private(set) var unknown: [String] = []
  /// What weakens a verdict without ruling out a comparison.
  private(set) var caveats: [String] = []
  /// Whether too little is known about the reference's protocol for a verdict
  /// (`PublishedProtocol.isKnown`).
  private(set) var isUnknown = false
  /// The number n if the reference is the best of n trials and we have as many seeds: the best of
  /// our first n seeds is compared. Nil if the mean is compared.
  private(set) var bestOf: Int?
  /// The word for our side.
  private var ours = "measured"

  /// Compares with a published row. The normaliser of NMI is never a difference, because every
  /// record has NMI under both and the diff takes the published one.
  /// - Parameters:
  ///   - metric: the score; nil if only the protocol is of interest.
  ///   - isPlanned: whether all planned seeds count, finished or not.
  init(_ cell: ResultCell, row: PublishedRow, metric: Metric? = nil, isPlanned: Bool = false) {
    let published = row.protocols[cell.benchmark] ?? PublishedProtocol()
    guard let basis = cell.basis, let own = basis.protocol else { return }
    if isPlanned { ours = "planned" }
    isUnknown = !published.isKnown
    if case .anotherMethod(let other)? = row.note {
      differences.append(Difference(.method, other))
    }
    differences += Self.dataDifferences(basis.benchmarkFile, of: cell.heading)
    compareRecipe(basis, published)
    compareStatistic(seeds: isPlanned ? cell.planned : cell.records.count, published)
    compare(.learnt, published.train) { train in
      Self.pair("\(train)", "\(cell.canonical(own.train))")
    }
    compare(.scored, published.score) { score in
      Self.pair("\(score)", "\(cell.canonical(own.score))")
    }
    compare(.imageSize, published.imageSize) { size in
      Self.pair("\(size) px", "\(basis.viewSize ?? own.imageSize) px")
    }
    if let size = published.imageSize, cell.definition?.cutsImages == true,
      let seen = basis.viewSize, seen > own.imageSize
    {
      // Enlarging a square cannot restore what was cut from the photograph.
      differences.append(
        Difference(
          .pixels,
          "published \(size) px from whole photographs, \(ours) \(own.imageSize) px images, enlarged"
        ))
    }
    if let backbone = basis.settings.backbone {
      compare(.backbone, published.backbone) { Self.pair($0, backbone) }
    }
    compareCheckpoint(own, published)
    if let labels = own.labels {
      differences.append(
        Difference(
          .labels, "published the benchmark's classes, \(ours) the \(labels.rawValue) classes"))
    }
    if let clusters = own.clusters {
      differences.append(
        Difference(.clusters, "published one cluster per class, \(ours) \(clusters) clusters"))
    }
    if metric?.dependsOnNormaliser == true, published.nmi == nil {
      unknown.append("normaliser of NMI")
    }
  }

  /// Compares with the same cell of other results.
  init(_ treatment: ResultCell, control: ResultCell) {
    guard let measured = treatment.records.first, let other = control.records.first else { return }
    func compare(_ aspect: Difference.Aspect, _ control: String, _ treatment: String) {
      if control != treatment {
        differences.append(Difference(aspect, "control \(control), treatment \(treatment)"))
      }
    }
    compare(.profile, other.profile, measured.profile)
    compare(.learnt, other.protocol.train.rawValue, measured.protocol.train.rawValue)
    compare(.scored, other.protocol.score.rawValue, measured.protocol.score.rawValue)
    compare(
      .imageSize, "\(control.viewSize ?? other.protocol.imageSize) px",
      "\(treatment.viewSize ?? measured.protocol.imageSize) px")
    compare(.checkpoint, Self.checkpoint(other.protocol), Self.checkpoint(measured.protocol))
    compare(
      .labels, other.protocol.labels?.rawValue ?? "the benchmark's",
      measured.protocol.labels?.rawValue ?? "the benchmark's")
    compare(.clusters, Self.clusters(other.protocol), Self.clusters(measured.protocol))
    compare(
      .benchmarkFile, String(other.provenance.benchmarkFile.contentHash.prefix(12)),
      String(measured.provenance.benchmarkFile.contentHash.prefix(12)))
    departures = Departure.list(of: measured.settings, from: other.settings)
      .sorted(by: Departure.precedes)
    if other.methodVersion != measured.methodVersion {
      caveats.append(
        "the control is of version \(other.methodVersion) of the method, the treatment of \(measured.methodVersion)"
      )
    }
  }

  /// Whether settings or network differ from the row's.
  var isOfOtherRecipe: Bool {
    differences.contains { $0.aspect == .recipe || $0.aspect == .backbone }
  }

  // MARK: - Against a published row

  /// Any departure is a difference. So is a record that does not list its departures.
  private mutating func compareRecipe(_ own: RunRecipe, _ published: PublishedProtocol) {
    if published.recipe == nil { unknown.append(Difference.Aspect.recipe.rawValue) }
    guard let found = RecipeComparison(own, published).departures else {
      differences.append(Difference(.recipe, "not recorded"))
      return
    }
    departures = found
    if !found.isEmpty { differences.append(Difference(.recipe, found.map(\.text))) }
  }

  /// The best of n trials needs n seeds of ours. A mean over heads is compared with nothing.
  private mutating func compareStatistic(seeds: Int, _ published: PublishedProtocol) {
    let own = "\(ours) " + (seeds == 1 ? "one seed" : "mean over seeds")
    switch published.statistic {
    case .best:
      guard let trials = published.trials else {
        let theirs = "best of an unknown number of trials"
        differences.append(Difference(.statistic, "published \(theirs), \(own)"))
        return
      }
      if seeds >= trials {
        bestOf = trials
      } else {
        differences.append(
          Difference(
            .statistic,
            "published best of \(trials) trials, \(ours) "
              + (seeds == 1 ? "one seed" : "\(seeds) seeds")))
      }
    case .meanOfHeads:
      differences.append(
        Difference(.statistic, "published mean over the heads of one run, \(own)"))
    case .mean, .single: break
    case nil: unknown.append(Difference.Aspect.statistic.rawValue)
    }
  }

  /// Compares the rule and, if it chooses, the candidates: the best of 1,000 epochs is higher than
  /// the best of 20. Our choice by labels is never compared with an unknown rule.
  private mutating func compareCheckpoint(_ own: RunProtocol, _ published: PublishedProtocol) {
    compare(.checkpoint, published.checkpoint) { checkpoint in
      Self.pair(checkpoint.rawValue, own.checkpoint.rawValue)
    }
    // An unknown rule may be a choice by labels too, but that cannot be assumed in our favour.
    if published.checkpoint == nil && own.checkpoint == .bestByLabels {
      differences.append(Difference(.checkpoint, "\(ours) best-by-labels, published unknown"))
    }
    // The best of 1,000 epochs is higher than the best of 20.
    if own.checkpoint.chooses, own.checkpoint == published.checkpoint {
      compare(.candidates, published.candidates) { every in
        own.evaluateEvery.flatMap { Self.pair(Self.epochs(every), Self.epochs($0)) }
      }
      if own.checkpoint == .lowestLoss {
        caveats.append(
          "lowest-loss selects by this program's training loss; the authors' code may use another")
      }
    }
  }

  /// Compares one dimension. An unknown published value goes to `unknown`.
  /// - Parameter difference: the published value and ours as text, if they differ.
  private mutating func compare<Value>(
    _ aspect: Difference.Aspect, _ published: Value?, difference: (Value) -> (String, String)?
  ) {
    guard let published else {
      unknown.append(aspect.rawValue)
      return
    }
    if let (theirs, own) = difference(published) {
      differences.append(Difference(aspect, "published \(theirs), \(ours) \(own)"))
    }
  }

  /// "every epoch" or "every 5 epochs".
  private static func epochs(_ every: Int) -> String {
    every == 1 ? "every epoch" : "every \(every) epochs"
  }

  /// "last" or "best-by-labels (evaluate_every 5)".
  private static func checkpoint(_ runProtocol: RunProtocol) -> String {
    runProtocol.checkpoint.rawValue
      + (runProtocol.evaluateEvery.map { " (evaluate_every \($0))" } ?? "")
  }

  /// The number of clusters, or "one per class".
  private static func clusters(_ runProtocol: RunProtocol) -> String {
    runProtocol.clusters.map { "\($0)" } ?? "one per class"
  }

  /// Both texts if they differ, else nil.
  private static func pair(_ published: String, _ own: String) -> (String, String)? {
    published == own ? nil : (published, own)
  }

  /// Images of a rehearsal, or an incomplete benchmark file.
  /// - Parameter title: the benchmark's.
  private static func dataDifferences(
    _ file: BenchmarkProvenance?, of title: String
  ) -> [Difference] {
    guard let file else { return [] }
    if file.rehearsalOf != nil {
      return [Difference(.data, "generated images (rehearsal), not those of \(title)")]
    }
    if !file.complete {
      return [
        Difference(
          .data,
          "\(file.images.grouped) of the \(file.definitionImages.grouped) images of \(title)")
      ]
    }
    return []
  }
}
