import ArgumentParser
import Experiments
import Reporting

/// `scl reproduce`: `scl run`, `scl report` and `scl diff` in one command, for a first experiment
/// and for scripts.
///
///     scl reproduce experiments/rehearsal.yaml
///
/// The table and the diff go to standard output, progress to standard error. Exit codes: 0; 1 if a
/// run failed, a comparable score is outside the tolerance, or nothing in other results could be
/// compared; 128 plus the signal's number after a signal. Failed runs do not keep the table from
/// being printed.
struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce",
    abstract: "Run an experiment, print its table, and compare it with published numbers.",
    discussion:
      "Missing rehearsals are created first. Equivalent to 'scl run', 'scl report' and 'scl diff'.")

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var sweep: SweepOptions
  @OptionGroup var comparison: ComparisonOptions
  @OptionGroup var output: JSONOption
  @OptionGroup var quiet: QuietOption

  /// Checks the reference first, so that a wrong `--against` is found before hours of work.
  func run() throws {
    let compares = !comparison.hasNoReference
    if compares { try comparison.check() }
    try experiment.prepareRehearsals()
    let plan = try experiment.plan(sweep.computing)
    var failed = false
    do {
      try sweep.run(plan, command: experiment.childCommand(sweep.computing))
    } catch let code as ExitCode where code == .failure {
      // The table shows the failures. The exit code reports them at the end.
      failed = true
    }
    let finished = try experiment.plan()
    let table = try ResultTable(finished.results)
    Console.print(table, as: output.json ? .json : .markdown)
    guard compares else {
      Console.note("\(PublishedFigures.file) not found, so nothing was compared (see --against)")
      if failed { throw ExitCode.failure }
      return
    }
    if !output.json { Console.print("") }
    let diff = try comparison.diff([finished])
    Console.printPart(
      output.json
        ? diff.jsonLines() : diff.markdown(verbose: comparison.verbose, width: Console.outputWidth))
    comparison.reportIfNothingCompared(diff)
    if failed || comparison.fails(diff) { throw ExitCode.failure }
  }
}
