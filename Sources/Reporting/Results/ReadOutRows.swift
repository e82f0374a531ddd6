import Records

/// The rows of read-outs (`--read-outs`): below each method one for each further prediction of its trained network,
/// with the scores of the same runs.
///
///     table.addReadOuts()
///
///     | SCL (our reading)                |  8.4 ± 0.5 | 20.3 ± 0.9 | ...
///     | SCL (our reading), by similarity |  9.1 ± 0.7 | 21.7 ± 1.0 | ...
///     | SCL (our reading), by consensus  |  8.9 ± 0.6 | 21.2 ± 0.9 | ...
///
/// They are rows like others, with marks and statistics of their own, but figures of runs (curves, clusters) are of the
/// method's row, and no read-out is compared with published figures.
extension ResultTable {
  /// Adds a row for each read-out that any run of a method has.
  package mutating func addReadOuts() {
    showsReadOuts = true
    var rows: [TableMethod] = []
    var cells: [ResultCell] = []
    for method in methods {
      rows.append(method)
      let measured = benchmarks.compactMap { cell(benchmark: $0, method: method.id) }
      cells += measured
      let names = measured.flatMap(\.records).flatMap { $0.readOuts?.predictions ?? [] }
        .map(\.name).uniqued
      for name in names {
        let row = method.readOut(name)
        rows.append(row)
        cells += measured.compactMap { $0.readOut(name, as: row) }
      }
    }
    replace(rows, cells)
  }

  /// All planned cells of methods' results, without those of their read-outs: one for each row that was run.
  package var resultCells: [ResultCell] { allCells.filter { $0.method.readOut == nil } }

  /// What these rows are; nothing for a table without them.
  var readOutRemarks: [String] {
    guard showsReadOuts else { return [] }
    return methods.contains { $0.readOut != nil }
      ? [
        "Rows 'by NAME' (read-outs): another prediction of the same trained network, not compared with published "
          + "figures."
      ] : ["No run of these methods has read-outs."]
  }
}

extension TableMethod {
  /// The row of one of the method's read-outs.
  fileprivate func readOut(_ name: String) -> TableMethod {
    var row = self
    row.readOut = name
    row.title += ", by \(name)"
    row.label = label.map { "\($0), by \(name)" }
    return row
  }
}

extension ResultCell {
  /// The cell with the scores of a read-out; nil if no run has it. What became of the other runs is said of the
  /// method's own cell.
  fileprivate func readOut(_ name: String, as row: TableMethod) -> ResultCell? {
    var cell = self
    cell.method = row
    cell.records = records.compactMap { record in
      let prediction = record.readOuts?.predictions.first { $0.name == name }
      guard let prediction else { return nil }
      var record = record
      record.metrics = prediction.metrics
      return record
    }
    (cell.failed, cell.stale, cell.damaged) = ([], [], [])
    (cell.otherProfiles, cell.missing, cell.notApplicable) = ([], [], nil)
    return cell.records.isEmpty ? nil : cell
  }
}
