import Benchmarks
import Domain
import Figures
import Metrics
import Records
import Reporting

/// For every run, its clusters as rows of images, where the benchmark file is at hand.
///
///     var section = MontageSection(count: 6)
///     section.add(assignments, names)  // of each cell
///     section.section?.markup
///
/// A run's part is closed at first, since the images of all runs would fill many screens. A browser decodes the
/// images of a part when it is opened.
struct MontageSection {
  /// The most clusters of a run that are shown. Benchmarks of the literature have up to 20 classes but for
  /// Tiny-ImageNet, whose 200 clusters nobody looks through.
  private static let mostClusters = 20
  /// The most bytes that all images take; further runs are counted and left out. A browser opens a page of this size
  /// at once, and mail still carries it.
  private static let mostBytes = 24_000_000

  /// The images of each kind per cluster; 0 for none.
  private let count: Int
  /// A heading per benchmark, and what is shown below it.
  private var parts: [Markup] = []
  /// The benchmark of the last part.
  private var benchmark: String?
  /// What could not be shown, a sentence each.
  private var problems: [String] = []
  /// What all parts take.
  private var bytes = 0
  /// The runs that no longer fit.
  private var leftOut = 0

  /// - Parameter count: the images of each kind per cluster; 0 for a page without images.
  init(count: Int) {
    self.count = count
  }

  /// Whether indices of images are wanted of further cells. Nothing is read of cells that no longer fit.
  /// - Parameter names: with the benchmark's file, if that is at hand.
  func needsImages(_ names: BenchmarkAtHand) -> Bool {
    count > 0 && names.file != nil && bytes < Self.mostBytes
  }

  /// Takes over the runs of a cell, of cells in the order of benchmarks.
  /// - Parameters:
  ///   - assignments: with indices of images if `needsImages` said so.
  ///   - names: with the file that the runs read, and the names of its classes and images.
  mutating func add(_ assignments: CellAssignments, _ names: BenchmarkAtHand) {
    guard count > 0 else { return }
    let cell = assignments.cell
    let heading = BenchmarkRegistry.current.heading(of: cell.benchmark)
    guard let images = names.file else {
      let problem = "\(heading): no images: \(names.problem ?? "")"
      if !problems.contains(problem) { problems.append(problem) }
      return
    }
    guard bytes < Self.mostBytes else {
      leftOut += assignments.runs.count
      return
    }
    let montages = CellMontages(assignments, count: count)
    for run in montages.runs {
      guard bytes < Self.mostBytes else {
        leftOut += 1
        continue
      }
      do {
        let markup = try montages.markup(
          of: run, images: images, names: names, atMost: Self.mostClusters)
        bytes += markup.source.utf8.count
        if benchmark != cell.benchmark {
          parts.append(.element("h3", [:], [.text(heading)]))
          benchmark = cell.benchmark
        }
        parts.append(markup)
      } catch {
        problems.append("\(cell.name), seed \(run.record.seed): no images: \(error)")
      }
    }
  }

  /// Nil where no images are wanted, or nothing has been run.
  var section: PageSection? {
    var problems = problems
    if leftOut > 0 {
      problems.append(
        "\(leftOut) further runs are left out, since the page would become too large: choose runs with --only"
      )
    }
    if parts.isEmpty, problems.isEmpty { return nil }
    return PageSection(
      name: "images", title: "Images in clusters",
      content: parts.isEmpty
        ? Markup.list(problems)
        : [
          .paragraph(
            "The most and the least typical images of the class that the cluster is matched to, and images of other "
              + "classes, the surest mistakes first. Distances to a centre are not stored: each run says what stands "
              + "in their place. Point at an image for its file and its class.", "quiet")
        ] + parts + Markup.list(problems))
  }
}
