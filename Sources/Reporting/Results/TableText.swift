import Core
import Domain
import Metrics
import Records

/// The sentences above and below a result table, the same in every format.
package enum TableText {
  /// What captions say of the mark of the second best; a format with another mark, or without one, replaces it.
  static let secondBest = ", second best in italics"

  /// The lines above a table: what the figures are, then one line per protocol.
  ///
  ///     Experiment cifar10-cpu: NMI, ACC and ARI in per cent, mean ± sample standard deviation
  ///     over 2 seeds; best of each column in bold.
  ///     Protocol: trained on train+test, scored on train+test, last checkpoint, arithmetic NMI,
  ///     32 px images.
  ///
  /// - Parameter marksSecond: whether the table marks second best figures.
  static func caption(of table: ResultTable, marksSecond: Bool) -> [String] {
    if table.showsPublishedAlone {
      let several =
        table.experiments.isEmpty
        ? "experiment \(table.experiment)" : "experiments \(list(table.experiments))"
      let file = table.diff.map { " from \($0.reference)" } ?? ""
      return [
        "Published figures\(file) of the methods of \(several): \(list(table.metrics.map(\.title))) in per cent."
      ]
    }
    let counts = table.allCells.map(\.planned)
    let least = counts.min() ?? 0
    let most = counts.max() ?? 0
    let seeds = least == most ? "\(most)" : "\(least) to \(most)"
    let statistic =
      most == 1
      ? "one seed" : "\(table.statistic.title) over \(seeds) seeds"
    let subject = table.sweptSetting.map { "Sensitivity to \($0). " } ?? ""
    return [
      "\(subject)\(experiments(of: table)): "
        + "\(list(table.metrics.map(\.title))) in per cent, "
        + "\(statistic); best of each column in bold"
        + (marksSecond ? "\(secondBest)." : ".")
    ] + protocolLines(of: table)
  }

  /// "Experiment rehearsal@short, profile short". The names of several experiments have their profiles.
  private static func experiments(of table: ResultTable) -> String {
    table.experiments.isEmpty
      ? "Experiment " + name(table.experiment, profile: table.profile)
      : "Experiments \(list(table.experiments))"
  }

  /// An experiment with its profile, if one was chosen.
  static func name(_ experiment: String, profile: String) -> String {
    profile == RunRecord.withoutProfile ? experiment : "\(experiment), profile \(profile)"
  }

  /// "NMI, ACC and ARI".
  private static func list(_ names: [String]) -> String {
    let first = names.dropLast().joined(separator: ", ")
    return first.isEmpty ? names.joined() : "\(first) and \(names[names.count - 1])"
  }

  /// One line for each protocol, with its benchmarks and their image sizes. If all benchmarks share
  /// one protocol and one size, one line without benchmarks.
  private static func protocolLines(of table: ResultTable) -> [String] {
    var lines: [(rule: String, benchmarks: [String])] = []
    var sizes: Set<Int> = []
    for benchmark in table.benchmarks {
      let cells = table.methods.compactMap { table.cell(benchmark: benchmark, method: $0.id) }
      guard let usual = TableNotes.usualProtocol(of: cells) else { continue }
      let rule =
        "trained on \(usual.train.rawValue), scored on \(usual.score.rawValue), "
        + "\(usual.checkpoint.title), \(usual.nmi.rawValue) NMI"
      sizes.insert(usual.imageSize)
      let size = "\(BenchmarkRegistry.current.heading(of: benchmark)) \(usual.imageSize) px"
      if let index = lines.firstIndex(where: { $0.rule == rule }) {
        lines[index].benchmarks.append(size)
      } else {
        lines.append((rule, [size]))
      }
    }
    if lines.count == 1, sizes.count == 1, let size = sizes.first {
      return ["Protocol: \(lines[0].rule), \(size) px images."]
    }
    return lines.map { "Protocol: \($0.rule) (\($0.benchmarks.joined(separator: ", ")))." }
  }

  /// The lines below a table: missing spreads and seeds, runs that were left out with their
  /// reasons, mixed engines (`EngineRemarks`), suspicious figures (`ControlBounds`), empty clusters, departures.
  static func remarks(on table: ResultTable) -> [String] {
    let cells = table.allCells
    var remarks: [String] = []
    let hasSingle = cells.contains { cell in
      table.metrics.contains { cell.scores(of: $0).count == 1 }
    }
    if hasSingle {
      remarks.append(
        cells.contains { $0.planned > 1 }
          ? "A figure without \(table.statistic == .deviation ? "±" : "a range") is from one seed."
          : "One seed only: the figures have no spread over seeds.")
    }
    let partial = cells.filter { $0.state == .partial }
    for count in partial.map(seedCount).uniqued {
      remarks.append("n = \(count): \(names(partial.filter { seedCount($0) == count })).")
    }
    remarks += table.metrics.flatMap { incompleteScores($0, cells) }
    for cell in cells {
      remarks += cell.failed.map { "Failed: \(name(cell)), seed \($0.seed): \($0.reason)" }
    }
    remarks += staleRemarks(on: cells)
    for cell in cells {
      remarks += cell.damaged.map {
        "Damaged, left out: \(name(cell)), seed \($0.seed): \($0.reason)"
      }
    }
    for cell in cells {
      remarks += cell.otherProfiles.map {
        "Other profile (\($0.reason)), left out: \(name(cell)), seed \($0.seed)"
      }
    }
    for cell in cells {
      if let reason = cell.notApplicable { remarks.append("n/a: \(name(cell)): \(reason)") }
    }
    let missing = cells.filter { !$0.missing.isEmpty }
    for seeds in missing.map(\.missing).uniqued {
      remarks.append(
        "Not run, \(seeds.count == 1 ? "seed" : "seeds") "
          + seeds.map { "\($0)" }.joined(separator: ", ")
          + ": \(names(missing.filter { $0.missing == seeds })).")
    }
    remarks += FollowingRows.remarks(on: table)
    remarks += EngineRemarks.remarks(on: table)
    remarks += ControlBounds.remarks(on: table)
    remarks += EmptyClusters.remarks(on: table)
    return remarks + departures(of: table)
  }

  /// The author's notes. They are of all rows and benchmarks, so a part of the table may not depart in this way.
  static func departures(of table: ResultTable) -> [String] {
    table.distance.map { note in
      table.isPart
        ? "As a whole, the experiment departs from the published ones: \(note)"
        : "Departs from the published experiments: \(note)"
    }
  }

  /// One remark for each reason, with all runs that share it: "Stale, left out: SCL on STL-10, seed
  /// 0; PICA on STL-10, seeds 0, 1: epochs 30, now 40".
  private static func staleRemarks(on cells: [ResultCell]) -> [String] {
    cells.flatMap { $0.stale.map(\.reason) }.uniqued.map { reason in
      let runs = cells.compactMap { cell -> String? in
        let seeds = cell.stale.filter { $0.reason == reason }.map { "\($0.seed)" }
        guard !seeds.isEmpty else { return nil }
        return "\(name(cell)), \(seeds.count == 1 ? "seed" : "seeds") "
          + seeds.joined(separator: ", ")
      }
      return "Stale, left out: \(runs.joined(separator: "; ")): \(reason)"
    }
  }

  /// "k-means; SCL on CIFAR-10; SCL on STL-10": the rows of each benchmark.
  static func names(_ cells: [ResultCell]) -> String {
    names(cells.map { ($0.method.title, $0.heading) })
  }

  /// The same of titles of rows with headings of benchmarks. Each is named once.
  package static func names(_ rows: [(title: String, heading: String)]) -> String {
    rows.map(\.heading).uniqued.map { heading in
      rows.filter { $0.heading == heading }.map(\.title).uniqued.joined(separator: "; ")
        + " on \(heading)"
    }.joined(separator: "; ")
  }

  /// What a score's figure is from where only some finished seeds have it, such as a silhouette of runs whose vectors
  /// were not kept: "Silhouette is from 2 of 3 finished seeds: SCL on CIFAR-10."
  private static func incompleteScores(_ metric: Metric, _ cells: [ResultCell]) -> [String] {
    func count(_ cell: ResultCell) -> String {
      "\(cell.scores(of: metric).count) of \(cell.records.count)"
    }
    let incomplete = cells.filter { cell in
      (1..<max(1, cell.records.count)).contains(cell.scores(of: metric).count)
    }
    return incomplete.map(count).uniqued.map { number in
      "\(metric.title) is from \(number) finished seeds: "
        + "\(names(incomplete.filter { count($0) == number }))."
    }
  }

  /// "1 of 3" seeds.
  private static func seedCount(_ cell: ResultCell) -> String {
    "\(cell.records.count) of \(cell.planned)"
  }

  /// "SCL on CIFAR-10".
  static func name(_ cell: ResultCell) -> String {
    "\(cell.method.title) on \(cell.heading)"
  }
}
