import Benchmarks
import Domain
import Methods
import Metrics
import Records

/// The only holder of labels in a run. It scores assignments and returns scores only; the control
/// `true-labels` gets the labels themselves.
///
///     let metrics = try evaluator.metrics(method.assign(images))
///     metrics.scores?[.acc]  // in 0...1
///     try evaluator.evaluation(of: method, on: images).readOuts  // with read-outs, in one pass
struct Evaluator {
  /// Labels of the scored images, in their order; nil where the benchmark has none.
  private let truth: [Int32]?
  /// Indices of the scored images in the benchmark file, in their order.
  private let fileIndices: [Int]
  private let clusters: Int
  /// Of the NMI that the protocol reports.
  private let normaliser: NMINormaliser

  /// - Parameters:
  ///   - labels: of the scored images, [N], in their order; nil for a benchmark without labels.
  ///   - fileIndices: the indices of these images in the benchmark file, in the same order.
  ///   - clusters: K.
  ///   - runProtocol: the normaliser of the NMI.
  ///   - benchmark: its name, for messages.
  /// - Throws: `ExperimentError.labelsInScoring` if some of the scored images have labels and
  ///   others do not.
  init(
    labels: [Int32]?, fileIndices: [Int], clusters: Int, runProtocol: RunProtocol,
    benchmark: String
  ) throws {
    guard labels?.allSatisfy({ $0 >= 0 }) ?? true else {
      throw ExperimentError.labelsInScoring(
        benchmark: benchmark, split: runProtocol.score.rawValue)
    }
    truth = labels
    self.fileIndices = fileIndices
    self.clusters = clusters
    normaliser = runProtocol.nmi
  }

  /// Whether there is anything to score by.
  var hasLabels: Bool { truth != nil }

  /// The clusters of the control that is made of the labels.
  /// - Throws: `MethodError.unsupported` where there are none, or more classes than clusters.
  func trueLabels() throws -> [Int32] {
    guard let truth else {
      throw MethodError.unsupported(
        method: TrueLabels.description.name, reason: "the images have no labels")
    }
    let classes = Int(truth.max() ?? -1) + 1
    guard classes <= clusters else {
      throw MethodError.unsupported(
        method: TrueLabels.description.name,
        reason: "\(classes) classes do not fit in \(clusters) clusters")
    }
    return truth
  }

  /// The scores and cluster sizes of an assignment, [N]. Without labels there are cluster sizes
  /// only.
  func metrics(_ predicted: [Int32]) throws -> RunMetrics {
    let scores = try ClusteringScores(
      truth: truth ?? [Int32](repeating: 0, count: fileIndices.count), predicted: predicted,
      clusters: clusters, normaliser: normaliser)
    return RunMetrics(
      scores: truth == nil ? nil : scores.scores, images: predicted.count, clusters: clusters,
      clusterSizes: scores.clusterSizes)
  }

  /// The scored images in the order of the benchmark file, which is that of `assignments.h5`: their places in the order
  /// of presentation, [N].
  var fileOrder: [Int] {
    fileIndices.indices.sorted { fileIndices[$0] < fileIndices[$1] }
  }

  /// The content of `assignments.h5`: images in the order of the benchmark file, so that the order
  /// of presentation leaves no trace.
  /// - Parameters:
  ///   - predicted: the cluster of each image in the order of presentation, [N].
  ///   - confidence: its probability, [N]; nil for methods that have none.
  ///   - identity: the run's.
  ///   - contentHash: that of the benchmark file.
  func assignments(
    _ predicted: [Int32], confidence: [Float]?, identity: String, contentHash: String
  ) throws -> Assignments {
    let order = fileOrder
    return try Assignments(
      identity: identity, benchmarkContentHash: contentHash,
      indices: order.map { Int64(fileIndices[$0]) }, predicted: order.map { predicted[$0] },
      truth: order.map { truth?[$0] ?? -1 },
      confidence: confidence.map { confidence in order.map { confidence[$0] } })
  }
}
