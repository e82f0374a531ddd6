import Methods
import Records
import Torch
import Vision

/// What a method says about the scored images at one time: its clusters, their scores, and its read-outs.
///
///     let evaluation = try evaluator.evaluation(of: method, on: task.scored)
///     evaluation.readOuts?.measures.first?.value
struct Evaluation {
  /// The cluster of each image, [N].
  let predicted: [Int32]
  /// The probability of each of these clusters, [N]; nil for methods that have none.
  let confidence: [Float]?
  /// The scores of these clusters.
  let metrics: RunMetrics
  /// Nil for methods without read-outs.
  let readOuts: ReadOutRecord?
}

extension Evaluator {
  /// Asks a method once, and scores all that it says.
  /// - Parameter images: the scored ones, [N], in the evaluator's order.
  /// - Throws: errors of the method and of libtorch; `RecordError` for names and values of read-outs that cannot be
  ///   recorded; `MetricsError` for a wrong number of clusters.
  func evaluation(of method: any ClusteringMethod, on images: ImageSet) throws -> Evaluation {
    let readOuts = try Torch.checked { try method.allReadOuts(of: images) }
    let hasMore = !readOuts.predictions.isEmpty || !readOuts.measures.isEmpty
    return try evaluation(
      of: readOuts.assigned, confidence: readOuts.confidence,
      readOuts: hasMore ? record(of: readOuts) : nil)
  }

  /// The read-outs with their scores.
  private func record(of readOuts: ReadOuts) throws -> ReadOutRecord {
    try ReadOutRecord(
      predictions: readOuts.predictions.map {
        ReadOutRecord.Prediction(name: $0.name, metrics: try metrics($0.clusters))
      },
      measures: readOuts.measures.map { RecordedMeasure($0.name, $0.value) })
  }

  /// Scores clusters that are known already, [N].
  func evaluation(
    of predicted: [Int32], confidence: [Float]? = nil, readOuts: ReadOutRecord? = nil
  ) throws -> Evaluation {
    Evaluation(
      predicted: predicted, confidence: confidence, metrics: try metrics(predicted),
      readOuts: readOuts)
  }
}
