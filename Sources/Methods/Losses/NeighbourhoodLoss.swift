import ClassicalClustering
import Torch

/// Images of a memory whose nearest neighbours are taken to be of their class, found by the entropy of their
/// similarities (Huang et al., "Unsupervised Deep Learning by Neighbourhood Discovery", ICML 2019, section 3).
///
/// ```swift
/// let found = try AnchorNeighbourhoods(
///   memory: bank.vectors, anchors: 15_000, neighbours: 1, temperature: 0.1, threads: 4)
/// neighbours.copy(from: found.neighbours)
/// ```
public struct AnchorNeighbourhoods {
  /// The entropy of each entry's softmax over the memory, itself included: [N].
  public let entropies: [Float]
  /// The entries of lowest entropy, ascending by it, of equal ones the first.
  public let anchors: [Int]
  /// Each anchor's nearest other entries, the nearest first; every other entry's are itself. int64 [N, n].
  public let neighbours: Tensor

  /// - Parameters:
  ///   - memory: unit vectors, [N, D].
  ///   - count: the number of anchors; N if it is more.
  ///   - size: n, the neighbours of an anchor, at least 1. Where there are fewer other entries, the rest is the
  ///     anchor itself.
  ///   - temperature: tau.
  ///   - threads: those of the search for neighbours, which changes nothing by it.
  /// - Throws: `ClusteringError`, `TorchError`.
  public init(
    memory: Tensor, anchors count: Int, neighbours size: Int, temperature: Double, threads: Int
  ) throws {
    let images = memory.size(0)
    let entropies = try Self.entropies(of: memory, temperature: temperature)
    let ordered = entropies.indices.sorted { (entropies[$0], $0) < (entropies[$1], $1) }
    self.entropies = entropies
    anchors = Array(ordered.prefix(max(0, count)))
    let size = max(1, size)
    var all = (0..<images).flatMap { [Int](repeating: $0, count: size) }
    if !anchors.isEmpty, images > 1 {
      let nearest = try NearestNeighbourGraph(
        of: memory.floats(), dimensions: memory.size(1), neighbours: min(size, images - 1),
        threads: threads)
      for anchor in anchors {
        for number in 0..<nearest.neighbours {
          all[anchor * size + number] =
            Int(nearest.indices[anchor * nearest.neighbours + number])
        }
      }
    }
    neighbours = Tensor(all).reshaped([images, size]).to(memory.device)
  }

  /// H_i = log Z_i - sum_j p_ij m_i . m_j / tau, with p_i the softmax of the similarities to all entries and Z_i
  /// its normaliser.
  private static func entropies(of memory: Tensor, temperature: Double) throws -> [Float] {
    try Torch.withoutGradients {
      let all = 0..<memory.size(0)
      let blocks = MemorySoftmax.blocks(of: all).map { rows in
        let entries = memory.narrowed(0, to: rows)
        var softmax = MemorySoftmax(entries, temperature: temperature)
        for columns in MemorySoftmax.blocks(of: all) {
          softmax.add(memory.narrowed(0, to: columns))
        }
        let expected = (entries * softmax.mean).sum(along: [1], keep: true) / temperature
        return softmax.logarithm - expected
      }
      return try Tensor.concatenated(blocks).floats()
    }
  }
}

/// Neighbourhood discovery: an image is told from all others but its neighbours,
/// L = -mean_i log sum over j in {index_i} and i's neighbours of p_ij, p_i the softmax of x_i . m_j / tau over
/// the memory (the same paper, equation 5). For an image without neighbours it is `instanceDiscriminationLoss`; as
/// there, the softmax's gradient is known, and no graph over the memory is recorded.
///
/// - Parameters:
///   - features: unit embeddings x, [B, D].
///   - memory: unit vectors m, [N, D]; no gradient flows into them.
///   - index: the memory's entry of each feature, int64 [B].
///   - neighbours: those of every entry, int64 [N, n]; the entry itself stands for none.
///   - temperature: tau.
/// - Returns: a scalar.
public func neighbourhoodLoss(
  _ features: Tensor, memory: Tensor, index: Tensor, neighbours: Tensor, temperature: Double
) -> Tensor {
  let (logarithm, mean) = Torch.withoutGradients {
    var softmax = MemorySoftmax(features.detached(), temperature: temperature)
    for block in MemorySoftmax.blocks(of: 0..<memory.size(0)) {
      softmax.add(memory.narrowed(0, to: block))
    }
    return (softmax.logarithm, softmax.mean)
  }
  // Zero, with the gradient that is known already.
  let nothing = (mean * (features - features.detached())).sum(along: [1], keep: true) / temperature
  let own = index.unsqueezed(1)
  let others = neighbours.rows(index)
  let members = Tensor.concatenated([own, others], along: 1)
  let vectors = memory.rows(members.reshaped([-1])).reshaped(members.shape + [memory.size(1)])
  let logits = vectors.matmul(features.unsqueezed(2)).squeezed(2) / temperature
  let isNone = Tensor.concatenated(
    [own.isEqual(to: -1), others.isEqual(to: own)], along: 1)
  let positive = logits.filled(where: isNone, with: MemorySoftmax.logarithmOfNothing)
    .logSumExp(along: [1], keep: true)
  return (logarithm + nothing - positive).mean()
}
