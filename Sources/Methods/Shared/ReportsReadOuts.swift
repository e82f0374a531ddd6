import Vision

/// A method whose one network predicts an image's cluster in several ways, or which can measure without labels how
/// its parts work.
///
/// The evaluator scores each prediction after every scored epoch and at the end, so that one training compares them.
/// The method sees no scores. `assign` stays the method's result; the further predictions only inform.
///
/// ```swift
/// func readOuts(of images: ImageSet) throws -> ReadOuts {
///   let (classifier, similarity) = try predictions(of: images)   // probabilities, each [N, K]
///   let p = try ConfidentAssignment(probabilities: classifier)
///   let q = try ConfidentAssignment(probabilities: similarity)
///   return ReadOuts(
///     assigned: p, predictions: [("similarity", q.clusters)],
///     measures: [("agreement", ReadOuts.agreement(of: p.clusters, q.clusters))])
/// }
/// ```
///
/// A method that reports confidences needs no `readOuts` of its own. It then has measures alone: `smallest_cluster` and
/// `largest_cluster`, the shares of images in these, and `mean_confidence`.
public protocol ReportsReadOuts: ClusteringMethod {
  /// The clusters of `assign`, further predictions and measures, in one pass over the images, which may be those
  /// learnt from or others. Asked twice, it gives the same and leaves the method as it was: a measure that compares
  /// with an earlier epoch takes the state of that epoch from the method's `memory`, where `beginEpoch` put it.
  func readOuts(of images: ImageSet) throws -> ReadOuts
}

/// A further prediction of each image's cluster, 0..<K, [N]. Its name begins columns of history.csv and ends the title
/// of a row: lower or upper case ASCII letters, digits, "_" and "-".
public typealias ReadOut = (name: String, clusters: [Int32])

/// A finite figure that takes no labels, under the name of its column in history.csv.
public typealias NamedMeasure = (name: String, value: Double)

/// What a network says about images besides the method's result.
///
///     let readOuts = ReadOuts(
///       assigned: boundary, predictions: [("similarity", similarity)],
///       measures: [("agreement", ReadOuts.agreement(of: boundary, similarity))])
public struct ReadOuts: Sendable {
  /// The clusters of `assign`, [N].
  public let assigned: [Int32]
  /// The probability of each of these clusters, [N]; nil for methods that have none.
  public let confidence: [Float]?
  /// Further predictions, in the order of their columns and rows. One that does not exist yet, such as before the end
  /// of a warm-up, is left out.
  public let predictions: [ReadOut]
  /// Measures of the method's parts, in the order of their columns. One without a value yet is left out.
  public let measures: [NamedMeasure]

  public init(
    assigned: [Int32], predictions: [ReadOut] = [], measures: [NamedMeasure] = []
  ) {
    self.init(
      assigned: assigned, confidence: nil, predictions: predictions, measures: measures)
  }

  /// Of a method that has a probability of every cluster.
  public init(
    assigned: ConfidentAssignment, predictions: [ReadOut] = [], measures: [NamedMeasure] = []
  ) {
    self.init(
      assigned: assigned.clusters, confidence: assigned.confidence, predictions: predictions,
      measures: measures)
  }

  fileprivate init(
    assigned: [Int32], confidence: [Float]?, predictions: [ReadOut] = [],
    measures: [NamedMeasure] = []
  ) {
    self.assigned = assigned
    self.confidence = confidence
    self.predictions = predictions
    self.measures = measures
  }

  /// The share of images, 0...1, to which two predictions give a cluster of the same number.
  public static func agreement(of first: [Int32], _ second: [Int32]) -> Double {
    share(zip(first, second).count { $0 == $1 }, of: min(first.count, second.count))
  }

  /// The share of images, 0...1, in the smallest and in the largest of K clusters. A cluster without members counts.
  public static func clusterShares(
    of prediction: [Int32], clusters: Int
  ) -> (smallest: Double, largest: Double) {
    var sizes = [Int](repeating: 0, count: max(clusters, 1))
    for cluster in prediction where sizes.indices.contains(Int(cluster)) {
      sizes[Int(cluster)] += 1
    }
    return (
      share(sizes.min() ?? 0, of: prediction.count), share(sizes.max() ?? 0, of: prediction.count)
    )
  }

  private static func share(_ part: Int, of whole: Int) -> Double {
    whole == 0 ? 0 : Double(part) / Double(whole)
  }
}

extension ReportsReadOuts where Self: ReportsConfidence {
  public func readOuts(of images: ImageSet) throws -> ReadOuts {
    let assignment = try confidentAssignment(of: images)
    let shares = ReadOuts.clusterShares(of: assignment.clusters, clusters: context.clusters)
    let sum = assignment.confidence.reduce(0) { $0 + Double($1) }
    return ReadOuts(
      assigned: assignment,
      measures: [
        ("smallest_cluster", shares.smallest), ("largest_cluster", shares.largest),
        ("mean_confidence", sum / Double(max(assignment.confidence.count, 1))),
      ])
  }
}

extension ReadOuts: Equatable {
  public static func == (first: ReadOuts, second: ReadOuts) -> Bool {
    first.assigned == second.assigned && first.confidence == second.confidence
      && first.predictions.elementsEqual(second.predictions, by: ==)
      && first.measures.elementsEqual(second.measures, by: ==)
  }
}

extension ClusteringMethod {
  /// The clusters of `assign` with all that the method says besides: confidences, read-outs and measures of methods
  /// that have them.
  package func allReadOuts(of images: ImageSet) throws -> ReadOuts {
    if let reporting = self as? any ReportsReadOuts { return try reporting.readOuts(of: images) }
    let (clusters, confidence) = try assignWithConfidence(images)
    return ReadOuts(assigned: clusters, confidence: confidence)
  }
}
