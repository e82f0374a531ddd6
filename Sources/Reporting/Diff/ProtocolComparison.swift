import Domain
import Metrics
import Records

/// In what a measured cell and its reference were not obtained alike.
struct ProtocolComparison {
  /// The most telling first.
  private(set) var differences: [Difference] = []
  /// The settings that differ. Against other results these are no difference of protocol: they may be what
  /// the comparison is about.
  private(set) var departures: [Departure] = []
  /// What the reference's source does not say.
  private(set) var unknown: [String] = []
  /// What does not keep both from being compared, and weakens what comes of it.
  private(set) var caveats: [String] = []
  /// Whether too little is known of the reference's protocol for a verdict.
  private(set) var isUnknown = false
  /// The number of seeds whose best one is compared, because the reference is the best of as many
  /// trials; nil where the mean is.
  private(set) var bestOf: Int?

  /// Against a published row. The normaliser of NMI is never a difference: every run records NMI
  /// under both, and the diff takes the published one.
  init(_ cell: ResultCell, row: PublishedRow, metric: Metric? = nil) {
    let published = row.protocols[cell.benchmark] ?? PublishedProtocol()
    guard let measured = cell.runProtocol else { return }
    isUnknown = !published.isKnown
    if case .anotherMethod(let other)? = row.note {
      differences.append(Difference(.method, other))
    }
    differences += Self.dataDifferences(of: cell)
    compareRecipe(cell, published)
    compareStatistic(cell, published)
    compare(.learnt, published.train) { train in
      Self.pair("\(train)", "\(cell.canonical(measured.train))")
    }
    compare(.scored, published.score) { score in
      Self.pair("\(score)", "\(cell.canonical(measured.score))")
    }
    compare(.imageSize, published.imageSize) { size in
      Self.pair("\(size) px", "\(cell.viewSize ?? measured.imageSize) px")
    }
    if let size = published.imageSize, cell.definition?.cutsImages == true,
      let seen = cell.viewSize, seen > measured.imageSize
    {
      // What a file leaves out of a photograph, no enlargement brings back.
      differences.append(
        Difference(
          .pixels,
          "published \(size) px of photographs, measured \(measured.imageSize) px, enlarged"))
    }
    if let backbone = cell.backbone {
      compare(.backbone, published.backbone) { Self.pair($0, backbone) }
    }
    compareCheckpoint(measured, published)
    if let labels = measured.labels {
      differences.append(
        Difference(.labels, "published the benchmark's classes, measured \(labels.rawValue)"))
    }
    if let clusters = measured.clusters {
      differences.append(
        Difference(.clusters, "published one cluster per class, measured \(clusters)"))
    }
    if metric?.dependsOnNormaliser == true, published.nmi == nil {
      unknown.append("normaliser of NMI")
    }
  }

  /// Against the same cell of other results.
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
  }

  /// Whether network or settings are others than the reference's.
  var isOfOtherRecipe: Bool {
    differences.contains { $0.aspect == .recipe || $0.aspect == .backbone }
  }

  // MARK: - Against a published row

  private mutating func compareRecipe(_ cell: ResultCell, _ published: PublishedProtocol) {
    if published.recipe == nil { unknown.append(Difference.Aspect.recipe.rawValue) }
    guard let found = RecipeComparison(cell, published).departures else {
      differences.append(Difference(.recipe, "not recorded"))
      return
    }
    departures = found
    if !found.isEmpty { differences.append(Difference(.recipe, found.map(\.text))) }
  }

  private mutating func compareStatistic(_ cell: ResultCell, _ published: PublishedProtocol) {
    let seeds = cell.records.count
    let measured = seeds == 1 ? "one seed" : "mean over seeds"
    switch published.statistic {
    case .best:
      guard let trials = published.trials else {
        let theirs = "best of an unknown number of trials"
        differences.append(Difference(.statistic, "published \(theirs), measured \(measured)"))
        return
      }
      if seeds >= trials {
        bestOf = trials
      } else {
        differences.append(
          Difference(
            .statistic,
            "published best of \(trials) trials, measured "
              + (seeds == 1 ? "one seed" : "\(seeds) seeds")))
      }
    case .meanOfHeads:
      differences.append(
        Difference(.statistic, "published mean over the heads of one run, measured \(measured)"))
    case .mean, .single: break
    case nil: unknown.append(Difference.Aspect.statistic.rawValue)
    }
  }

  private mutating func compareCheckpoint(_ measured: RunProtocol, _ published: PublishedProtocol) {
    compare(.checkpoint, published.checkpoint) { checkpoint in
      Self.pair(checkpoint.rawValue, measured.checkpoint.rawValue)
    }
    // An unknown rule may well be the labels' own choice, but ours must never be compared as if it
    // were honest.
    if published.checkpoint == nil && measured.checkpoint == .bestByLabels {
      differences.append(Difference(.checkpoint, "measured best-by-labels, published unknown"))
    }
    // The best of a thousand epochs is more than the best of twenty.
    if measured.checkpoint.chooses, measured.checkpoint == published.checkpoint {
      compare(.candidates, published.candidates) { every in
        measured.evaluateEvery.flatMap { Self.pair(Self.epochs(every), Self.epochs($0)) }
      }
      if measured.checkpoint == .lowestLoss {
        caveats.append(
          "lowest loss: that of the training here; the authors' code may use another loss")
      }
    }
  }

  private mutating func compare<Value>(
    _ aspect: Difference.Aspect, _ published: Value?, difference: (Value) -> (String, String)?
  ) {
    guard let published else {
      unknown.append(aspect.rawValue)
      return
    }
    if let (theirs, ours) = difference(published) {
      differences.append(Difference(aspect, "published \(theirs), measured \(ours)"))
    }
  }

  /// "every epoch", "every 5 epochs".
  private static func epochs(_ every: Int) -> String {
    every == 1 ? "every epoch" : "every \(every) epochs"
  }

  /// "last", "best-by-labels (evaluate_every 5)".
  private static func checkpoint(_ runProtocol: RunProtocol) -> String {
    runProtocol.checkpoint.rawValue
      + (runProtocol.evaluateEvery.map { " (evaluate_every \($0))" } ?? "")
  }

  private static func clusters(_ runProtocol: RunProtocol) -> String {
    runProtocol.clusters.map { "\($0)" } ?? "one per class"
  }

  private static func pair(_ published: String, _ measured: String) -> (String, String)? {
    published == measured ? nil : (published, measured)
  }

  private static func dataDifferences(of cell: ResultCell) -> [Difference] {
    guard let file = cell.benchmarkFile else { return [] }
    let title = cell.heading
    if file.rehearsalOf != nil {
      return [Difference(.data, "images of a rehearsal, not those of \(title)")]
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
