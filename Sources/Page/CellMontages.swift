import Benchmarks
import Core
import Figures
import Metrics
import Records
import Reporting

/// The montages of a cell's finished seeds.
///
///     let montages = CellMontages(assignments, count: 6)
///     for run in montages.runs {
///       try montages.markup(of: run, images: file, names: names, atMost: 20)
///     }
///
/// The images of a run are one PNG. A tile is an element whose background is a part of it, so that every image has a
/// name of its own for who points at it, and the page does not carry hundreds of small files.
struct CellMontages {
  /// By ascending seed; only seeds that scored the same images as the first.
  let runs: [CellAssignments.Run]
  /// Names the method and the benchmark in headings.
  private let cell: ResultCell
  /// The images of each kind per cluster.
  private let count: Int
  /// The class of each image's cluster by seed, [seeds][N]; of seeds with the first seed's images.
  private let mapped: [[Int32?]]

  /// - Parameters:
  ///   - assignments: with the indices of images.
  ///   - count: the images of each kind per cluster.
  init(_ assignments: CellAssignments, count: Int) {
    let indices = assignments.runs.first?.indices
    runs = assignments.runs.filter { $0.indices == indices }
    cell = assignments.cell
    self.count = count
    mapped = runs.map { run in
      let classes = run.clusters.matchedClasses
      return run.predicted.map { classes[Int($0)] }
    }
  }

  /// A run's clusters: a row each, with images of its class and misfits.
  /// - Parameters:
  ///   - images: the file that the run read.
  ///   - names: of the file's classes and images.
  ///   - most: the most clusters that are shown.
  /// - Throws: `BenchmarkError` where the file lacks an image.
  func markup(
    of run: CellAssignments.Run, images: BenchmarkFile, names: BenchmarkAtHand, atMost most: Int
  ) throws(BenchmarkError) -> Markup {
    let order = order(of: run)
    let selection = ClusterSelection(run, order, count: count)
    let shown = Array(selection.clusters.prefix(most))
    let hasOrder = order.basis != .none
    let places = shown.flatMap { $0.typical + $0.doubtful + $0.misfits }
    let sheet = try ImageSheet(
      images, at: places.map { Int(clamping: run.indices[$0]) },
      imageSize: run.record.protocol.imageSize)
    var tile = 0
    func tiles(_ places: [Int]) -> Markup {
      .element(
        "td", ["class": "tiles"],
        places.map { place in
          defer { tile += 1 }
          let name = name(of: place, in: run, names)
          return .element(
            "span",
            ["role": "img", "aria-label": name, "title": name, "style": sheet.position(of: tile)])
        })
    }
    let rows = shown.map { cluster in
      Markup.element(
        "tr", [:],
        [.element("th", ["scope": "row"], heading(of: cluster.cluster, names))]
          + [tiles(cluster.typical)] + (hasOrder ? [tiles(cluster.doubtful)] : [])
          + [tiles(cluster.misfits)])
    }
    let rest = selection.clusters.count - shown.count
    let style =
      "--sheet:url(\(sheet.address));--side:\(sheet.shown)px;"
      + "--size:\(sheet.columns * sheet.shown)px \(sheet.rows * sheet.shown)px"
    return .details(
      "\(cell.method.title), seed \(run.record.seed)",
      [
        .paragraph(order.basis.explanation, "quiet"),
        .element(
          "div", ["class": "scroll"],
          [
            .element(
              "table", ["class": "montage", "style": style],
              [Self.head(hasOrder), .element("tbody", [:], rows)])
          ]),
      ] + (rest > 0 ? [.paragraph("\(rest) further clusters are not shown.", "quiet")] : []))
  }

  /// The order of a run's images. Nothing but the number of seeds is lost if a seed scored other images.
  private func order(of run: CellAssignments.Run) -> ImageOrder {
    ImageOrder(
      confidence: run.confidence, classes: mapped,
      of: runs.firstIndex { $0.record.seed == run.record.seed } ?? 0)
  }

  /// The headings of a montage's columns.
  private static func head(_ hasOrder: Bool) -> Markup {
    let titles =
      hasOrder
      ? ["Cluster", "Most typical of its class", "Least typical of its class", "Of other classes"]
      : ["Cluster", "Of its class", "Of other classes"]
    return .element(
      "thead", [:],
      [.element("tr", [:], titles.map { .element("th", ["scope": "col"], [.text($0)]) })])
  }

  /// What stands before a cluster's images: its class, its size, and the share of its images that have this class.
  /// The share is of the cluster, not of the class: the confusion matrix has the latter.
  private func heading(
    of cluster: RunClusters.Cluster, _ names: BenchmarkAtHand
  ) -> [Markup] {
    let name =
      cluster.matched.map { names.name(ofClass: $0, in: cell) } ?? "cluster \(cluster.number)"
    let share = 100 * Double(cluster.matchedImages) / Double(max(cluster.images, 1))
    let note =
      "\(cluster.images.grouped) images"
      + (cluster.matched == nil ? "" : ", \(share.oneDecimal) % of this class")
    return [.text(name), .void("br"), .element("span", ["class": "quiet"], [.text(note)])]
  }

  /// "data_batch_1.bin#17: cat, confidence 0.81, 2 of 2 seeds agree".
  private func name(of place: Int, in run: CellAssignments.Run, _ names: BenchmarkAtHand) -> String
  {
    let index = Int(clamping: run.indices[place])
    let label = run.truth[place]
    let described =
      names.imageName(index) + (label >= 0 ? ": \(names.name(ofClass: label, in: cell))" : "")
      + (run.confidence.map { ", confidence \(Double($0[place]).twoDecimals)" } ?? "")
    guard mapped.count > 1, let own = runs.firstIndex(where: { $0.record.seed == run.record.seed })
    else { return described }
    let agreeing = mapped.count { $0[place] == mapped[own][place] }
    return described + ", \(agreeing) of \(mapped.count) seeds agree"
  }
}

extension ImageOrder.Basis {
  /// What the reader of a montage must know of its order.
  fileprivate var explanation: String {
    switch self {
    case .confidence: "By the confidence that the run recorded for each image."
    case .agreement(let seeds):
      "By the number of the \(seeds) seeds that put the image into the cluster of this class; no confidence "
        + "was recorded."
    case .none: "In no order: there is neither a confidence nor another seed."
    }
  }
}
