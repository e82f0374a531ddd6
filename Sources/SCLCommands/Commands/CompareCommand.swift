import ArgumentParser
import Experiments
import Foundation
import Metrics
import Reporting

/// `scl compare`: prints a `MethodComparison` of an experiment's rows.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Test whether the methods of an experiment differ by more than chance.",
    discussion: """
      Each row is compared with a reference row: the difference of the means with its 95 % interval, a t-test, \
      a permutation test, and Holm's correction for the number of tests. Runs of one seed are paired. Over \
      several benchmarks: interquartile means and probabilities of improvement with bootstrap intervals. \
      Kendall's tau compares the order of the methods with the published order. docs/report.md explains them.
      """)

  @OptionGroup var experiment: ExperimentOptions

  @Option(
    help: "Row that the others are compared with (default: scl, or else the first row with scores)."
  )
  var reference: String?

  @Option(help: "Score to compare.")
  var score = Metric.acc

  @Flag(help: "Treat the runs of two rows as independent, even if their seeds are the same.")
  var unpaired = false

  @Option(help: "File of published scores, for the order of the methods.")
  var published = PublishedFigures.file

  @OptionGroup var output: JSONOption

  func run() throws {
    let plan = try experiment.planOfResults()
    guard plan.runs.contains(where: { $0.state != .missing }) else {
      throw ReportError.nothingRun(
        experiment: plan.experiment.name, results: plan.options.results)
    }
    let comparison = try MethodComparison(
      ResultTable(plan.results(scoredBy: [score]), metrics: [score]), metric: score,
      reference: reference,
      paper: paper(), isPaired: !unpaired)
    Console.printPart(
      output.json ? comparison.jsonLines() : comparison.markdown(width: Console.outputWidth))
  }

  /// The published figures. The default file may be missing, as a package of one's own has none.
  private func paper() throws -> PaperTables? {
    let path = PublishedFigures.path(published)
    if published == PublishedFigures.file, !FileManager.default.fileExists(atPath: path) {
      return nil
    }
    return try PublishedFigures.read(path)
  }
}
