import Core
import Experiments

/// The output of `scl plan`: a line per run with state and estimates, totals by benchmark and by
/// method, and the duration of the whole plan.
///
/// Estimates are measured, taken from finished runs, or rough; rough ones are marked with "~":
///
///     benchmark          method  seed  epochs  state    time left  memory
///     rehearsal-cifar10  kmeans  0     -       missing  ~2 s       ~0.40 GiB  rough estimate
///     rehearsal-cifar10  scl     0     20      missing  ~30 s      ~0.40 GiB  rough estimate
struct PlanTable {
  /// The machines that share the runs.
  struct Machines {
    /// The number of nodes of a cluster; nil for this machine.
    let count: Int?
    /// Simultaneous runs per machine.
    let jobs: Int
    /// Threads of each run.
    let threads: Int
  }

  /// The sum over a benchmark's, a method's or all runs; also an object of `--json`.
  private struct Total: Encodable {
    /// "benchmark", "method" or "all".
    let total: String
    /// The benchmark, the method, or "all".
    let name: String
    /// The number of runs.
    let runs: Int
    /// How many of them are finished.
    let finished: Int
    /// The sum over unfinished runs, one after the other.
    let secondsLeft: Double
    /// Unfinished runs without any estimate. `secondsLeft` leaves them out.
    let unknown: Int
    /// Runs with only a rough estimate.
    let rough: Int

    init(_ total: String, _ name: String, _ lines: [PlanLine]) {
      self.total = total
      self.name = name
      runs = lines.count
      finished = lines.count { $0.state == .finished }
      secondsLeft = lines.reduce(0) { $0 + ($1.secondsLeft ?? 0) }
      unknown = lines.count { $0.secondsLeft == nil }
      rough = lines.count { $0.source == .rough }
    }

    /// The cells of the line.
    var cells: [String] {
      [name, "\(runs)", "\(finished)", PlanTable.atLeast(secondsLeft, unknown, rough)]
    }
  }

  /// The time that some machines take for the whole plan; also an object of `--json`:
  ///
  ///     {"duration": "local", "jobs": 2, "nodes": 1, "threads": 1, "seconds": 1080,
  ///      "peakMemoryBytes": 900000000, "rough": 0, "unknown": 0}
  private struct Duration: Encodable {
    /// "local", or "cluster" for several nodes.
    let duration: String
    let nodes: Int
    let jobs: Int
    let threads: Int
    /// The end of the last run under list scheduling (`Schedule`).
    let seconds: Double
    /// The most memory that runs at the same time take on one machine.
    let peakMemoryBytes: Int
    /// Runs without an estimate, which count as 0 seconds.
    let unknown: Int
    let rough: Int

    /// "on this machine, 4 runs at a time with 2 threads each: 3 h 10 min, up to 2.50 GiB".
    var sentence: String {
      let runs = "\(Quantities.count(jobs, "run")) at a time"
      let place =
        duration == "local" ? "on this machine, \(runs)" : "on \(nodes) nodes, \(runs) per node"
      let threads = Quantities.count(threads, "thread")
      let memory =
        ", up to " + Quantities.memory(peakMemoryBytes) + (duration == "local" ? "" : " per node")
      return "\(place) with \(threads) each: \(PlanTable.atLeast(seconds, unknown, rough))"
        + (peakMemoryBytes > 0 ? memory : "")
    }
  }

  /// One per run, in the order of the plan.
  private let lines: [PlanLine]
  /// By benchmark, by method, then over all runs.
  private let totals: [Total]
  /// For this machine and, if asked for, for a cluster.
  private let durations: [Duration]

