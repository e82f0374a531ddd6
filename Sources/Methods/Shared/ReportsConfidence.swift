import Torch
import Vision

/// A method that tells how sure it is of each image's cluster, since it has a probability of every cluster: that of a
/// softmax over clusters, or of soft assignments.
///
///     let assignment = try method.confidentAssignment(of: images)
///     let sure = zip(assignment.clusters, assignment.confidence).filter { $0.1 > 0.9 }
///
/// Methods that end in a k-means do not conform: a distance to a centre is no probability. A conforming method needs no
/// `assign` of its own.
public protocol ReportsConfidence: ClusteringMethod {
  /// The clusters of `assign`, with the probability of each.
  func confidentAssignment(of images: ImageSet) throws -> ConfidentAssignment
}

extension ReportsConfidence {
  public func assign(_ images: ImageSet) throws -> [Int32] {
    try confidentAssignment(of: images).clusters
  }
}

/// The most probable cluster of each image.
///
///     let assignment = try ConfidentAssignment(logits: head(features))
///     assignment.confidence[0]   // the probability of the first image's cluster
public struct ConfidentAssignment: Hashable, Sendable {
  /// The cluster of each image, 0..<K, [N].
  public let clusters: [Int32]
  /// The probability that the method gives this cluster, 0...1, [N].
  public let confidence: [Float]

  /// From probabilities [N, K].
  public init(probabilities: Tensor) throws {
    clusters = try probabilities.largestColumns()
    confidence = try probabilities.maximum(along: [1]).to(.float32).floats()
  }

  /// From the logits of a softmax, [N, K]. The clusters are those of the largest logits, which rounding does not make
  /// equal.
  public init(logits: Tensor) throws {
    clusters = try logits.largestColumns()
    confidence = try logits.to(.float32).softmax(along: 1).maximum(along: [1]).floats()
  }
}

extension ClusteringMethod {
  /// The clusters of `assign` and, of a method that has it, the probability of each.
  package func assignWithConfidence(
    _ images: ImageSet
  ) throws -> (clusters: [Int32], confidence: [Float]?) {
    guard let confident = self as? any ReportsConfidence else { return (try assign(images), nil) }
    let assignment = try confident.confidentAssignment(of: images)
    return (assignment.clusters, assignment.confidence)
  }
}
