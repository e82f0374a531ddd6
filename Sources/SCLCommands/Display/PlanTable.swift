import Experiments

/// A plan as `scl plan` shows it: its runs with what they will take, and totals.
struct PlanTable {
  /// Machines that runs are shared out to.
  struct Machines {
    /// Slurm nodes; nil for this machine.
    let count: Int?
    /// Runs that go on at once on each.
    let jobs: Int
    /// Threads of each run.
    let threads: Int
  }

  /// The sum over a benchmark's, a method's or all runs.
  private struct Total: Encodable {
    /// "benchmark", "method" or "all".
    let total: String
    let name: String
    let runs: Int
    let finished: Int
    let secondsLeft: Double
    /// Runs that are not finished and of which nothing is known: the time left is more than it says.
    let unknown: Int
    /// Runs of which only a rough estimate is known.
    let rough: Int

    init(_ total: String, _ name: String, _ lines: [PlanLine]) {
      self.total = total
      self.name = name
      runs = lines.count
      finished = lines.count { $0.state == "finished" }
      secondsLeft = lines.reduce(0) { $0 + ($1.secondsLeft ?? 0) }
      unknown = lines.count { $0.secondsLeft == nil }
      rough = lines.count { $0.source == .rough }
    }

    var cells: [String] {
      [name, "\(runs)", "\(finished)", PlanTable.atLeast(secondsLeft, unknown, rough)]
    }
  }

  /// How long machines take for all of it.
  private struct Duration: Encodable {
    /// "local" or "slurm".
    let duration: String
    let nodes: Int
    let jobs: Int
    let threads: Int
    let seconds: Double
    /// Of one machine.
    let peakMemoryBytes: Int
    let unknown: Int
    let rough: Int

    var sentence: String {
      let runs = "\(jobs) \(jobs == 1 ? "run" : "runs") at a time"
      let place =
        duration == "local" ? "here, \(runs)" : "on \(nodes) Slurm nodes, \(runs) on each"
      let threads = threads == 1 ? "1 thread" : "\(threads) threads"
      let memory =
        ", up to " + Quantities.memory(peakMemoryBytes) + (duration == "local" ? "" : " on a node")
      return "\(place) with \(threads): \(PlanTable.atLeast(seconds, unknown, rough))"
        + (peakMemoryBytes > 0 ? memory : "")
    }
  }

  private let lines: [PlanLine]
  private let totals: [Total]
  private let durations: [Duration]

  init(
    _ plan: Plan, store: EstimateStore, problems: [(run: PlannedRun, reason: String)],
    here: Machines, nodes: Machines?
  ) {
    let lines = plan.runs.map { run in
      let problem = problems.first { store.areAlike($0.run, run) }?.reason
      // What cannot be measured will not run either.
      let rough = problem == nil ? store.roughEstimate(for: run) : nil
      return PlanLine(
        run, estimate: store.estimate(for: run) ?? rough, problem: problem, among: plan.runs)
    }
    self.lines = lines
    func totals(_ what: String, _ name: KeyPath<PlanLine, String>) -> [Total] {
      var names: [String] = []
      for line in lines where !names.contains(line[keyPath: name]) {
        names.append(line[keyPath: name])
      }
      return names.map { wanted in
        Total(what, wanted, lines.filter { $0[keyPath: name] == wanted })
      }
    }
    self.totals =
      totals("benchmark", \.benchmark) + totals("method", \.method)
      + [Total("all", "all", lines)]
    let tasks = Self.tasks(plan.runs, lines)
    durations = [here, nodes].compactMap(\.self).map { machines in
      let schedule = Schedule(tasks, jobs: machines.jobs, machines: machines.count ?? 1)
      return Duration(
        duration: machines.count == nil ? "local" : "slurm", nodes: machines.count ?? 1,
        jobs: machines.jobs, threads: machines.threads, seconds: schedule.seconds,
        peakMemoryBytes: schedule.peakMemoryBytes,
        unknown: lines.count { $0.secondsLeft == nil },
        rough: lines.count { $0.source == .rough })
    }
  }

  /// What is still to be done, each run after the one that it starts from.
  private static func tasks(_ runs: [PlannedRun], _ lines: [PlanLine]) -> [Schedule.Task] {
    let open = zip(runs, lines).filter { $0.1.state != "finished" }
    return open.map { run, line in
      Schedule.Task(
        seconds: line.secondsLeft ?? 0, memoryBytes: line.memoryBytes ?? 0,
        stage: run.stage.flatMap { stage in open.firstIndex { $0.0.combination == stage } })
    }
  }

  func printJSON() throws {
    for line in lines { try Console.json(line) }
    for total in totals { try Console.json(total) }
    for duration in durations { try Console.json(duration) }
  }

  func printText() {
    let header = [
      "benchmark", "method", "seed", "epochs", "state", "time left", "memory", "",
    ]
    for line in TextColumns([header] + lines.map(\.cells), width: Console.outputWidth).lines {
      Console.print(line)
    }
    for what in ["benchmark", "method"] {
      Console.print("")
      let rows = totals.filter { $0.total == what || $0.total == "all" }.map { total in
        total.cells + [lines.first { $0.method == total.name }?.pretext ?? ""]
      }
      for line in TextColumns(
        [[what, "runs", "finished", "time left"]] + rows, width: Console.outputWidth
      ).lines {
        Console.print(line)
      }
    }
    Console.print("")
    for sentence in sentences { Console.print(sentence) }
  }

  /// How long machines take for all of it, a sentence for each.
  var sentences: [String] { durations.map(\.sentence) }

  /// A sum, a part of which is rough, to which some runs of unknown length are still to be added.
  private static func atLeast(_ seconds: Double, _ unknown: Int, _ rough: Int) -> String {
    let time = (rough > 0 ? "~" : "") + Quantities.time(seconds)
    guard unknown > 0 else { return time }
    let runs = "\(unknown) \(unknown == 1 ? "run" : "runs") unknown"
    return seconds > 0 ? "\(time) and \(runs)" : runs
  }
}
