import Experiments
import Foundation
import Records
import Reporting

extension Plan {
  /// What a page of these results can draw on: the folders of finished runs, the benchmark files that exist, and the
  /// diff against `paper-tables.md` where that file is found.
  /// - Parameter table: made of this plan's results.
  /// - Throws: `PaperTablesError` for a file of published figures that cannot be read.
  func sources(of table: ResultTable) throws -> ReportSources {
    var sources = ReportSources()
    for run in runs {
      guard case .finished = run.state else { continue }
      let key = ReportSources.Run(
        benchmark: run.benchmark.name, method: run.row.name, seed: run.seed)
      sources.folders[key] = run.folder
    }
    let folder = BenchmarkFolder(options.data)
    for benchmark in table.benchmarks {
      let path = folder.file(named: benchmark)
      if FileManager.default.fileExists(atPath: path) { sources.benchmarkFiles[benchmark] = path }
    }
    let figures = PublishedFigures.path(PublishedFigures.file)
    if FileManager.default.fileExists(atPath: figures) {
      sources.diff = try table.diff ?? TableDiff(table, against: PublishedFigures.read(figures))
    }
    return sources
  }
}
