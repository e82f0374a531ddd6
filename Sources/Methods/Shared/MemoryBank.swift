import Core
import Torch

/// One unit vector for every image that is learnt from: a moving average of its embeddings
/// (Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", CVPR 2018,
/// section 3.2).
///
/// ```swift
/// let bank = MemoryBank(
///   count: images.count, dimensions: 128, momentum: 0.5, seed: context.seed, on: context.device)
/// bank.update(batch.index, with: embeddings)
/// ```
public struct MemoryBank {
  /// [N, D], unit rows.
  public let vectors: Tensor
  private let momentum: Double

  /// Starts from random unit vectors.
  /// - Parameters:
  ///   - count: N, the number of images.
  ///   - dimensions: D.
  ///   - momentum: the share of its old vector that an entry keeps.
  ///   - seed: the run's.
  ///   - device: where the tensors are.
  public init(
    count: Int, dimensions: Int, momentum: Double, seed: UInt64, on device: Device
  ) {
    var stream = RandomStream(seed: seed, purpose: .method)
    vectors = Tensor.normal([count, dimensions], standardDeviation: 1, from: &stream)
      .normalisedRows().to(device)
    self.momentum = momentum
  }

  /// m = momentum m + (1 - momentum) x, renormalised, for the images at `index` (int64 [B]).
  public func update(_ index: Tensor, with embeddings: Tensor) {
    Torch.withoutGradients {
      let mixed = vectors.rows(index) * momentum + embeddings.detached() * (1 - momentum)
      vectors.setRows(index, to: mixed.normalisedRows())
    }
  }
}

/// The latest keys, oldest out first: the negatives of MoCo (He et al., CVPR 2020, section 3.2). A key
/// is a vector [D] or, of MiCE, one for each expert [K, D].
///
///     let queue = KeyQueue(count: 65_536, dimensions: 128, seed: context.seed, on: context.device)
///     let negatives = queries.matmul(queue.keys.transposed())   // [B, 65536]
///     queue.append(keys)
public struct KeyQueue {
  /// [M, D] or [M, K, D].
  public let keys: Tensor
  /// Where the next key goes, int64 [1].
  private let next: Tensor

  /// Starts from random unit vectors.
  public init(count: Int, dimensions: Int, seed: UInt64, on device: Device) {
    var stream = RandomStream(seed: seed, purpose: .method)
    self.init(
      startingFrom: Tensor.normal([count, dimensions], standardDeviation: 1, from: &stream)
        .normalisedRows().to(device))
  }

  /// Starts from these keys, [M, D] or [M, K, D], which it changes in place.
  public init(startingFrom keys: Tensor) {
    self.keys = keys
    next = Tensor([0]).to(keys.device)
  }

  /// What training goes on from: belongs to a method's `memory`.
  public var memory: [NamedTensor] { [("queue", keys), ("queue_next", next)] }

  /// Puts new keys, [B, D] or [B, K, D], in the places of the oldest; of more than M, the last M.
  public func append(_ new: Tensor) {
    Torch.withoutGradients {
      let (capacity, count) = (max(1, keys.size(0)), new.size(0))
      let kept = max(0, count - capacity)..<count
      // By operators, so that no step waits for the place. A remainder of integers would be a float32.
      let start = next.to(.float64)
      func places(_ offsets: Tensor) -> Tensor {
        (start + offsets).remainder(Double(capacity)).to(.int64)
      }
      keys.setRows(
        places(Tensor.indices(count, on: keys.device).narrowed(0, to: kept)),
        to: new.detached().narrowed(0, to: kept))
      next.copy(from: places(Tensor.full([1], Double(count), on: keys.device)))
    }
  }
}
