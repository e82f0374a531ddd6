import CATen

// Element by element, with libtorch's broadcasting.
extension Tensor {
  public static func + (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try Tensor(caten.add(a.handle, b.handle))
  }

  public static func - (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try Tensor(caten.sub(a.handle, b.handle))
  }

  public static func * (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try Tensor(caten.mul(a.handle, b.handle))
  }

  public static func / (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try Tensor(caten.div(a.handle, b.handle))
  }

  public static func + (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try Tensor(caten.add_scalar(a.handle, b))
  }

  public static func - (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try Tensor(caten.add_scalar(a.handle, -b))
  }

  public static func - (a: Double, b: Tensor) throws(TorchError) -> Tensor {
    try -b + a
  }

  public static func * (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try Tensor(caten.mul_scalar(a.handle, b))
  }

  public static func * (a: Double, b: Tensor) throws(TorchError) -> Tensor {
    try b * a
  }

  public static func / (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try Tensor(caten.div_scalar(a.handle, b))
  }

  public static prefix func - (a: Tensor) throws(TorchError) -> Tensor {
    try Tensor(caten.neg(a.handle))
  }

  public func exp() throws(TorchError) -> Tensor { try Tensor(caten.exp(handle)) }
  public func log() throws(TorchError) -> Tensor { try Tensor(caten.log(handle)) }
  public func squareRoot() throws(TorchError) -> Tensor { try Tensor(caten.sqrt(handle)) }
  public func squared() throws(TorchError) -> Tensor { try Tensor(caten.square(handle)) }
  public func relu() throws(TorchError) -> Tensor { try Tensor(caten.relu(handle)) }

  // What no method of this package computes, but losses of others are made of.
  public func absolute() throws(TorchError) -> Tensor { try Tensor(caten.abs(handle)) }
  public func sigmoid() throws(TorchError) -> Tensor { try Tensor(caten.sigmoid(handle)) }
  public func tanh() throws(TorchError) -> Tensor { try Tensor(caten.tanh(handle)) }

  public func power(_ exponent: Double) throws(TorchError) -> Tensor {
    try Tensor(caten.pow_scalar(handle, exponent))
  }

  /// The remainder with the sign of the divisor, as Python's `%`.
  public func remainder(_ divisor: Double) throws(TorchError) -> Tensor {
    try Tensor(caten.remainder_scalar(handle, divisor))
  }

  public func clamped(to range: ClosedRange<Double>) throws(TorchError) -> Tensor {
    try Tensor(caten.clamp(handle, range.lowerBound, range.upperBound))
  }

  /// Smaller elements replaced by `minimum`.
  public func clamped(atLeast minimum: Double) throws(TorchError) -> Tensor {
    try Tensor(caten.clamp_min(handle, minimum))
  }

  /// The larger of two elements, element by element.
  public func maximum(_ other: Tensor) throws(TorchError) -> Tensor {
    try Tensor(caten.maximum(handle, other.handle))
  }

  /// The smaller of two elements, element by element.
  public func minimum(_ other: Tensor) throws(TorchError) -> Tensor {
    try Tensor(caten.minimum(handle, other.handle))
  }

  /// A copy with storage of its own.
  public func copy() throws(TorchError) -> Tensor { try Tensor(caten.clone(handle)) }
}

// Comparison gives tensors of booleans, named so as not to be mistaken for Swift's operators.
extension Tensor {
  public func isEqual(to other: Tensor) throws(TorchError) -> Tensor {
    try Tensor(caten.eq(handle, other.handle))
  }

  public func isEqual(to value: Double) throws(TorchError) -> Tensor {
    try Tensor(caten.eq_scalar(handle, value))
  }

  public func isLess(than other: Tensor) throws(TorchError) -> Tensor {
    try Tensor(caten.lt(handle, other.handle))
  }

  public func isLess(than value: Double) throws(TorchError) -> Tensor {
    try Tensor(caten.lt_scalar(handle, value))
  }

  public func isGreater(than value: Double) throws(TorchError) -> Tensor {
    try Tensor(caten.gt_scalar(handle, value))
  }

  public func not() throws(TorchError) -> Tensor { try Tensor(caten.logical_not(handle)) }

  /// `first` where this mask holds, `second` elsewhere.
  public func select(_ first: Tensor, else second: Tensor) throws(TorchError) -> Tensor {
    try Tensor(caten.where(handle, first.handle, second.handle))
  }

  /// A copy with `value` where `mask` holds.
  public func filled(where mask: Tensor, with value: Double) throws(TorchError) -> Tensor {
    try Tensor(caten.masked_fill(handle, mask.handle, value))
  }
}

// In place. A tensor that takes part in a recorded graph must not be changed.
extension Tensor {
  /// self += scale * other
  public func add(_ other: Tensor, scale: Double = 1) throws(TorchError) {
    try check(caten.add_(handle, other.handle, scale))
  }

  /// self *= factor
  public func scale(by factor: Double) throws(TorchError) {
    try check(caten.mul_(handle, factor))
  }

  /// self += scale * a * b
  public func addProduct(_ a: Tensor, _ b: Tensor, scale: Double) throws(TorchError) {
    try check(caten.addcmul_(handle, a.handle, b.handle, scale))
  }

  /// self += scale * a / b
  public func addQuotient(_ a: Tensor, _ b: Tensor, scale: Double) throws(TorchError) {
    try check(caten.addcdiv_(handle, a.handle, b.handle, scale))
  }

  /// self = source, converted to this tensor's type and device.
  public func copy(from source: Tensor) throws(TorchError) {
    try check(caten.copy_(handle, source.handle))
  }

  public func zero() throws(TorchError) { try check(caten.zero_(handle)) }

  /// self[index] = rows, along the first dimension.
  public func setRows(_ index: Tensor, to rows: Tensor) throws(TorchError) {
    try check(caten.index_copy_(handle, 0, index.handle, rows.handle))
  }
}

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
