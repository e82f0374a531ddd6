import Core
import Foundation
import Metrics
import Records

extension TableFormat {
  /// An event file of TensorBoard for each finished run (`TensorBoardRuns`).
  public static let tensorboard = writing(
    "tensorboard", summary: "event files, in the folder of --out"
  ) { table, sources, folder in
    let events = try TensorBoardRuns(table, from: sources)
    try events.write(to: folder)
    return Quantities.count(events.runs.count, "event file")
  }
}

/// The finished runs of a table as runs of TensorBoard: a folder each, with one event file.
///
///     let runs = try TensorBoardRuns(table, from: sources)
///     try runs.write(to: "events")  // tensorboard --logdir events
///
/// A run has the scalars of its history over epochs, `loss`, `loss/NAME` for the terms of a sum, `learning_rate`,
/// `images_per_second`, `score/NAME`, `score/READ-OUT/NAME` and `measure/NAME`, and at its last epoch its scores as
/// `result/NAME`. Methods without a training have these alone, at epoch 0. Values are those of history.csv and
/// run.json: scores are fractions of 1.
package struct TensorBoardRuns {
  /// A run of TensorBoard.
  package struct Run: Equatable, Sendable {
    /// "cifar10/scl/seed-0", its name in TensorBoard.
    package let name: String
    package let file: EventFile
  }

  /// In the order of the table.
  package let runs: [Run]

  /// Reads the histories of all finished runs.
  /// - Parameters:
  ///   - table: its records give the scores.
  ///   - sources: the folders of the runs; a run without one has its scores alone.
  /// - Throws: `RecordError` for a history that cannot be read.
  package init(_ table: ResultTable, from sources: ReportSources) throws {
    runs = try table.resultCells.flatMap { cell in
      try cell.records.map { record in
        let history = try sources.folder(of: record)?.readHistory()
        return Run(
          name: "\(cell.benchmark)/\(cell.method.id)/seed-\(record.seed)",
          file: Self.events(of: record, history))
      }
    }
  }

  /// Writes every event file, each whole or not at all. One of an earlier call is replaced, since the names of files
  /// have no time: TensorBoard would show both.
  /// - Parameter folder: made if it does not exist.
  /// - Throws: `FileError`.
  package func write(to folder: String) throws {
    for run in runs {
      let place = "\(folder)/\(run.name)"
      try AtomicFile.createFolder(place)
      try AtomicFile.write(Data(run.file.bytes), to: "\(place)/events.out.tfevents.0.scl")
    }
  }

  /// The file of a run. Its events have the time at which the run finished; histories have no times of epochs.
  private static func events(of record: RunRecord, _ history: History?) -> EventFile {
    let finished = try? Date(record.provenance.finishedAt, strategy: .iso8601)
    var file = EventFile(wallTime: finished?.timeIntervalSince1970 ?? 0)
    for row in history?.rows ?? [] {
      let terms = row.partialLosses.count > 1 ? row.partialLosses : []
      file.add(
        [("loss", row.loss)] + terms.map { ("loss/\($0.name)", $0.value) }
          + [("learning_rate", row.learningRate)]
          + (row.imagesPerSecond.map { [("images_per_second", $0)] } ?? [])
          + scalars("score", row.scores)
          + row.readOuts.flatMap { scalars("score/\($0.name)", $0.scores) }
          + row.measures.map { ("measure/\($0.name)", $0.value) }, step: row.epoch)
    }
    let results = scalars("result", record.metrics.scores?.columns)
    if !results.isEmpty { file.add(results, step: history?.rows.last?.epoch ?? 0) }
    return file
  }

  /// Scores by name, in alphabetical order.
  private static func scalars(_ group: String, _ scores: Scores?) -> [(tag: String, value: Double)]
  {
    (scores?.byName ?? [:]).sorted { $0.key < $1.key }.map { ("\(group)/\($0.key)", $0.value) }
  }
}
