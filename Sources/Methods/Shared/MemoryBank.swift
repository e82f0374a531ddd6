import Core
import Torch

/// One unit vector for every image that is learnt from: a moving average of its embeddings
/// (Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", CVPR 2018,
/// section 3.2).
public struct MemoryBank {
  /// [N, D], unit rows.
  public let vectors: Tensor
  private let momentum: Double

  /// Starts from random unit vectors.
  public init(
    count: Int, dimensions: Int, momentum: Double, seed: UInt64, on device: Device
  ) throws {
    var stream = RandomStream(seed: seed, purpose: .method)
    vectors = try Tensor.normal([count, dimensions], standardDeviation: 1, from: &stream)
      .normalisedRows().to(device)
    self.momentum = momentum
  }

  /// m = momentum m + (1 - momentum) x, renormalised, for the images at `index` (int64 [B]).
  public func update(_ index: Tensor, with embeddings: Tensor) throws {
    try Torch.withoutGradients {
      let mixed = try vectors.rows(index) * momentum + embeddings.detached() * (1 - momentum)
      try vectors.setRows(index, to: mixed.normalisedRows())
    }
  }
}
