import Experiments
import Foundation
import Records
import Reporting

extension [Plan] {
  /// What a page of these results can draw on: the folders of finished runs, the benchmark files that exist, and the
  /// diff against `paper-tables.md` where that file is found.
  /// - Parameter table: made of these plans' results.
  /// - Throws: `PaperTablesError` for a file of published figures that cannot be read; `RecordError` for a folder that
  ///   cannot be listed.
  func sources(of table: ResultTable) throws -> ReportSources {
    var sources = ReportSources()
    sources.folders = try folders(of: table.allCells.flatMap(\.records))
    // All plans have the options of one command.
    let folder = BenchmarkFolder(first?.options.data ?? RunOptions().data)
    for benchmark in table.benchmarks {
      let path = folder.file(named: benchmark)
      if FileManager.default.fileExists(atPath: path) { sources.benchmarkFiles[benchmark] = path }
    }
    // The matrix compares measured rows.
    if table.showsPublishedAlone { return sources }
    sources.diff = try table.diff ?? PublishedFigures.tables().map { TableDiff(table, against: $0) }
    return sources
  }

  /// The folders of these records: those of the planned runs, and for records that `--identity` chose also those of
  /// other settings.
  private func folders(of records: [RunRecord]) throws -> [ReportSources.Run: RunFolder] {
    var folders: [ReportSources.Run: RunFolder] = [:]
    var open: [ReportSources.Run: String] = [:]
    for record in records { open[ReportSources.Run(record)] = record.identity }
    func add(_ record: RunRecord, in folder: RunFolder) {
      let key = ReportSources.Run(record)
      guard open[key] == record.identity else { return }
      folders[key] = folder
      open[key] = nil
    }
    for run in flatMap(\.runs) {
      if case .finished(let record) = run.state { add(record, in: run.folder) }
    }
    for plan in self where !open.isEmpty {
      let results = ResultsFolder(plan.options.results)
      let name = plan.experiment.name
      for run in try results.runs(of: name) + results.supersededRuns(of: name) {
        if case .finished(let record) = run.state { add(record, in: run.folder) }
      }
    }
    return folders
  }
}
