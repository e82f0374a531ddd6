import Benchmarks
import Domain
import Figures
import Metrics
import Records
import Reporting

/// For every run, its clusters as rows of images, where the benchmark file is at hand.
///
///     var sources = ReportSources()
///     sources.benchmarkFiles["cifar10"] = "data/cifar10.h5"
///     MontageSection(table, from: sources).section?.markup
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

  /// Gives the order of benchmarks and methods.
  private let table: ResultTable
  /// Folders of runs, benchmark files, and the number of images.
  private let sources: ReportSources

  /// Reads nothing yet: images are read when the section is asked for.
  /// - Parameter sources: folders of runs and benchmark files.
  init(_ table: ResultTable, from sources: ReportSources) {
    self.table = table
    self.sources = sources
  }

  /// Nil where no images are wanted, or no run has assignments.
  var section: PageSection? {
    let cells = table.allCells.filter { !$0.records.isEmpty }
    guard !cells.isEmpty, sources.montageImages > 0 else { return nil }
    var parts: [Markup] = []
    var problems: [String] = []
    var bytes = 0
    var leftOut = 0
    for benchmark in table.benchmarks {
      let own = cells.filter { $0.benchmark == benchmark }
      guard let first = own.first else { continue }
      let heading = BenchmarkRegistry.current.heading(of: benchmark)
      let file = BenchmarkAtHand(for: first, from: sources)
      guard let images = file.file else {
        problems.append("\(heading): no images: \(file.problem ?? "")")
        continue
      }
      var shown: [Markup] = []
      for cell in own {
        // Nothing is read of cells that no longer fit.
        guard bytes < Self.mostBytes else {
          leftOut += cell.records.count { sources.folder(of: $0)?.hasAssignments ?? false }
          continue
        }
        let montages = CellMontages(of: cell, from: sources)
        problems += montages.problems
        for run in montages.runs {
          guard bytes < Self.mostBytes else {
            leftOut += 1
            continue
          }
          do {
            let markup = try montages.markup(
              of: run, images: images, names: file, atMost: Self.mostClusters)
            bytes += markup.source.utf8.count
            shown.append(markup)
          } catch {
            problems.append("\(cell.name), seed \(run.record.seed): no images: \(error)")
          }
        }
      }
      if !shown.isEmpty { parts += [.element("h3", [:], [.text(heading)])] + shown }
    }
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
            "Left: images of the class that the cluster is matched to, first those that the most seeds put into "
              + "the cluster of that class. Right: images of other classes, first those that the most seeds "
              + "mistake for it. Distances to a centre are not stored, so that these stand for the most and the "
              + "least typical images. Point at an image for its file and its class.", "quiet")
        ] + parts + Markup.list(problems))
  }
}
