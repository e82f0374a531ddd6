import Metrics
import Records
import Statistics

/// The difference of two rows in one score on one benchmark: `scl compare` tests it, and tables print
/// it below a row (`scl report --reference`).
///
///     if ResultCell.obstacle(to: cell, from: reference) == nil,
///       let difference = CellDifference(of: cell, from: reference, .acc)
///     {
///       print(difference.text)  // "+0.7 [-0.2, 1.6]"
///     }
package struct CellDifference: Equatable, Sendable {
  /// Row minus reference in points, with its 95 % interval and p-values.
  package let result: MeanDifference
  /// The number of paired seeds; 0 if all seeds count as independent.
  package let pairs: Int

  /// - Parameters:
  ///   - cell: the row's cell.
  ///   - reference: the reference row's cell on the same benchmark.
  ///   - metric: the score.
  ///   - isPaired: whether seeds that both have are paired. Runs of one seed share the order of images
  ///     and the random draws. With fewer than two common seeds, all seeds count as independent anyway, but
  ///     for a row with a single seed: a test is not possible, and the run of the same seed is nearer.
  /// - Returns: nil if either cell lacks the score.
  package init?(
    of cell: ResultCell, from reference: ResultCell, _ metric: Metric, isPaired: Bool = true
  ) {
    let scores = cell.scores(of: metric)
    let others = reference.scores(of: metric)
    let pairs = scores.compactMap { own in
      others.first { $0.seed == own.seed }.map { (own.score, $0.score) }
    }
    let isSingle = min(scores.count, others.count) == 1
    self.pairs = isPaired && pairs.count > (isSingle ? 0 : 1) ? pairs.count : 0
    guard
      let result = self.pairs > 0
        ? MeanDifference(paired: pairs.map(\.0), pairs.map(\.1))
        : MeanDifference(independent: scores.map(\.score), others.map(\.score))
    else { return nil }
    self.result = result
  }

  /// "+0.7 [-0.2, 1.6]", or "+0.7" without an interval.
  var text: String {
    result.difference.signed
      + (result.interval.map { " [\($0.low.limit), \($0.high.limit)]" } ?? "")
  }
}

extension ResultCell {
  /// Why a cell cannot be compared with that of a reference row; nil if it can.
  static func obstacle(to cell: ResultCell, from reference: ResultCell?) -> String? {
    guard let reference else { return "the reference row has no score here" }
    if cell.runProtocol != reference.runProtocol {
      return "the reference row has a different protocol"
    }
    return cell.benchmarkFile == reference.benchmarkFile
      ? nil : "the reference row was computed on a different benchmark file"
  }
}
