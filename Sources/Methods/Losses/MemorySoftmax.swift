import Torch

/// The softmax of similarities to a memory, without ever holding all of them: what a loss against a
/// memory of N entries and its gradient are made of.
///
/// The memory is added in blocks that stay in the processor's cache, with the largest similarity so
/// far taken out (Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018). Besides
/// the two matrix products there is next to no work, and two [B, block] tensors.
struct MemorySoftmax {
  /// What stands for the logarithm of an empty sum: finite, since gradients go through it.
  static let logarithmOfNothing = -1e30

  /// x / tau: [B, D].
  private let scaled: Tensor
  private let wantsMean: Bool
  /// The largest logit so far: [B, 1].
  private var largest: Tensor
  /// sum_j exp(x_i . m_j / tau - largest_i): [B, 1]. The largest adds exactly 1.
  private var sum: Tensor
  /// sum_j exp(x_i . m_j / tau - largest_i) m_j: [B, D].
  private var weighted: Tensor
  private var isEmpty = true

  /// Of no entry yet.
  /// - Parameters:
  ///   - features: x, [B, D], without gradients.
  ///   - wantsMean: whether `mean` will be asked for; the second matrix product is for it alone.
  init(_ features: Tensor, temperature: Double, wantsMean: Bool = true) {
    scaled = features / temperature
    self.wantsMean = wantsMean
    largest = Tensor.full([features.size(0), 1], Self.logarithmOfNothing, on: features.device)
    sum = Tensor.zeros([features.size(0), 1], on: features.device)
    weighted = Tensor.zeros(features.shape, on: features.device)
  }

  /// Pieces of a memory's range that are small enough to be added.
  static func blocks(of entries: Range<Int>) -> [Range<Int>] {
    stride(from: entries.lowerBound, to: entries.upperBound, by: 4096).map {
      $0..<min($0 + 4096, entries.upperBound)
    }
  }

  /// - Parameters:
  ///   - entries: m, [M, D].
  ///   - leftOut: pairs i * M + j that do not count, int64 [P]; nil if all count.
  mutating func add(_ entries: Tensor, leavingOut leftOut: Tensor? = nil) {
    let logits = scaled.matmul(entries.transposed())
    if let leftOut {
      logits.reshaped([-1]).setRows(
        leftOut, to: Tensor.full(leftOut.shape, -.infinity, on: logits.device))
    }
    let maximum = largest.maximum(logits.maximum(along: [1], keep: true))
    logits.add(maximum, scale: -1)
    let exponentials = logits.exp()
    let newSum = exponentials.sum(along: [1], keep: true)
    let newWeighted = wantsMean ? exponentials.matmul(entries) : weighted
    if isEmpty {
      (sum, weighted) = (newSum, newWeighted)
      isEmpty = false
    } else {
      let correction = (largest - maximum).exp()
      sum = sum * correction + newSum
      if wantsMean { weighted = weighted * correction + newWeighted }
    }
    largest = maximum
  }

  /// log sum_j exp(x_i . m_j / tau): [B, 1].
  var logarithm: Tensor { sum.clamped(atLeast: 1).log() + largest }

  /// sum_j p_ij m_j with p_ij = exp(x_i . m_j / tau) / sum_k exp(x_i . m_k / tau): [B, D]. Divided
  /// by tau, it is the gradient of `logarithm` with respect to x. Zero of no entry.
  var mean: Tensor { weighted / sum.clamped(atLeast: 1) }
}
