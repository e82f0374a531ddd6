import ArgumentParser
import Core
import Metrics

extension Speed {
  /// The counterpart of benchmarks/scikit_score.py.
  struct Score: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time NMI, ARI and accuracy of an assignment.")

    @Option(help: "Number of points.")
    var points = 100_000

    @Option(help: "Number of classes and of clusters.")
    var clusters = 200

    @Option(help: "Number of timed evaluations; the median is reported.")
    var rounds = 15

    func validate() throws {
      guard points > 0, clusters > 0, rounds > 0 else {
        throw ValidationError("--points, --clusters and --rounds take positive numbers")
      }
    }

    func run() throws {
      var stream = RandomStream(seed: 0, purpose: .method)
      let truth = (0..<points).map { Int32($0 % clusters) }
      // Half of the points are in the cluster of their class.
      let predicted = truth.map { label in
        stream.next() % 2 == 0 ? label : Int32(stream.next() % UInt64(clusters))
      }
      var scores = (nmi: 0.0, ari: 0.0, accuracy: 0.0)
      func score() throws {
        let table = try ContingencyTable(truth: truth, predicted: predicted)
        scores = (
          table.normalisedMutualInformation(.arithmetic), table.adjustedRandIndex, table.accuracy
        )
      }
      let seconds = try medianSeconds(of: [score], rounds: rounds)[0]
      print(
        "score: \(fixed(seconds * 1000, 2)) ms; \(points) points, K = \(clusters), NMI "
          + "\(fixed(scores.nmi, 4)), ARI \(fixed(scores.ari, 4)), ACC "
          + "\(fixed(scores.accuracy, 4)), median of \(rounds)")
    }
  }
}
