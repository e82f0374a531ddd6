import Metrics
import Records
import Reporting

/// The assignments of a cell's finished seeds, each file read once for all sections that draw on it.
///
///     let assignments = CellAssignments(of: cell, from: sources, needsImages: false)
///     assignments.runs.map(\.clusters)  // sizes, classes and matching, a list per seed
struct CellAssignments {
  /// A seed whose assignments could be read.
  struct Run {
    /// The run's `run.json`: its seed, and the size of the images that it saw.
    let record: RunRecord
    /// Where its other files are.
    let folder: RunFolder
    /// The class of every scored image, [N]; -1 for none.
    let truth: [Int32]
    /// The cluster of every scored image, [N].
    let predicted: [Int32]
    /// The index of every scored image in the benchmark file, [N]; empty where no images are drawn.
    let indices: [Int64]
    /// The probability of the cluster of every scored image, [N]; nil for methods that have none, and where no images
    /// are drawn.
    let confidence: [Float]?
    /// The sizes, classes and matching of its clusters.
    let clusters: RunClusters
  }

  /// Names the method and the benchmark in headings.
  let cell: ResultCell
  /// By ascending seed.
  let runs: [Run]
  /// Why an assignment could not be read, a sentence each.
  let problems: [String]

  /// Reads `assignments.h5` of every finished seed that has one.
  /// - Parameters:
  ///   - cell: with the records of its finished seeds.
  ///   - sources: folders of runs.
  ///   - needsImages: whether indices of images are read, too. They take longer than all else.
  init(of cell: ResultCell, from sources: ReportSources, needsImages: Bool) {
    var runs: [Run] = []
    var problems: [String] = []
    for record in cell.records {
      guard let folder = sources.folder(of: record), folder.hasAssignments else { continue }
      do {
        let whole = needsImages ? try folder.readAssignments(of: record) : nil
        let (truth, predicted) =
          try whole.map { ($0.truth, $0.predicted) } ?? folder.readLabels(of: record)
        runs.append(
          Run(
            record: record, folder: folder, truth: truth, predicted: predicted,
            indices: whole?.indices ?? [], confidence: whole?.confidence,
            clusters: try RunClusters(
              truth: truth, predicted: predicted, count: record.metrics.clusters)))
      } catch {
        problems.append("\(cell.name), seed \(record.seed): no clusters: \(error)")
      }
    }
    self.cell = cell
    self.runs = runs
    self.problems = problems
  }
}
