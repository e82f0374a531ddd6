import ArgumentParser
import Experiments
import Foundation

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows how an experiment's runs stand, those that go on elsewhere too.",
    discussion: """
      Reads the results folder, and so shows runs of any machine that shares it. --watch looks again \
      every two seconds until every run is finished or has failed for good, or nothing runs or is \
      queued any more.
      """)

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var output: JSONOption

  @Flag(help: "Look again every two seconds until all is done.")
  var watch = false

  func run() async throws {
    var idleLooks = 0
    while true {
      // What is watched may be about to begin.
      let plan = try watch ? experiment.plan(needsData: false) : experiment.planOfResults()
      let runs = plan.runs
      let lines = [RunLine](runs, data: BenchmarkFolder(experiment.folders.data))
      try show(lines)
      guard watch, !runs.allSatisfy(isOver) else { return }
      idleLooks = await isIdle(plan) ? idleLooks + 1 : 0
      // Between two runs of a sweep nothing goes on for a moment.
      if idleLooks == 4 {
        Console.error("nothing runs or is queued any more: 'scl run' goes on")
        return
      }
      try await Task.sleep(for: .seconds(2))
    }
  }

  /// Whether no process works on a run, and none waits in Slurm's queue.
  private func isIdle(_ plan: Plan) async -> Bool {
    guard !plan.runs.contains(where: { $0.state.word == "running" }) else { return false }
    let queue = SlurmQueue(results: plan.options.results, experiment: plan.experiment.name)
    // Where Slurm cannot be asked, something may be queued.
    return (try? await queue.tasks().isEmpty) ?? false
  }

  /// Whether nothing more is to be expected of a run.
  private func isOver(_ run: PlannedRun) -> Bool {
    switch run.state {
    case .finished: true
    case .failed(let failure): !failure.kind.canPass
    case .missing, .unfinished, .running, .stale, .damaged: false
    }
  }

  private func show(_ lines: [RunLine]) throws {
    if output.json {
      for line in lines { try Console.json(line) }
      return
    }
    let clears = watch && isatty(STDOUT_FILENO) == 1
    // What is redrawn has a line for each run.
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

  /// The lines that a terminal has room for: those that go on before all others.
  private static func excerpt(_ text: [String], of lines: [RunLine], rows: Int) -> [String] {
    guard text.count > rows else { return text }
    let order = ["running", "failed", "damaged", "stale", "unfinished", "missing", "finished"]
    let ranked = lines.indices.sorted {
      (order.firstIndex(of: lines[$0].state) ?? order.count, $0)
        < (order.firstIndex(of: lines[$1].state) ?? order.count, $1)
    }
    return ranked.prefix(rows).sorted().map { text[$0] } + ["... and \(text.count - rows) more"]
  }

  private func summary(_ lines: [RunLine]) -> String {
    let words = ["finished", "running", "unfinished", "failed", "damaged", "stale", "missing"]
    let counts = words.compactMap { word in
      let count = lines.count { $0.state == word }
      return count > 0 ? "\(count) \(word)" : nil
    }
    return "\(SweepSummary(lines).text)\n\(lines.count) runs: \(counts.joined(separator: ", "))"
  }
}