  /// - Parameters:
  ///   - plan: all runs with their states.
  ///   - store: the estimates.
  ///   - problems: runs that could not be measured. Runs of the same kind share the reason.
  ///   - here: this machine.
  ///   - nodes: a cluster; nil for none.
  init(
    _ plan: Plan, store: EstimateStore, problems: [(run: PlannedRun, reason: String)],
    here: Machines, nodes: Machines?
  ) {
    let followers = Dictionary(grouping: plan.runs.filter { $0.stage != nil }, by: \.stage)
    let lines = plan.runs.map { run in
      let rows = run.row.isStage ? run.rowsThatStart(among: followers) : nil
      // What a finished run took stands in its record.
      if run.state.status == .finished {
        return PlanLine(run, estimate: nil, problem: nil, pretextOf: rows)
      }
      let problem = problems.first { store.areAlike($0.run, run) }?.reason
      // A run that cannot be measured will fail, too.
      let rough = problem == nil ? store.roughEstimate(for: run) : nil
      return PlanLine(
        run, estimate: store.estimate(for: run) ?? rough, problem: problem, pretextOf: rows)
    }
    self.lines = lines
    func totals(_ what: String, _ name: KeyPath<PlanLine, String>) -> [Total] {
      let groups = Dictionary(grouping: lines) { $0[keyPath: name] }
      return lines.map { $0[keyPath: name] }.uniqued.map { Total(what, $0, groups[$0] ?? []) }
    }
    self.totals =
      totals("benchmark", \.benchmark) + totals("method", \.method)
      + [Total("all", "all", lines)]
    let tasks = Self.tasks(plan.runs, lines)
    durations = [here, nodes].compactMap(\.self).map { machines in
      let schedule = Schedule(tasks, jobs: machines.jobs, machines: machines.count ?? 1)
      return Duration(
        duration: machines.count == nil ? "local" : "cluster", nodes: machines.count ?? 1,
        jobs: machines.jobs, threads: machines.threads, seconds: schedule.seconds,
        peakMemoryBytes: schedule.peakMemoryBytes,
        unknown: lines.count { $0.secondsLeft == nil },
        rough: lines.count { $0.source == .rough })
    }
  }

  /// The unfinished runs as tasks of a schedule, each with the run that it starts from.
  private static func tasks(_ runs: [PlannedRun], _ lines: [PlanLine]) -> [Schedule.Task] {
    let open = zip(runs, lines).filter { $0.1.state != .finished }
    let places = Dictionary(
      open.enumerated().map { ($1.0.combination, $0) }, uniquingKeysWith: { first, _ in first })
    return open.map { run, line in
      Schedule.Task(
        seconds: line.secondsLeft ?? 0, memoryBytes: line.memoryBytes ?? 0,
        stage: run.stage.flatMap { places[$0] })
    }
  }

  /// Prints an object per run, per total and per set of machines.
  func printJSON() throws {
    for line in lines { try Console.json(line) }
    for total in totals { try Console.json(total) }
    for duration in durations { try Console.json(duration) }
  }

  /// Prints the runs, the totals by benchmark and by method, and a sentence per set of machines.
  func printText() {
    let header = [
      "benchmark", "method", "seed", "epochs", "state", "time left", "memory", "",
    ]
    Console.printColumns([header] + lines.map(\.cells))
    let pretexts = Dictionary(
      lines.compactMap { line in line.pretext.map { (line.method, $0) } },
      uniquingKeysWith: { first, _ in first })
    for what in ["benchmark", "method"] {
      Console.print("")
      let rows = totals.filter { $0.total == what || $0.total == "all" }.map { total in
        total.cells + [pretexts[total.name] ?? ""]
      }
      Console.printColumns([[what, "runs", "finished", "time left"]] + rows)
    }
    Console.print("")
    for sentence in sentences { Console.print(sentence) }
  }

  /// One sentence per set of machines: how long the whole plan takes.
  var sentences: [String] { durations.map(\.sentence) }

  /// A total time with its uncertainty: "~3 h plus 2 runs without an estimate".
  private static func atLeast(_ seconds: Double, _ unknown: Int, _ rough: Int) -> String {
    let time = (rough > 0 ? "~" : "") + Quantities.time(seconds)
    guard unknown > 0 else { return time }
    let runs = "\(Quantities.count(unknown, "run")) without an estimate"
    return seconds > 0 ? "\(time) plus \(runs)" : runs
  }
}

