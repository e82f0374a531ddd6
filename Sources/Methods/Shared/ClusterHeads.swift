import Core
import Torch
import Vision

/// Linear classifiers with a softmax on the same features: the sub-heads of one clustering.
///
///     let heads = ClusterHeads(5, inputs: 512, clusters: 10, on: context.device, from: &stream)
///     let probabilities = heads(features)   // five times [B, 10]
public struct ClusterHeads: Module {
  private let heads: [Linear]

  /// - Parameters:
  ///   - count: the number of sub-heads.
  ///   - inputs: length F of a feature vector.
  ///   - clusters: K.
  ///   - initialisation: the distribution of the weights.
  ///   - device: where the tensors are.
  ///   - stream: what the weights are drawn from.
  public init(
    _ count: Int = 1, inputs: Int, clusters: Int,
    initialisation: LinearInitialisation = .torchDefault, on device: Device,
    from stream: inout RandomStream
  ) {
    var heads: [Linear] = []
    for _ in 0..<count {
      heads.append(
        Linear(inputs, clusters, initialisation: initialisation, on: device, from: &stream))
    }
    self.heads = heads
  }

  public var children: [(name: String, module: any Module)] {
    heads.enumerated().map { ("\($0.offset)", $0.element) }
  }

  /// Logits [B, K] of features [B, F], by sub-head.
  public func logits(_ features: Tensor) -> [Tensor] { heads.map { $0(features) } }

  /// Probabilities [B, K] of features [B, F], by sub-head.
  public func callAsFunction(_ features: Tensor) -> [Tensor] {
    logits(features).map { $0.softmax(along: 1) }
  }
}

/// The losses of sub-heads over an epoch, by which one of them is chosen without labels.
///
/// A method clears them before an epoch, adds those of a step at the step's end, and lists `memory` in its
/// own.
struct SubHeadLosses {
  /// Summed over the images of the epoch so far, [sub-heads].
  private let sums: Tensor

  /// - Parameter count: the number of sub-heads.
  init(_ count: Int, on device: Device) {
    sums = Tensor.zeros([count], on: device)
  }

  /// What training goes on from.
  var memory: [NamedTensor] { [("sub_head_losses", sums)] }

  /// Forgets the epoch.
  func clear() { sums.zero() }

  /// - Parameters:
  ///   - losses: means over the step's images, [sub-heads].
  ///   - images: the number of these images.
  func add(_ losses: Tensor, images: Int) { sums.add(losses, scale: Double(images)) }

  /// The sub-head of the lowest loss; the first of several.
  func lowest() throws -> Int {
    let losses = try sums.floats()
    return losses.indices.min { losses[$0] < losses[$1] } ?? 0
  }
}

/// A backbone with two clusterings on it, which are trained in turn: one into more clusters than there
/// are classes, which makes the features finer, and the one that is asked for (IIC, section 4.1; PICA).
package struct TwoHeadNetwork: Module {
  /// A clustering that is trained in a pass over its images.
  public enum Turn: Sendable {
    /// The one into more clusters.
    case overClustering
    /// The one that is asked for.
    case clustering
  }

  /// What both clusterings are on.
  public let backbone: Backbone
  /// The passes of an epoch.
  private let turns: [Turn]
  private let overClustering: ClusterHeads
  private let clustering: ClusterHeads

  /// - Parameters:
  ///   - settings: shape and initial weights of the backbone.
  ///   - frontEnd: what the images go through first.
  ///   - overClusters: clusters of the first.
  ///   - subHeads: classifiers of each.
  ///   - headInitialisation: where these start from.
  ///   - turns: the passes of an epoch.
  ///   - context: clusters, seed, device and precision of the run.
  public init(
    _ settings: BackboneSettings, frontEnd: FrontEnd, overClusters: Int, subHeads: Int = 1,
    headInitialisation: LinearInitialisation = .torchDefault, turns: [Turn],
    context: MethodContext
  ) {
    self.turns = turns
    var stream = RandomStream(seed: context.seed, purpose: .weights)
    backbone = Backbone(settings, frontEnd: frontEnd, context: context, from: &stream)
    overClustering = ClusterHeads(
      subHeads, inputs: backbone.features, clusters: overClusters,
      initialisation: headInitialisation, on: context.device, from: &stream)
    clustering = ClusterHeads(
      subHeads, inputs: backbone.features, clusters: context.clusters,
      initialisation: headInitialisation, on: context.device, from: &stream)
  }

  public var children: [(name: String, module: any Module)] {
    [("backbone", backbone), ("over_clustering", overClustering), ("clustering", clustering)]
  }

  /// The over-clustering learns from all images, what is asked for from those alone of splits that have
  /// labels (both codes, on STL-10).
  public var passes: [ImagePass] {
    turns.map {
      switch $0 {
      case .overClustering: .all
      case .clustering: .labelledSplits
      }
    }
  }

  /// Whose turn a step is.
  public func turn(of batch: Batch) -> Turn { turns[batch.pass] }

  /// Logits [B, K] of images [B, 3, S, S] in training, by sub-head.
  public func logits(_ images: Tensor, turn: Turn) -> [Tensor] {
    let features = backbone(images, training: true)
    return switch turn {
    case .overClustering: overClustering.logits(features)
    case .clustering: clustering.logits(features)
    }
  }

  /// Probabilities [B, K] of images [B, 3, S, S] in training, by sub-head.
  public func callAsFunction(_ images: Tensor, turn: Turn) -> [Tensor] {
    logits(images, turn: turn).map { $0.softmax(along: 1) }
  }

  /// The cluster of each image by one of the sub-heads, with its probability.
  public func assign(
    _ images: ImageSet, _ augmentation: Augmentation, subHead: Int = 0
  ) throws -> ConfidentAssignment {
    try ConfidentAssignment(
      probabilities: backbone.overAll(images, augmentation) { features, _ in
        clustering(features)[subHead]
      })
  }
}

extension Tensor {
  /// The column of the largest element of every row: probabilities [N, K] to clusters.
  func largestColumns() throws -> [Int32] {
    try argmax(along: 1).integers().map(Int32.init)
  }
}
