import Core
import Torch

/// The latest keys, oldest out first: the negatives of MoCo (He et al., CVPR 2020, section 3.2).
public struct KeyQueue {
  /// [M, D], unit rows.
  public let keys: Tensor
  /// Where the next key goes, int64 [1], on the processor.
  private let next: Tensor

  /// Starts from random unit vectors.
  public init(count: Int, dimensions: Int, seed: UInt64, on device: Device) throws {
    var stream = RandomStream(seed: seed, purpose: .method)
    keys = try Tensor.normal([count, dimensions], standardDeviation: 1, from: &stream)
      .normalisedRows().to(device)
    next = try Tensor([0])
  }

  /// What training goes on from: belongs to a method's `memory`.
  public var memory: [NamedTensor] { [("queue", keys), ("queue_next", next)] }

  /// Puts new keys [B, D] in the places of the oldest; of more than M, the last M.
  public func append(_ new: Tensor) throws {
    try Torch.withoutGradients {
      let (capacity, count) = (keys.shape[0], new.shape[0])
      let kept = min(capacity, count)
      let start = Int(try next.scalar())
      let places = (count - kept..<count).map { (start + $0) % capacity }
      try keys.setRows(
        Tensor(places).to(keys.device),
        to: new.detached().narrowed(0, to: count - kept..<count))
      try next.copy(from: Tensor([(start + count) % capacity]))
    }
  }
}
