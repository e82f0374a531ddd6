import ArgumentParser
import Core
import Experiments
import Foundation

/// `scl status`: prints a `RunLine` per run, then a summary with the share of work done and the
/// counts of states.
///
///     cifar10  kmeans    seed 0  finished
///     cifar10  instdisc  seed 0  running   epoch 13/30  loss 4.213  310 images/s  ETA 8 min
///
///     [#########...............] 41 %  1 of 2 runs  ETA 8 min
///     2 runs: 1 finished, 1 running
///
/// It only reads the results folder, so it works while runs are in progress, also from another
/// machine. Exit codes: 0; 66 if nothing has been run (without `--watch`).
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show the states of an experiment's runs.",
    discussion: """
      Reads the results folder, so it shows runs on all machines that share it. --watch updates the output \
      every two seconds until all runs have finished or failed, or nothing is running or queued.
      """)

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var output: JSONOption

  /// For a terminal beside a long sweep. Without a terminal the output is repeated instead of
  /// redrawn.
  @Flag(help: "Update every two seconds until all runs are done.")
  var watch = false

  /// Prints once, or every two seconds until all runs have ended or nothing has been running or
  /// queued for four looks.
  func run() async throws {
    var idleLooks = 0
    // Read once: the records of a large sweep are many.
    var estimates: EstimateStore?
    while true {
      // With --watch the experiment may be about to start, so missing results are no error.
      let plan = try watch ? experiment.plan(needsData: false) : experiment.planOfResults()
      let runs = plan.runs
      let known = estimates ?? EstimateStore(plan)
      estimates = known
      let lines = [RunLine](runs, estimates: known)
      try show(lines)
      guard watch, !runs.allSatisfy(isOver) else { return }
      idleLooks = await isIdle(plan) ? idleLooks + 1 : 0
      // A sweep pauses shortly between two runs, so a single look does not count.
      if idleLooks == 4 {
        Console.error("nothing is running or queued; resume with 'scl run'")
        return
      }
      try await Task.sleep(for: .seconds(2))
    }
  }

  /// Whether no run is in progress and no executor has a task in its queue.
  private func isIdle(_ plan: Plan) async -> Bool {
    let isRunning = plan.runs.contains { if case .running = $0.state { true } else { false } }
    guard !isRunning else { return false }
    for executor in ExecutorRegistry.current.executors {
      let tasks = try? await executor.tasks(
        results: plan.options.results, experiment: plan.experiment.name)
      // A queue that does not answer may have tasks.
      guard let tasks, tasks.isEmpty else { return false }
    }
    return true
  }

  /// Whether a run has ended for good: finished, or failed in a way that a sweep does not retry.
  private func isOver(_ run: PlannedRun) -> Bool {
    switch run.state {
    case .finished: true
    case .failed(let failure): !failure.kind.canPass
    case .missing, .unfinished, .running, .stale, .damaged: false
    }
  }

  /// Prints the lines: as JSON, as a table, or as a screen that replaces the last one.
  private func show(_ lines: [RunLine]) throws {
    if output.json {
      for line in lines { try Console.json(line) }
      return
    }
    let clears = watch && isatty(STDOUT_FILENO) == 1
    // A redrawn screen has one line per run, so lines are cut and not wrapped.
    var text = TextColumns(lines.map(\.cells), width: clears ? nil : Console.outputWidth).lines
    if clears {
      let size = TerminalRegion.size(of: STDOUT_FILENO)
      text = Self.excerpt(text, of: lines, rows: size.rows - 4)
        .map { String($0.prefix(size.columns - 1)) }
    }
    text += ["", summary(lines)]
    if clears { Console.clear() }
    Console.printPart(text.joined(separator: "\n") + "\n")
  }

  /// The lines that fit on the terminal, in their order. Running and failed runs take precedence
  /// over finished ones.
  /// - Parameter rows: the number of lines that fit.
  private static func excerpt(_ text: [String], of lines: [RunLine], rows: Int) -> [String] {
    guard text.count > rows else { return text }
    let order: [RunStatus] = [
      .running, .failed, .damaged, .stale, .unfinished, .missing, .finished,
    ]
    let ranked = lines.indices.sorted {
      (order.firstIndex(of: lines[$0].state) ?? order.count, $0)
        < (order.firstIndex(of: lines[$1].state) ?? order.count, $1)
    }
    return ranked.prefix(rows).sorted().map { text[$0] } + ["... and \(text.count - rows) more"]
  }

  /// Two lines: the progress of the sweep, and the number of runs in each state.
  private func summary(_ lines: [RunLine]) -> String {
    let states: [RunStatus] = [
      .finished, .running, .unfinished, .failed, .damaged, .stale, .missing,
    ]
    let counts = states.compactMap { state in
      let count = lines.count { $0.state == state }
      return count > 0 ? "\(count) \(state.rawValue)" : nil
    }
    return "\(SweepSummary(lines).text)\n\(Quantities.count(lines.count, "run")): "
      + counts.joined(separator: ", ")
  }
}
