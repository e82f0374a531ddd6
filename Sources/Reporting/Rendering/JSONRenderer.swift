import Domain
import Metrics
import Records

/// Result tables as JSON lines, scores in per cent.
enum JSONRenderer {
  private struct Score: Encodable {
    var mean: Double
    var standardDeviation: Double?
    var minimum: Double
    var maximum: Double

    init(_ statistics: SeedStatistics) {
      mean = statistics.mean.fourDecimals
      standardDeviation = statistics.standardDeviation?.fourDecimals
      minimum = statistics.minimum.fourDecimals
      maximum = statistics.maximum.fourDecimals
    }
  }

  private struct Cell: Encodable {
    let kind = "cell"
    let unit = "percent"
    var experiment: String
    var profile: String
    var benchmark: String
    var method: String
    var title: String
    var family: String
    var state: ResultCell.State
    var seeds: [UInt64]
    var planned: Int
    var nmi: Score?
    var acc: Score?
    var ari: Score?
    var `protocol`: RunProtocol?
    var flags: [String]
  }

  private struct Remark: Encodable {
    var kind = "remark"
    var text: String
  }

  static func render(_ table: ResultTable) -> String {
    let notes = TableNotes(table)
    let cells = table.allCells.map { cell in
      Cell(
        experiment: table.experiment, profile: table.profile, benchmark: cell.benchmark,
        method: cell.method.name, title: cell.method.title, family: cell.method.family.rawValue,
        state: cell.state, seeds: cell.records.map(\.seed), planned: cell.planned,
        nmi: cell.statistics(of: .nmi).map(Score.init),
        acc: cell.statistics(of: .acc).map(Score.init),
        ari: cell.statistics(of: .ari).map(Score.init), protocol: cell.runProtocol,
        flags: CellFlags.flags(of: cell, notes: notes))
    }
    let remarks = TableText.remarks(on: table).map { Remark(text: $0) }
    return cells.map { JSONLines.line($0) }.joined()
      + remarks.map { JSONLines.line($0) }.joined()
  }
}
