import Core
import Torch

/// The embeddings that every image had in the latest epochs: where a memory bank keeps a moving average, their
/// plain mean (GCC@530c11b, four epochs).
///
/// ```swift
/// let history = FeatureHistory(
///   count: images.count, epochs: 4, dimensions: 128, seed: context.seed, on: context.device)
/// history.record(embeddings, at: batch.index, epoch: batch.epoch)
/// ```
struct FeatureHistory {
  /// [N x epochs, D]: an image's embeddings one below the other, each epoch's in the place of the oldest.
  let embeddings: Tensor
  private let epochs: Int
  private let count: Int

  /// Starts from random unit vectors.
  /// - Parameters:
  ///   - count: N, the number of images.
  ///   - epochs: the latest ones that are kept.
  ///   - dimensions: D.
  ///   - seed: the run's.
  ///   - device: where the tensors are.
  init(count: Int, epochs: Int, dimensions: Int, seed: UInt64, on device: Device) {
    var stream = RandomStream(seed: seed, purpose: .method)
    embeddings = Tensor.normal([count * epochs, dimensions], standardDeviation: 1, from: &stream)
      .normalisedRows().to(device)
    self.epochs = epochs
    self.count = count
  }

  /// Keeps the embeddings [B, D] of the images at `index` (int64 [B]) in an epoch.
  func record(_ new: Tensor, at index: Tensor, epoch: Int) {
    Torch.withoutGradients {
      let places = index * Double(epochs) + Double(epoch % epochs)
      embeddings.setRows(places.to(.int64), to: new.detached())
    }
  }

  /// The mean of each image's embeddings in the latest epochs before `epoch`, [N, D]. Before the first
  /// epoch they are random.
  func means(before epoch: Int) -> Tensor {
    Torch.withoutGradients {
      embeddings.reshaped([count, epochs, embeddings.size(1)])
        .narrowed(1, to: 0..<min(max(1, epoch), epochs)).mean(along: [1])
    }
  }
}