/// A run of a plan with its estimated time and memory; also an object of `--json`. Some of the
/// keys:
///
///     {"benchmark": "cifar10", "method": "scl", "seed": 0, "epochs": 30, "state": "unfinished",
///      "seconds": 1800, "secondsLeft": 1080, "memoryBytes": 900000000, "source": "measured"}
struct PlanLine: Encodable {
  let benchmark: String
  let method: String
  let seed: UInt64
  /// 0 for a method that does not train.
  let epochs: Int
  let state: RunStatus
  /// What made the run stale, failed or damaged; else empty.
  let detail: String
  /// The run's folder.
  let folder: String
  /// The duration of the whole run: measured if it is finished, else estimated; nil if unknown.
  let seconds: Double?
  /// What remains after the last checkpoint; 0 for a finished run.
  let secondsLeft: Double?
  /// Peak resident memory of the run's process.
  let memoryBytes: Int?
  /// Where the estimate comes from; nil for finished runs and without an estimate.
  let source: RunEstimate.Source?
  /// Why there is no measured estimate; nil if there is one.
  let problem: String?
  /// The rows that start from this run, if it is not a row itself.
  let pretextOf: [String]?

  /// - Parameters:
  ///   - run: with its state.
  ///   - estimate: the best that is known; nil without any.
  ///   - problem: why there is no better estimate.
  ///   - pretextOf: the rows that start from the run, if it is not a row itself.
  init(_ run: PlannedRun, estimate: RunEstimate?, problem: String?, pretextOf: [String]?) {
    self.pretextOf = pretextOf
    benchmark = run.benchmark.name
    method = run.row.name
    seed = run.seed
    epochs = run.epochs
    state = run.state.status
    detail =
      switch run.state {
      case .stale(let differences): differences.joined(separator: "; ")
      case .failed(let failure): failure.reason
      case .damaged(let reason): reason
      default: ""
      }
    folder = run.folder.path
    if case .finished(let record) = run.state {
      seconds = record.timing.seconds
      secondsLeft = 0
      memoryBytes = record.timing.peakMemoryBytes
      source = nil
      self.problem = nil
    } else {
      seconds = estimate?.seconds
      // What failed for good is not tried again.
      secondsLeft = run.isToRun ? estimate.map { $0.seconds * (1 - run.doneFraction) } : 0
      memoryBytes = estimate?.memoryBytes
      source = estimate?.source
      self.problem =
        switch estimate?.source {
        case nil: problem ?? "not measured"
        case .rough?: "rough estimate"
        case .measured?, .finishedRun?: nil
        }
    }
  }

  /// The cells of the line. A finished run has no time and no memory left to plan.
  var cells: [String] {
    let isFinished = state == .finished
    return [
      benchmark, method, "\(seed)", epochs > 0 ? "\(epochs)" : "-", state.rawValue,
      isFinished ? "-" : secondsLeft.map { rough + Quantities.time($0) } ?? "?",
      isFinished ? "-" : memoryBytes.map { rough + Quantities.memory($0) } ?? "?",
      [pretext ?? "", detail, problem ?? ""].filter { !$0.isEmpty }.joined(separator: "; "),
    ]
  }

  /// "pretext of scan", for a run that others start from.
  var pretext: String? { pretextOf.map { "pretext of \($0.joined(separator: ", "))" } }

  /// The mark of a rough estimate.
  private var rough: String { source == .rough ? "~" : "" }
}

extension PlannedRun {
  /// The names of the rows that start from this run, directly or through another stage.
  /// - Parameter followers: the runs that start from others, by what they start from.
  fileprivate func rowsThatStart(among followers: [Combination?: [PlannedRun]]) -> [String] {
    (followers[combination] ?? []).flatMap { run in
      (run.row.isStage ? [] : [run.row.name]) + run.rowsThatStart(among: followers)
    }.uniqued
  }
}
