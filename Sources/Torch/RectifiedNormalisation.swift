import CATen

/// Batch normalisation with the ReLU that follows it, and with what is added before. Where the channels of a
/// processor's tensors are innermost and come in sixteens, this is one operator with half the memory traffic.
extension BatchNormalisation {
  /// relu(normalised input + residual), of the shape of `input`.
  /// - Parameters:
  ///   - input: [N, C, H, W] or [N, C].
  ///   - residual: what is added before the ReLU, of the same shape.
  ///   - training: whether mean and variance are the batch's.
  public func rectified(
    _ input: Tensor, adding residual: Tensor? = nil, training: Bool
  ) -> Tensor {
    rectified(input, adding: residual, training: training, count: 1)[0]
  }

  /// The same values twice, for two places that use them: the gradients of both are added while they are
  /// read, not in a pass of their own.
  /// - Parameters:
  ///   - input: [N, C, H, W] or [N, C].
  ///   - residual: what is added before the ReLU, of the same shape.
  ///   - training: whether mean and variance are the batch's.
  public func rectifiedTwice(
    _ input: Tensor, adding residual: Tensor? = nil, training: Bool
  ) -> (Tensor, Tensor) {
    let results = rectified(input, adding: residual, training: training, count: 2)
    return (results[0], results[1])
  }

  private func rectified(
    _ input: Tensor, adding residual: Tensor?, training: Bool, count: Int
  ) -> [Tensor] {
    var handles = [caten_tensor?](repeating: nil, count: count)
    let operands = [input, residual, weight, bias, runningMean, runningVariance]
    let first = Tensor(of: operands, "BatchNormalisation") {
      let isDone = caten.batch_norm_relu(
        input.handle, residual?.handle, weight.handle, bias.handle, runningMean.handle,
        runningVariance.handle, training, momentum, epsilon, &handles, Int64(count))
      return isDone ? handles[0] : nil
    }
    // What follows from a failed tensor has failed.
    return [first] + handles.dropFirst().map { handle in Tensor(of: [first]) { handle } }
  }
}
