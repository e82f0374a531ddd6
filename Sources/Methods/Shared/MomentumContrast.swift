import Core
import Torch
import Vision

/// An encoder for queries, the momentum encoder that makes their keys, and the queue of earlier keys: MoCo (He et
/// al., "Momentum Contrast for Unsupervised Visual Representation Learning", CVPR 2020), and what builds on it.
///
/// ```swift
/// let contrast = try MomentumContrast(
///   settings.backbone, projection: settings.projection, queue: 4096, shuffleGroups: 8, context: context)
/// let step = contrast.embeddings(batch, directions: [(query: 0, key: 1)])
/// let loss = contrast.loss(step, temperature: 0.2)
/// // After the optimiser's step:
/// contrast.follow(step, momentum: 0.999)
/// ```
package struct MomentumContrast {
  /// Which of the two networks is clustered by.
  public enum Network: String, CaseIterable, Sendable {
    /// The encoder that learns.
    case query
    /// The momentum encoder, as in ProPos' code, whose figures of MoCo and PCL are the published ones.
    case key
  }

  /// Makes the queries, and learns.
  public let encoder: Encoder
  /// Makes the keys.
  public let keyEncoder: MomentumEncoder<Encoder>
  /// Earlier keys.
  public let queue: KeyQueue
  private let groups: NormalisationGroups
  private let seed: UInt64

  /// - Parameters:
  ///   - backbone: shape and initial weights of both encoders.
  ///   - projection: their heads.
  ///   - count: keys in the queue.
  ///   - shuffleGroups: parts of a batch that are normalised apart, shuffled for the keys.
  ///   - context: seed, device and precision of the run.
  public init(
    _ backbone: BackboneSettings, projection: ProjectionSettings, queue count: Int,
    shuffleGroups: Int, context: MethodContext
  ) throws {
    encoder = Encoder(backbone, projection: projection, context: context)
    keyEncoder = try MomentumEncoder(
      following: encoder, copy: Encoder(backbone, projection: projection, context: context))
    queue = KeyQueue(
      count: count, dimensions: projection.dimensions, seed: context.seed, on: context.device)
    groups = NormalisationGroups(shuffleGroups)
    seed = context.seed
  }

  /// What training goes on from: belongs to a method's `memory`.
  public var memory: [NamedTensor] { keyEncoder.memory + queue.memory }

  /// Unit embeddings of a batch, by direction.
  public typealias Embeddings = [(queries: Tensor, keys: Tensor)]

  /// The queries of one view and the keys of another, each [B, D], for each direction; keys without gradients.
  public func embeddings(
    _ batch: Batch, directions: [(query: Int, key: Int)]
  ) -> Embeddings {
    directions.map { direction in
      let stream = RandomStream(
        seed: seed, purpose: .method, epoch: batch.epoch + 1, item: batch.step)
      let keys = keyEncoder { network in
        groups.shuffled(batch.views[direction.key], from: stream) { network($0, training: true) }
      }
      let queries = groups.apart(batch.views[direction.query]) { encoder($0, training: true) }
      return (queries, keys)
    }
  }

  /// Equation 1, the sum over the directions.
  public func loss(_ embeddings: Embeddings, temperature: Double) -> Tensor {
    let losses = embeddings.map {
      queueContrastLoss($0.queries, keys: $0.keys, queue: queue.keys, temperature: temperature)
    }
    return losses.dropFirst().reduce(losses[0]) { $0 + $1 }
  }

  /// Moves the momentum encoder, and then replaces the oldest keys.
  public func follow(_ embeddings: Embeddings, momentum: Double) {
    keyEncoder.follow(momentum: momentum)
    for (_, keys) in embeddings { queue.append(keys) }
  }

  /// k-means on one network's vectors.
  public func assign<Settings>(
    _ images: ImageSet, by network: Network, _ clustering: FeatureClusteringSettings,
    _ augmentation: Augmentation, for inputs: MethodInputs<Settings>
  ) throws -> [Int32] {
    try FeatureClustering(clustering, for: inputs)
      .assign(images, by: network == .key ? keyEncoder.network : encoder, augmentation)
  }
}
