import Core
import Domain
import Figures
import Foundation
import Records
import Reporting

/// Where the numbers come from: settings that are not the defaults, runs, and benchmark files.
///
///     ProvenanceSection(table).section?.markup
///
/// Everything here is copied from `run.json`. What a record of an earlier version lacks is shown as not recorded,
/// which is not the same as none.
struct ProvenanceSection {
  /// Every cell with a finished run, benchmark by benchmark.
  private let cells: [ResultCell]

  /// - Parameter table: its records are all that the section needs.
  init(_ table: ResultTable) {
    cells = table.resultCells.filter { !$0.records.isEmpty }
  }

  /// Nil where nothing has been run.
  var section: PageSection? {
    if cells.isEmpty { return nil }
    return PageSection(
      name: "provenance", title: "Settings and provenance",
      content: [Markup.element("h3", [:], [.text("Settings that differ from the defaults")])]
        + settings.markup + [.element("h3", [:], [.text("Benchmark files")])] + files.markup
        + [.element("h3", [:], [.text("Runs")])] + runs.markup)
  }

  /// A row per method and benchmark: in which settings its runs are not what the method does by default there.
  ///
  /// Seeds of a cell have the same settings, or there would be no cell. The settings of a run that this one starts
  /// from, such as a pretraining, have that run's method before their names: "simclr.epochs 30 of 200".
  private var settings: DataTable {
    DataTable(
      name: "settings",
      columns: [
        .init(title: "Method", isText: true), .init(title: "Benchmark", isText: true),
        .init(title: "Version"), .init(title: "Settings", isText: true),
      ],
      rows: cells.map { cell in
        let departures = cell.records.first?.departures
        let text =
          departures.map { $0.isEmpty ? "none" : $0.map(\.text).joined(separator: ", ") }
          ?? "not recorded"
        return [
          .words(cell.method.title), .words(BenchmarkRegistry.current.heading(of: cell.benchmark)),
          .number(cell.records.first.map { Double($0.methodVersion) }) { "\(Int($0))" },
          .words(text),
        ]
      })
  }

  /// A row per benchmark file that any run read.
  ///
  /// The hash is of the content: images, labels, splits and names of classes, in their order. `scl data list` shows the
  /// same one for a file at hand. Partial files and re-encoded pixels make results incomparable with published ones.
  private var files: DataTable {
    let read = cells.flatMap { cell in
      cell.records.map { (cell.benchmark, $0.provenance.benchmarkFile) }
    }
    var rows: [[DataTable.Cell]] = []
    var seen: Set<String> = []
    for (benchmark, file) in read where seen.insert(benchmark + file.contentHash).inserted {
      rows.append([
        .words(BenchmarkRegistry.current.heading(of: benchmark)),
        .number(Double(file.images)) { Int($0).grouped },
        .number(Double(file.definitionImages)) { Int($0).grouped },
        .words(file.complete ? "complete" : "partial"), .words(file.pixels.rawValue),
        .words(file.sourceFormat), .words(file.contentHash),
      ])
    }
    return DataTable(
      name: "files",
      columns: [
        .init(title: "Benchmark", isText: true), .init(title: "Images"), .init(title: "Of"),
        .init(title: "State", isText: true), .init(title: "Pixels", isText: true),
        .init(title: "Source", isText: true), .init(title: "SHA-256 of the content", isText: true),
      ], rows: rows)
  }

  /// A row per run: how long it took, on what, and which program computed it.
  ///
  /// Minutes are wall-clock time of all sessions of a run together, images per second those of its training, and
  /// memory is the largest of its process in millions of bytes. Revision and identity are cut to twelve digits, as
  /// `scl report --identity` and `git show` take them.
  private var runs: DataTable {
    DataTable(
      name: "runs",
      columns: [
        .init(title: "Method", isText: true), .init(title: "Benchmark", isText: true),
        .init(title: "Seed"), .init(title: "Minutes"), .init(title: "Images/s"),
        .init(title: "Peak MB"), .init(title: "Resumed"), .init(title: "Device", isText: true),
        .init(title: "Precision", isText: true), .init(title: "libtorch", isText: true),
        .init(title: "Revision", isText: true), .init(title: "Finished", isText: true),
        .init(title: "Identity", isText: true),
      ],
      rows: cells.flatMap { cell in
        cell.records.map { Self.row($0, of: cell) }
      })
  }

  /// A run's cells in the order of the columns of `runs`. Times and memory are as the run's own machine measured
  /// them.
  private static func row(_ record: RunRecord, of cell: ResultCell) -> [DataTable.Cell] {
    let provenance = record.provenance
    return [
      .words(cell.method.title), .words(BenchmarkRegistry.current.heading(of: cell.benchmark)),
      .number(Double(record.seed)) { _ in "\(record.seed)" },
      .number(record.timing.seconds / 60) { $0.oneDecimal },
      .number(record.timing.imagesPerSecond) { $0.oneDecimal },
      .number(Double(record.timing.peakMemoryBytes) / 1e6) { "\(Int($0))" },
      .number(Double(record.timing.resumptions)) { "\(Int($0))" },
      .words("\(provenance.device), \(provenance.deviceName)"), .words(provenance.precision),
      .words(provenance.libtorch), .words(String(provenance.sourceRevision.prefix(12))),
      .words(provenance.finishedAt), .words(String(record.identity.prefix(12))),
    ]
  }
}
