// The operators of layers and losses.
extension Tensor {
  /// Convolution of [N, C, H, W] with a weight [O, C / groups, k, k] and a bias [O]: [N, O, H', W'] with
  /// H' = (H + 2 padding - k) / stride + 1, rounded down. As everywhere in deep learning the kernel is not
  /// flipped.
  public func convolved(
    _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, groups: Int = 1
  ) -> Tensor {
    Tensor(of: [self, weight, bias]) {
      caten.conv2d(
        handle, weight.handle, bias?.handle, Int64(stride), Int64(padding), Int64(groups))
    }
  }

  /// Transposed convolution of [N, C, H, W] with a weight [C, O, k, k]: the gradient of a convolution
  /// with respect to its input, which makes images larger by `stride`.
  public func transposedConvolved(
    _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0
  ) -> Tensor {
    Tensor(of: [self, weight, bias]) {
      caten.conv_transpose2d(handle, weight.handle, bias?.handle, Int64(stride), Int64(padding))
    }
  }

  /// x W^T + b for x [N, in], W [out, in] and b [out]: [N, out].
  public func linear(_ weight: Tensor, bias: Tensor? = nil) -> Tensor {
    Tensor(of: [self, weight, bias]) { caten.linear(handle, weight.handle, bias?.handle) }
  }

  /// The largest element of every window: [N, C, H, W] to [N, C, (H + 2 padding - kernel) / stride + 1,
  /// ...], rounded down. What lies beyond the border is smaller than any number.
  public func maxPooled(kernel: Int, stride: Int, padding: Int = 0) -> Tensor {
    Tensor(of: [self]) { caten.max_pool2d(handle, Int64(kernel), Int64(stride), Int64(padding)) }
  }

  /// The mean over all positions: [N, C, H, W] to [N, C].
  public func globallyAveraged() -> Tensor {
    let pooled = Tensor(of: [self]) { caten.adaptive_avg_pool2d(handle, 1) }
    return pooled.reshaped([size(0), size(1)])
  }

  /// Mean over N of the cross-entropies of logits [N, K] and classes int64 [N]: a scalar.
  public func crossEntropy(_ classes: Tensor) -> Tensor {
    logSoftmax(along: 1).negativeLogLikelihood(classes)
  }

  /// -log of the probability of the class that each row has, from logits [N, K] and classes int64 [N]:
  /// [N].
  public func crossEntropies(_ classes: Tensor) -> Tensor {
    -logSoftmax(along: 1).gathered(classes.unsqueezed(1)).squeezed(1)
  }

  private func negativeLogLikelihood(_ classes: Tensor) -> Tensor {
    Tensor(of: [self, classes], "crossEntropy") { caten.nll_loss(handle, classes.handle) }
  }
}
