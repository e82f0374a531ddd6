import ArgumentParser
import Experiments
import Metrics
import Reporting

/// `scl compare`: prints a `MethodComparison` of an experiment's rows, as tables or JSON lines. It
/// reads results, and computes statistics and a score that a record lacks.
///
///     scl compare experiments/cifar10-cpu.yaml --reference kmeans --score nmi
///
/// Exit codes: 0, whatever the tests say; 65 for a mistake in the file of published figures; 66 if
/// nothing has been run, or the reference row has no scores.
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

  @OptionGroup var experiments: SeveralExperiments

  /// Any row with scores. In an ablation it is the unchanged method.
  @Option(
    help: "Row that the others are compared with (default: scl, or else the first row with scores)."
  )
  var reference: String?

  /// One score at a time, because every further one would add tests to the correction.
  @Option(help: "Score to compare.")
  var score = Metric.acc

  /// Pairing assumes that runs of one seed share their randomness. This flag drops the assumption.
  @Flag(help: "Treat the runs of two rows as independent, even if their seeds are the same.")
  var unpaired = false

  /// Only the order of the methods is compared with it. Without the default file there is no such
  /// comparison.
  @Option(help: "File of published scores, for the order of the methods.")
  var against = PublishedFigures.file

  @OptionGroup var output: JSONOption

  /// Computes missing scores from the assignments, compares and prints.
  func run() throws {
    let plans = try experiments.plansOfRuns()
    let comparison = try MethodComparison(
      ResultTable(plans.results(scoredBy: [score]), metrics: [score]), metric: score,
      reference: reference, paper: PublishedFigures.tables(against), isPaired: !unpaired)
    Console.printPart(
      output.json ? comparison.jsonLines() : comparison.markdown(width: Console.outputWidth))
  }
}
