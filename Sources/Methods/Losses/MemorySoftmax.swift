import Torch

/// The softmax of similarities to a whole memory, without ever holding all of them: what a loss
/// against a memory of N entries and its gradient are made of.
///
/// The memory is gone through in blocks that stay in the processor's cache, with the largest
/// similarity so far taken out (Milakov and Gimelshein, "Online normalizer calculation for softmax",
/// 2018). Besides the two matrix products there is next to no work, and two [B, block] tensors.
struct MemorySoftmax {
  /// log sum_j exp(x_i . m_j / tau): [B, 1].
  let logarithm: Tensor
  /// sum_j p_ij m_j with p_ij = exp(x_i . m_j / tau) / sum_k exp(x_i . m_k / tau): [B, D].
  let mean: Tensor

  /// - Parameters:
  ///   - features: [B, D], without gradients.
  ///   - memory: [N, D].
  init(_ features: Tensor, memory: Tensor, temperature: Double, block: Int = 4096) throws {
    let (rows, count) = (features.shape[0], memory.shape[0])
    let scaled = try features / temperature
    var largest = try Tensor.full([rows, 1], -.infinity, on: features.device)
    var sum = try Tensor.zeros([rows, 1], on: features.device)
    var weighted = try Tensor.zeros(features.shape, on: features.device)
    for start in stride(from: 0, to: count, by: block) {
      let entries = try memory.narrowed(0, to: start..<min(start + block, count))
      let logits = try scaled.matmul(entries.transposed())
      let maximum = try largest.maximum(logits.maximum(along: [1], keep: true))
      try logits.add(maximum, scale: -1)
      let exponentials = try logits.exp()
      let correction = try (largest - maximum).exp()
      sum = try sum * correction + exponentials.sum(along: [1], keep: true)
      weighted = try weighted * correction + exponentials.matmul(entries)
      largest = maximum
    }
    logarithm = try sum.log() + largest
    mean = try weighted / sum
  }
}
