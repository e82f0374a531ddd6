import Core
import Domain
import Foundation
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
    var family: MethodFamily
    var state: ResultCell.State
    var seeds: [UInt64]
    var planned: Int
    var `protocol`: RunProtocol?
    var flags: [String]
  }

  /// A cell with its scores beside its other keys, under their names.
  private struct ScoredCell: Encodable {
    var cell: Cell
    var scores: [String: Score]

    func encode(to encoder: any Encoder) throws {
      try cell.encode(to: encoder)
      var container = encoder.container(keyedBy: NameKey.self)
      for (name, score) in scores { try container.encode(score, forKey: NameKey(name)) }
    }
  }

  private struct Remark: Encodable {
    var kind = "remark"
    var text: String
  }

  static func render(_ table: ResultTable) -> String {
    let notes = TableNotes(table)
    let cells = table.allCells.map { cell in
      ScoredCell(
        cell: Cell(
          experiment: table.experiment, profile: table.profile, benchmark: cell.benchmark,
          method: cell.method.name, title: cell.method.title, family: cell.method.family,
          state: cell.state, seeds: cell.records.map(\.seed), planned: cell.planned,
          protocol: cell.runProtocol, flags: CellFlags.flags(of: cell, notes: notes)),
        scores: Dictionary(
          uniqueKeysWithValues: table.metrics.compactMap { metric in
            cell.statistics(of: metric).map { (metric.name, Score($0)) }
          }))
    }
    let remarks = TableText.remarks(on: table).map { Remark(text: $0) }
    return cells.map { JSONLines.line($0) }.joined()
      + remarks.map { JSONLines.line($0) }.joined()
  }
}

/// Objects, each on a line of its own.
enum JSONLines {
  static func line(_ value: some Encodable) -> String {
    let encoder = JSONEncoder.sorted()
    // Encoding fails for non-finite numbers only; those become words.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let data = (try? encoder.encode(value)) ?? Data()
    return String(decoding: data, as: UTF8.self).displayableJSON + "\n"
  }
}
