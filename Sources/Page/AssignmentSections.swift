import Records
import Reporting

/// The sections that draw on assignments: clusters and classes, the plane, and images.
///
///     let sections = AssignmentSections(table, from: sources, drawsImages: true)
///     sections.sections.compactMap(\.self).map(\.markup)
///
/// Every file is read once, and only one cell's assignments are in memory at a time.
struct AssignmentSections {
  private var clusters: ClusterSection
  private var projections: ProjectionSection
  private var montages: MontageSection

  /// Reads the assignments of all finished runs.
  /// - Parameters:
  ///   - table: gives the order of benchmarks and methods.
  ///   - sources: folders of runs, benchmark files, and the number of images.
  ///   - drawsImages: whether montages are wanted, too; files of figures have none.
  init(_ table: ResultTable, from sources: ReportSources, drawsImages: Bool) {
    let cells = table.resultCells.filter { !$0.records.isEmpty }
    clusters = ClusterSection(table)
    projections = ProjectionSection(table, cells: cells.count)
    montages = MontageSection(count: drawsImages ? sources.montageImages : 0)
    for benchmark in table.benchmarks {
      // By content hash: rows of several experiments can be of different files.
      var atHand: [String?: BenchmarkAtHand] = [:]
      for cell in cells where cell.benchmark == benchmark {
        let hash = cell.benchmarkFile?.contentHash
        let names =
          atHand[hash]
          ?? BenchmarkAtHand(
            for: cell, from: sources, namesImages: drawsImages && sources.montageImages > 0)
        atHand[hash] = names
        let assignments = CellAssignments(
          of: cell, from: sources, needsImages: montages.needsImages(names))
        clusters.add(assignments, names)
        projections.add(assignments, names)
        montages.add(assignments, names)
      }
    }
  }

  /// From top to bottom; nil where a section has nothing to show.
  var sections: [PageSection?] { [clusters.section, projections.section, montages.section] }

  /// Those of all sections.
  var figures: [NamedFigure] { clusters.figures + projections.figures }
}
