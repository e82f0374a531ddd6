import Core
import Torch
import Vision

/// Linear classifiers with a softmax on the same features: the sub-heads of one clustering.
public struct ClusterHeads: Module {
  private let heads: [Linear]

  public init(
    _ count: Int = 1, inputs: Int, clusters: Int, on device: Device,
    from stream: inout RandomStream
  ) throws {
    var heads: [Linear] = []
    for _ in 0..<count {
      heads.append(try Linear(inputs, clusters, on: device, from: &stream))
    }
    self.heads = heads
  }

  public var children: [(name: String, module: any Module)] {
    heads.enumerated().map { ("\($0.offset)", $0.element) }
  }

  /// Probabilities [B, K] of features [B, F], by sub-head.
  public func callAsFunction(_ features: Tensor) throws -> [Tensor] {
    try heads.map { try $0(features).softmax(along: 1) }
  }
}

/// A backbone with two clusterings on it, which are trained in turn, an epoch each: one into more
/// clusters than there are classes, which makes the features finer, and the one that is asked for
/// (IIC, section 4.1; PICA).
public struct TwoHeadNetwork: Module {
  public let backbone: Backbone
  private let overClustering: ClusterHeads
  private let clustering: ClusterHeads

  /// - Parameters:
  ///   - overClusters: clusters of the first.
  ///   - subHeads: classifiers of each.
  public init(
    _ settings: BackboneSettings, frontEnd: FrontEnd, overClusters: Int, subHeads: Int = 1,
    context: MethodContext
  ) throws {
    var stream = RandomStream(seed: context.seed, purpose: .weights)
    backbone = try Backbone(settings, frontEnd: frontEnd, context: context, from: &stream)
    overClustering = try ClusterHeads(
      subHeads, inputs: backbone.features, clusters: overClusters, on: context.device,
      from: &stream)
    clustering = try ClusterHeads(
      subHeads, inputs: backbone.features, clusters: context.clusters, on: context.device,
      from: &stream)
  }

  public var children: [(name: String, module: any Module)] {
    [("backbone", backbone), ("over_clustering", overClustering), ("clustering", clustering)]
  }

  /// Whether it is the turn of the clusters that are asked for.
  public func isFinal(_ epoch: Int) -> Bool { !epoch.isMultiple(of: 2) }

  /// The over-clustering learns from all images, what is asked for from those alone that have labels
  /// (IIC, section 4.1, and both codes on STL-10).
  public func passes(of epoch: Int) -> [ImagePass] { [isFinal(epoch) ? .labelledSplits : .all] }

  /// Probabilities of a batch in training, by sub-head of the clustering whose turn it is.
  public func callAsFunction(_ images: Tensor, epoch: Int) throws -> [Tensor] {
    let features = try backbone(images, training: true)
    return try isFinal(epoch) ? clustering(features) : overClustering(features)
  }

  /// The cluster of each image by one of the sub-heads.
  public func assign(
    _ images: ImageSet, _ augmentation: Augmentation, subHead: Int = 0
  ) throws -> [Int32] {
    try backbone.overAll(images, augmentation) { features, _ in try clustering(features)[subHead] }
      .largestColumns()
  }
}

extension Tensor {
  /// The column of the largest element of every row: probabilities [N, K] to clusters.
  func largestColumns() throws -> [Int32] {
    try argmax(along: 1).integers().map(Int32.init)
  }
}
