import Records

/// Result tables as comma-separated values (RFC 4180), scores in per cent.
enum CSVRenderer {
  private static let header = [
    "experiment", "profile", "benchmark", "method", "title", "family", "metric", "mean", "std",
    "n", "planned", "min", "max", "state", "flags",
  ]

  static func render(_ table: ResultTable) -> String {
    let notes = TableNotes(table)
    var lines = [header.joined(separator: ",")]
    for cell in table.allCells {
      let flags = CellFlags.flags(of: cell, notes: notes).joined(separator: "; ")
      for metric in table.metrics {
        let statistics = cell.statistics(of: metric)
        let names = [
          table.experiment, table.profile, cell.benchmark, cell.method.name, cell.method.title,
          cell.method.family.rawValue, metric.name,
        ]
        let numbers = [
          number(statistics?.mean), number(statistics?.standardDeviation), "\(cell.records.count)",
          "\(cell.planned)", number(statistics?.minimum), number(statistics?.maximum),
        ]
        // A number may begin with a minus.
        lines.append(
          (names.map(Escaping.csv) + numbers + [cell.state.rawValue, flags].map(Escaping.csv))
            .joined(separator: ","))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func number(_ value: Double?) -> String {
    value.map { "\($0.fourDecimals)" } ?? ""
  }
}

/// What a program has to know of a cell before it uses its figures.
enum CellFlags {
  static func flags(of cell: ResultCell, notes: TableNotes) -> [String] {
    var flags = notes.allTexts(on: cell)
    if let runProtocol = cell.runProtocol { flags.append("\(runProtocol.nmi.rawValue) NMI") }
    if cell.records.count == 1 { flags.append("one seed only") }
    flags += cell.failed.map { "seed \($0.seed) failed: \($0.reason)" }
    flags += cell.stale.map { "seed \($0.seed) stale: \($0.reason)" }
    flags += cell.damaged.map { "seed \($0.seed) damaged: \($0.reason)" }
    flags += cell.otherProfiles.map { "seed \($0.seed) of profile \($0.reason) left out" }
    flags += cell.missing.map { "seed \($0) not run" }
    if let reason = cell.notApplicable { flags.append("n/a: \(reason)") }
    return flags
  }
}
