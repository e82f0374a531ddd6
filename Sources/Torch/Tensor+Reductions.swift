import CATen

extension Tensor {
  /// Matrix product; batched where an operand has more than two dimensions.
  public func matmul(_ other: Tensor) throws(TorchError) -> Tensor {
    try Tensor(caten.matmul(handle, other.handle))
  }

  /// The sum of all elements.
  public func sum() throws(TorchError) -> Tensor { try sum(along: Array(0..<rank)) }

  /// The sum along some dimensions, which stay with length 1 if kept.
  public func sum(along dimensions: [Int], keep: Bool = false) throws(TorchError) -> Tensor {
    try Tensor(withSizes(dimensions) { caten.sum(handle, $0, $1, keep) })
  }

  /// The mean of all elements.
  public func mean() throws(TorchError) -> Tensor { try mean(along: Array(0..<rank)) }

  /// The mean along some dimensions, which stay with length 1 if kept.
  public func mean(along dimensions: [Int], keep: Bool = false) throws(TorchError) -> Tensor {
    try Tensor(withSizes(dimensions) { caten.mean(handle, $0, $1, keep) })
  }

  /// The largest element along some dimensions, which stay with length 1 if kept.
  public func maximum(along dimensions: [Int], keep: Bool = false) throws(TorchError) -> Tensor {
    try Tensor(withSizes(dimensions) { caten.amax(handle, $0, $1, keep) })
  }

  /// The smallest element along some dimensions, which stay with length 1 if kept.
  public func minimum(along dimensions: [Int], keep: Bool = false) throws(TorchError) -> Tensor {
    try Tensor(withSizes(dimensions) { caten.amin(handle, $0, $1, keep) })
  }

  /// log of the sum of exponentials, without overflow; for losses of other packages.
  public func logSumExp(along dimensions: [Int], keep: Bool = false) throws(TorchError) -> Tensor {
    try Tensor(withSizes(dimensions) { caten.logsumexp(handle, $0, $1, keep) })
  }

  /// The position of the largest element, int64; the first of equals on the CPU.
  public func argmax(along dimension: Int) throws(TorchError) -> Tensor {
    try Tensor(caten.argmax(handle, Int64(dimension), false))
  }

  /// Exponentials divided by their sum along a dimension.
  public func softmax(along dimension: Int) throws(TorchError) -> Tensor {
    try Tensor(caten.softmax(handle, Int64(dimension)))
  }

  /// The logarithm of `softmax`, without overflow.
  public func logSoftmax(along dimension: Int) throws(TorchError) -> Tensor {
    try Tensor(caten.log_softmax(handle, Int64(dimension)))
  }

  /// Every row divided by its Euclidean norm: [N, D] to unit vectors [N, D].
  public func normalisedRows() throws(TorchError) -> Tensor {
    // Clamped before the root, whose derivative at zero is infinite.
    let norms = try squared().sum(along: [1], keep: true).clamped(atLeast: 1e-24).squareRoot()
    return try self / norms
  }

  /// Eigenvalues [D] in ascending order and eigenvectors, as columns [D, D], of a symmetric [D, D].
  public func symmetricEigen() throws(TorchError) -> (values: Tensor, vectors: Tensor) {
    var values: caten_tensor?
    var vectors: caten_tensor?
    try check(caten.linalg_eigh(handle, &values, &vectors))
    return (try Tensor(values), try Tensor(vectors))
  }
}
