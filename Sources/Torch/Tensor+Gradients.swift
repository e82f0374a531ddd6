extension Tensor {
  /// Whether operators record how this tensor's gradient is computed.
  public var requiresGradient: Bool { caten.requires_grad(handle) }

  /// Marks a leaf, such as a parameter, as wanting a gradient.
  @discardableResult
  public func settingRequiresGradient(_ flag: Bool = true) throws(TorchError) -> Tensor {
    try check(caten.set_requires_grad(handle, flag))
    return self
  }

  /// Adds the gradient of this scalar to every leaf that it was computed from.
  public func backward() throws(TorchError) { try check(caten.backward(handle)) }

  /// The gradient that `backward` left, nil where none reached this tensor.
  public var gradient: Tensor? {
    caten.grad(handle).flatMap { handle in try? Tensor(handle) }
  }

  public func clearGradient() throws(TorchError) { try check(caten.clear_grad(handle)) }

  /// The same elements, cut off from the recorded graph.
  public func detached() throws(TorchError) -> Tensor { try Tensor(caten.detach(handle)) }
}
