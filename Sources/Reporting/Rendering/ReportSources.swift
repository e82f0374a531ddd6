import Records

/// What a report can draw on besides the result table: the folders of its runs, benchmark files, and a diff.
///
/// Everything is optional. A format says what is not there, and leaves it out.
package struct ReportSources: Sendable {
  /// Names a run of a table.
  package struct Run: Hashable, Sendable {
    private let benchmark: String
    private let method: String
    private let seed: UInt64
    /// Several experiments can have a row of one name.
    private let experiment: String

    /// The run of a record.
    package init(_ record: RunRecord) {
      (benchmark, method, seed) = (record.benchmark, record.method, record.seed)
      experiment = record.experiment
    }
  }

  /// The folders of finished runs, with history and assignments.
  package var folders: [Run: RunFolder] = [:]
  /// The paths of benchmark files by the benchmark's name; of those that exist.
  package var benchmarkFiles: [String: String] = [:]
  /// The table against published figures; nil where there are none.
  package var diff: TableDiff?
  /// The number of images that a montage shows of each part of a cluster; 0 for no montages.
  package var montageImages = 4

  package init() {}

  /// The folder of a record of the table.
  package func folder(of record: RunRecord) -> RunFolder? {
    folders[Run(record)]
  }
}
