import Metrics
import Records

/// In what a measured cell and its reference were not obtained alike.
struct ProtocolComparison {
  /// Known differences: "scored images: published test, measured train+test".
  private(set) var differences: [String] = []
  /// What the reference's source does not say.
  private(set) var unknown: [String] = []
  /// What does not keep both from being compared, and weakens what comes of it.
  private(set) var caveats: [String] = []
  /// Whether nothing is known of the reference's protocol.
  private(set) var isUnknown = false

  /// Against a published row. The normaliser of NMI is never a difference: every run records NMI
  /// under both, and the diff takes the published one.
  init(_ cell: ResultCell, row: PublishedRow, metric: ScoreMetric) {
    let published = row.protocols[cell.benchmark] ?? PublishedProtocol()
    guard let measured = cell.runProtocol else { return }
    isUnknown = published.isUnknown
    if let other = row.otherMethod { differences.append("method: \(other)") }
    compare("statistic", published.statistic) { statistic in
      statistic == .best
        ? ("best of trials", cell.records.count == 1 ? "one seed" : "mean over seeds") : nil
    }
    compare("images learnt from", published.train) { train in
      Self.pair("\(train)", "\(ImageSplits(measured.train).canonical(on: cell.benchmark))")
    }
    compare("scored images", published.score) { score in
      Self.pair("\(score)", "\(ImageSplits(measured.score).canonical(on: cell.benchmark))")
    }
    compare("image size", published.imageSize) { size in
      Self.pair("\(size) px", "\(cell.viewSize ?? measured.imageSize) px")
    }
    if let size = published.imageSize, BenchmarkTitles.isOfPhotographs(cell.benchmark),
      let seen = cell.viewSize, seen > measured.imageSize
    {
      // What a file leaves out of a photograph, no enlargement brings back.
      differences.append(
        "pixels: published \(size) px of photographs, measured \(measured.imageSize) px, enlarged")
    }
    if let backbone = cell.backbone {
      compare("backbone", published.backbone) { Self.pair($0, backbone) }
    }
    compare("checkpoint", published.checkpoint) { checkpoint in
      Self.pair(checkpoint.rawValue, measured.checkpoint.rawValue)
    }
    // An unknown rule may well be the labels' own choice, but ours must never be compared as if it
    // were honest.
    if published.checkpoint == nil && measured.checkpoint == .bestByLabels {
      differences.append("checkpoint: measured best-by-labels, published unknown")
    }
    if metric == .nmi, published.nmi == nil { unknown.append("normaliser of NMI") }
    if published.statistic == .mean, cell.records.count == 1 {
      caveats.append("published a mean of trials, measured one seed")
    }
    differences += Self.dataDifferences(of: cell)
  }

  /// Against the same cell of other results.
  init(_ treatment: ResultCell, control: ResultCell) {
    guard let measured = treatment.records.first, let other = control.records.first else { return }
    func compare(_ what: String, _ control: String, _ treatment: String) {
      if control != treatment {
        differences.append("\(what): control \(control), treatment \(treatment)")
      }
    }
    compare("profile", other.profile, measured.profile)
    compare(
      "images learnt from", other.protocol.train.rawValue, measured.protocol.train.rawValue)
    compare("scored images", other.protocol.score.rawValue, measured.protocol.score.rawValue)
    compare(
      "image size", "\(control.viewSize ?? other.protocol.imageSize) px",
      "\(treatment.viewSize ?? measured.protocol.imageSize) px")
    compare("checkpoint", Self.checkpoint(other.protocol), Self.checkpoint(measured.protocol))
    compare(
      "benchmark file", String(other.provenance.benchmarkFile.contentHash.prefix(12)),
      String(measured.provenance.benchmarkFile.contentHash.prefix(12)))
  }

  private mutating func compare<Value>(
    _ what: String, _ published: Value?, difference: (Value) -> (String, String)?
  ) {
    guard let published else {
      unknown.append(what)
      return
    }
    if let (theirs, ours) = difference(published) {
      differences.append("\(what): published \(theirs), measured \(ours)")
    }
  }

  /// "last", "best-by-labels (evaluate_every 5)".
  private static func checkpoint(_ runProtocol: RunProtocol) -> String {
    runProtocol.checkpoint.rawValue
      + (runProtocol.evaluateEvery.map { " (evaluate_every \($0))" } ?? "")
  }

  private static func pair(_ published: String, _ measured: String) -> (String, String)? {
    published == measured ? nil : (published, measured)
  }

  private static func dataDifferences(of cell: ResultCell) -> [String] {
    guard let file = cell.benchmarkFile else { return [] }
    let title = BenchmarkTitles.title(of: cell.benchmark)
    if file.miniatureOf != nil { return ["data: generated images, not those of \(title)"] }
    if !file.complete {
      return [
        "data: \(file.images.grouped) of the \(file.definitionImages.grouped) images of \(title)"
      ]
    }
    return []
  }
}
