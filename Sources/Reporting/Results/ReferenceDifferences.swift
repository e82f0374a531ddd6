import Core
import Metrics
import Statistics

/// The differences of a table's rows to their reference rows: of an ablation to the unchanged method, of
/// a setting's values to its default.
enum ReferenceDifferences {
  /// The difference of a cell to that of its reference row; nil if the row has no reference, or the two
  /// are not comparable.
  static func difference(
    of cell: ResultCell, _ metric: Metric, in table: ResultTable
  ) -> CellDifference? {
    guard let name = table.references[cell.method.id],
      let reference = table.cell(benchmark: cell.benchmark, method: name),
      ResultCell.obstacle(to: cell, from: reference) == nil
    else { return nil }
    return CellDifference(of: cell, from: reference, metric)
  }

  /// What the differences are, and why some are missing; nothing for a table without them.
  static func remarks(on table: ResultTable) -> [String] {
    guard !table.references.isEmpty else { return [] }
    let cells = table.allCells
    let differences = cells.flatMap { cell in
      table.metrics.compactMap { difference(of: cell, $0, in: table) }
    }
    // Single seeds have no interval.
    let tested = differences.filter { $0.result.interval != nil }
    var remarks = ["Minus: the row above minus the reference row, in points."]
    if !tested.isEmpty {
      remarks[0] +=
        " The 95 % interval is that of the t-test, not adjusted for the number of rows; 'scl compare' has "
        + "adjusted p-values."
    }
    if tested.contains(where: \.result.isPaired) {
      remarks.append("Seeds that both rows have are paired (Student's t).")
    }
    if differences.contains(where: { $0.pairs == 1 }) {
      remarks.append(
        "A row with one seed is compared with the reference row's run of that seed, without an interval."
      )
    }
    if tested.contains(where: { !$0.result.isPaired }) {
      remarks.append("Rows without two common seeds count as independent (Welch's t).")
    }
    let missing = cells.filter { !$0.records.isEmpty && !$0.isUnscored }.compactMap { cell in
      obstacle(to: cell, in: table).map { (TableText.name(cell), $0) }
    }
    remarks += missing.map(\.1).uniqued.map { reason in
      "Not compared, \(reason): "
        + missing.filter { $0.1 == reason }.map(\.0).joined(separator: "; ")
    }
    return remarks
  }

  /// Why a cell has no difference to its reference row; nil if it has one, or the row has no reference.
  private static func obstacle(to cell: ResultCell, in table: ResultTable) -> String? {
    guard let name = table.references[cell.method.id] else { return nil }
    let reference = table.cell(benchmark: cell.benchmark, method: name)
    let hasScores = reference?.records.isEmpty == false
    return ResultCell.obstacle(to: cell, from: hasScores ? reference : nil)
  }
}
