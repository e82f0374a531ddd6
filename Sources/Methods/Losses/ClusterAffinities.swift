import Torch

/// How similar a batch of embeddings is to every cluster of the memory: what SCL's semantic term and
/// its prediction by visual similarity are both made of.
///
/// With e(i, j) = exp(x_i . m_j / tau) it keeps, for each i, log e(i, i) and the logarithm of the sum
/// of e(i, j) over every cluster's members j != i. The gradient of such a logarithm is the members'
/// softmax-weighted mean / tau, which falls off on the way (`MemorySoftmax`), so that no graph over
/// the memory is recorded: [B, K, D] means are kept for it.
package struct ClusterAffinities {
  /// log of the sum over j != i with y_j = k of e(i, j): [B, K].
  private let others: Tensor
  /// log e(i, i): [B, 1].
  private let own: Tensor
  /// Whether y_i = k: [B, K].
  private let isOwn: Tensor
  /// The number of j != i with y_j = k: [B, K].
  private let sizes: Tensor

  /// - Parameters:
  ///   - features: unit embeddings x, [B, D].
  ///   - memory: no gradient flows into it.
  ///   - positions: the memory's entry of each feature, [B]; nil for images without one, of which only
  ///     `prediction` can be asked.
  ///   - temperature: tau.
  /// - Throws: `TorchError` where the memory has no such entry.
  public init(
    _ features: Tensor, memory: ClusteredMemory, positions: [Int]?, temperature: Double
  ) throws {
    let entries = try positions.map(memory.entries)
    let (device, clusters) = (features.device, memory.clusters.count)
    let members = Tensor(memory.clusters.map { Float($0.count) }, shape: [1, clusters])
      .to(device)
    if let entries {
      let vectors = memory.vectors.rows(entries.index)
      own = (features * vectors).sum(along: [1], keep: true) / temperature
      isOwn = entries.classes.unsqueezed(1)
        .isEqual(to: Tensor.indices(clusters, on: device))
    } else {
      own = Tensor.full([features.size(0), 1], MemorySoftmax.logarithmOfNothing, on: device)
      isOwn = Tensor.full([features.size(0), clusters], 0, dtype: .bool, on: device)
    }
    sizes = members - isOwn.to(.float32)
    others = Self.others(features, memory, entries?.places ?? [], temperature)
  }

  private static func others(
    _ features: Tensor, _ memory: ClusteredMemory, _ places: [Int], _ temperature: Double
  ) -> Tensor {
    let wantsMeans = features.requiresGradient
    var (logarithms, means) = ([Tensor](), [Tensor]())
    Torch.withoutGradients {
      let fixed = features.detached()
      for cluster in memory.clusters {
        var softmax = MemorySoftmax(fixed, temperature: temperature, wantsMean: wantsMeans)
        for block in MemorySoftmax.blocks(of: cluster) {
          let own = places.indices.filter { block.contains(places[$0]) }
            .map { $0 * block.count + places[$0] - block.lowerBound }
          softmax.add(
            memory.vectors(at: block),
            leavingOut: own.isEmpty ? nil : Tensor(own).to(features.device))
        }
        logarithms.append(softmax.logarithm)
        if wantsMeans { means.append(softmax.mean) }
      }
    }
    let values = Tensor.concatenated(logarithms, along: 1)
    guard wantsMeans else { return values }
    // Zero, with the gradient that is known already.
    let gradients = Tensor.concatenated(means)
      .reshaped([means.count] + features.shape).transposed(0, 1)
    let nothing = (features - features.detached()).unsqueezed(2)
    return values + gradients.matmul(nothing).squeezed(2) / temperature
  }

  /// -log [ e(i,i) / (e(i,i) + sum over j with y_j != y_i of e(i,j)) ], mean over the batch: cluster
  /// mates are not pushed away (docs/scl.md, `positives: instance`).
  public func instanceLoss() -> Tensor {
    (logarithm(leavingOut: isOwn) - own).mean()
  }

  /// -log [ sum over j with y_j = y_i of e(i,j) / sum over all j of e(i,j) ], mean over the batch:
  /// cluster mates are pulled together (docs/scl.md, `positives: cluster`; the form of AND's
  /// neighbourhood loss, Huang et al., ICML 2019, equation 5).
  public func clusterLoss() -> Tensor { clusterLosses().mean() }

  /// The same loss for the images whose clusters are trusted, and plain instance discrimination,
  /// -log [ e(i,i) / sum over all j of e(i,j) ], for the others, mean over the batch (docs/scl.md,
  /// `positives: trust`; AND's criterion, the same equation, whose anchors with a neighbourhood are those of
  /// lowest entropy).
  ///
  /// - Parameter trusted: bool [B], such as `trustedImages` finds.
  public func trustedLoss(_ trusted: Tensor) -> Tensor {
    trusted.unsqueezed(1).select(clusterLosses(), else: logarithmOfAll - own).mean()
  }

  /// The cluster loss of each image: [B, 1].
  private func clusterLosses() -> Tensor {
    logarithmOfAll - logarithm(leavingOut: isOwn.not())
  }

  /// log of the sum of e(i,j) over all j: [B, 1].
  private var logarithmOfAll: Tensor {
    Tensor.concatenated([own, others], along: 1).logSumExp(along: [1], keep: true)
  }

  /// log of e(i,i) + the sum of e(i,j) over all clusters but those of `mask` (bool [B, K]): [B, 1].
  private func logarithm(leavingOut mask: Tensor) -> Tensor {
    let kept = others.filled(where: mask, with: MemorySoftmax.logarithmOfNothing)
    return Tensor.concatenated([own, kept], along: 1).logSumExp(along: [1], keep: true)
  }

  /// The prediction by visual similarity q, [B, K]: each cluster's sum over j != i, normalised over
  /// the clusters (docs/scl.md).
  ///
  /// - Parameter perMember: divides each cluster's sum by its number of members first
  ///   (`similarity: mean`), so that large clusters do not attract.
  public func prediction(perMember: Bool) -> Tensor {
    let scores = perMember ? others - sizes.clamped(atLeast: 1).log() : others
    return scores.softmax(along: 1)
  }
}
