import Methods
import Metrics
import Records
import Vision

// The further predictions and measures of a method that has them.
extension Examination {
  /// All read-outs of the examination's images; nil for a method without any.
  func readOuts(of method: any ClusteringMethod) throws -> ReadOuts? {
    try (method as? any ReportsReadOuts)?.readOuts(of: images)
  }

  /// Finds read-outs that cannot be scored or recorded: of other images than the given ones, with clusters outside
  /// 0..<K, with another result than `assign`, under names that are no columns, and measures that are not finite.
  /// - Parameters:
  ///   - chosen: the images.
  ///   - assigned: what `assign` gave for them.
  ///   - losses: the terms of an epoch, whose columns are taken.
  func checkReadOuts(
    of method: any ReportsReadOuts, _ chosen: ImageSet, assigned: [Int32], losses: [PartialLoss]
  ) throws {
    let readOuts = try method.readOuts(of: chosen)
    if readOuts.assigned != assigned {
      report(.assignments, "readOuts has other clusters than assign")
    }
    if let confidence = readOuts.confidence, confidence.count != readOuts.assigned.count {
      report(
        .assignments, "readOuts has \(confidence.count) confidences for \(chosen.count) images")
    }
    for (name, clusters) in readOuts.predictions {
      if clusters.count != chosen.count {
        report(
          .assignments,
          "the read-out '\(name)' has \(clusters.count) clusters for \(chosen.count) images")
      }
      if let wrong = clusters.first(where: { !(0..<2).contains($0) }) {
        report(.assignments, "cluster \(wrong) of the read-out '\(name)' is outside 0 to 1")
      }
    }
    // A row of the history takes what a run can record, and nothing else.
    let scores = Scores([.nmi: 0, .acc: 0, .ari: 0])
    var history = History()
    do {
      try history.append(
        HistoryRow(
          epoch: 1, loss: 0, partialLosses: losses, learningRate: 0, scores: scores,
          readOuts: readOuts.predictions.map { ReadOutScores($0.name, scores) },
          measures: readOuts.measures.map { RecordedMeasure($0.name, $0.value) }))
    } catch {
      report(.assignments, "its read-outs cannot be recorded: \(error)")
    }
  }
}
