import Records

/// Remarks on networks that were trained with another device, precision or libtorch than most runs
/// of the table. Such figures can differ by more than the seeds do.
enum EngineRemarks {
  /// A run that trained a network.
  private struct Run {
    /// "cpu, float32, libtorch 1.13.0".
    let engine: String
    let cell: ResultCell
    let seed: UInt64
  }

  /// One remark for each engine other than the most frequent, with its runs; empty if all runs have
  /// the same.
  static func remarks(on table: ResultTable) -> [String] {
    let runs = table.resultCells.flatMap { cell in
      cell.records.filter(\.hasTrained).map { record in
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

  /// Device, precision and libtorch in one string.
  private static func text(_ provenance: Provenance) -> String {
    "\(provenance.device), \(provenance.precision), libtorch \(provenance.libtorch)"
  }

  /// The runs by row and benchmark: "SCL on CIFAR-10 (seeds 0, 1), PICA on STL-10 (seed 2)".
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
