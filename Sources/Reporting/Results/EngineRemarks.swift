import Records

/// Device, precision and libtorch, where the networks of a table have not all had the same: their
/// figures differ by more than the seeds.
enum EngineRemarks {
  private struct Run {
    let engine: String
    let cell: ResultCell
    let seed: UInt64
  }

  static func remarks(on table: ResultTable) -> [String] {
    let runs = table.allCells.flatMap { cell in
      // Without speed there was no training, and so no network.
      cell.records.filter { $0.timing.imagesPerSecond != nil }.map { record in
        Run(engine: text(record.provenance), cell: cell, seed: record.seed)
      }
    }
    let counts = Dictionary(grouping: runs, by: \.engine).mapValues(\.count)
    guard counts.count > 1,
      let usual = counts.min(by: { (-$0.value, $0.key) < (-$1.value, $1.key) })?.key
    else { return [] }
    return counts.keys.filter { $0 != usual }.sorted().map { engine in
      "Computed with \(engine), other runs with \(usual): "
        + list(runs.filter { $0.engine == engine })
    }
  }

  private static func text(_ provenance: Provenance) -> String {
    "\(provenance.device), \(provenance.precision), libtorch \(provenance.libtorch)"
  }

  /// "SCL on CIFAR-10 (seeds 0, 1), PICA on STL-10 (all seeds)"
  private static func list(_ runs: [Run]) -> String {
    var names: [String] = []
    var seeds: [String: [UInt64]] = [:]
    for run in runs {
      let name = TableText.name(run.cell)
      if seeds[name] == nil { names.append(name) }
      seeds[name, default: []].append(run.seed)
    }
    return names.map { name in
      let numbers = seeds[name] ?? []
      return "\(name) (\(numbers.count == 1 ? "seed" : "seeds") "
        + numbers.map { "\($0)" }.joined(separator: ", ") + ")"
    }.joined(separator: ", ")
  }
}
