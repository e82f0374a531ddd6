import CATen

// Element by element, with libtorch's broadcasting.
extension Tensor {
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    Tensor(of: [a, b]) { caten.add(a.handle, b.handle) }
  }

  public static func - (a: Tensor, b: Tensor) -> Tensor {
    Tensor(of: [a, b]) { caten.sub(a.handle, b.handle) }
  }

  public static func * (a: Tensor, b: Tensor) -> Tensor {
    Tensor(of: [a, b]) { caten.mul(a.handle, b.handle) }
  }

  public static func / (a: Tensor, b: Tensor) -> Tensor {
    Tensor(of: [a, b]) { caten.div(a.handle, b.handle) }
  }

  public static func + (a: Tensor, b: Double) -> Tensor {
    Tensor(of: [a]) { caten.add_scalar(a.handle, b) }
  }

  public static func - (a: Tensor, b: Double) -> Tensor {
    Tensor(of: [a]) { caten.add_scalar(a.handle, -b) }
  }

  public static func - (a: Double, b: Tensor) -> Tensor { -b + a }

  public static func * (a: Tensor, b: Double) -> Tensor {
    Tensor(of: [a]) { caten.mul_scalar(a.handle, b) }
  }

  public static func * (a: Double, b: Tensor) -> Tensor { b * a }

  public static func / (a: Tensor, b: Double) -> Tensor {
    Tensor(of: [a]) { caten.div_scalar(a.handle, b) }
  }

  public static prefix func - (a: Tensor) -> Tensor { Tensor(of: [a]) { caten.neg(a.handle) } }

  public func exp() -> Tensor { Tensor(of: [self]) { caten.exp(handle) } }
  public func log() -> Tensor { Tensor(of: [self]) { caten.log(handle) } }
  public func squareRoot() -> Tensor { Tensor(of: [self]) { caten.sqrt(handle) } }
  public func squared() -> Tensor { Tensor(of: [self]) { caten.square(handle) } }
  public func relu() -> Tensor { Tensor(of: [self]) { caten.relu(handle) } }

  // What no method of this package computes, but losses of others are made of.
  public func absolute() -> Tensor { Tensor(of: [self]) { caten.abs(handle) } }
  public func sigmoid() -> Tensor { Tensor(of: [self]) { caten.sigmoid(handle) } }
  public func tanh() -> Tensor { Tensor(of: [self]) { caten.tanh(handle) } }

  public func power(_ exponent: Double) -> Tensor {
    Tensor(of: [self]) { caten.pow_scalar(handle, exponent) }
  }

  /// The remainder with the sign of the divisor, as Python's `%`.
  public func remainder(_ divisor: Double) -> Tensor {
    Tensor(of: [self]) { caten.remainder_scalar(handle, divisor) }
  }

  public func clamped(to range: ClosedRange<Double>) -> Tensor {
    Tensor(of: [self]) { caten.clamp(handle, range.lowerBound, range.upperBound) }
  }

  /// Smaller elements replaced by `minimum`.
  public func clamped(atLeast minimum: Double) -> Tensor {
    Tensor(of: [self]) { caten.clamp_min(handle, minimum) }
  }

  /// The larger of two elements, element by element.
  public func maximum(_ other: Tensor) -> Tensor {
    Tensor(of: [self, other]) { caten.maximum(handle, other.handle) }
  }

  /// The smaller of two elements, element by element.
  public func minimum(_ other: Tensor) -> Tensor {
    Tensor(of: [self, other]) { caten.minimum(handle, other.handle) }
  }

  /// A copy with storage of its own.
  public func copy() -> Tensor { Tensor(of: [self]) { caten.clone(handle) } }
}

// Comparison gives tensors of booleans, named so as not to be mistaken for Swift's operators.
extension Tensor {
  public func isEqual(to other: Tensor) -> Tensor {
    Tensor(of: [self, other]) { caten.eq(handle, other.handle) }
  }

  public func isEqual(to value: Double) -> Tensor {
    Tensor(of: [self]) { caten.eq_scalar(handle, value) }
  }

  public func isLess(than other: Tensor) -> Tensor {
    Tensor(of: [self, other]) { caten.lt(handle, other.handle) }
  }

  public func isLess(than value: Double) -> Tensor {
    Tensor(of: [self]) { caten.lt_scalar(handle, value) }
  }

  public func isGreater(than value: Double) -> Tensor {
    Tensor(of: [self]) { caten.gt_scalar(handle, value) }
  }

  public func not() -> Tensor { Tensor(of: [self]) { caten.logical_not(handle) } }

  /// `first` where this mask holds, `second` elsewhere.
  public func select(_ first: Tensor, else second: Tensor) -> Tensor {
    Tensor(of: [self, first, second]) { caten.where(handle, first.handle, second.handle) }
  }

  /// A copy with `value` where `mask` holds.
  public func filled(where mask: Tensor, with value: Double) -> Tensor {
    Tensor(of: [self, mask]) { caten.masked_fill(handle, mask.handle, value) }
  }
}

// In place. A tensor that takes part in a recorded graph must not be changed.
extension Tensor {
  /// self += scale * other
  public func add(_ other: Tensor, scale: Double = 1) {
    change(with: [other]) { caten.add_(handle, other.handle, scale) }
  }

  /// self *= factor
  public func scale(by factor: Double) { change { caten.mul_(handle, factor) } }

  /// self += scale * a * b
  public func addProduct(_ a: Tensor, _ b: Tensor, scale: Double) {
    change(with: [a, b]) { caten.addcmul_(handle, a.handle, b.handle, scale) }
  }

  /// self += scale * a / b
  public func addQuotient(_ a: Tensor, _ b: Tensor, scale: Double) {
    change(with: [a, b]) { caten.addcdiv_(handle, a.handle, b.handle, scale) }
  }

  /// self = source, converted to this tensor's type and device.
  public func copy(from source: Tensor) {
    change(with: [source]) { caten.copy_(handle, source.handle) }
  }

  public func zero() { change { caten.zero_(handle) } }

  /// self[index] = rows, along the first dimension.
  public func setRows(_ index: Tensor, to rows: Tensor) {
    change(with: [index, rows]) { caten.index_copy_(handle, 0, index.handle, rows.handle) }
  }
}

extension Tensor {
  /// Matrix product; batched where an operand has more than two dimensions.
  public func matmul(_ other: Tensor) -> Tensor {
    Tensor(of: [self, other]) { caten.matmul(handle, other.handle) }
  }

  /// The sum of all elements.
  public func sum() -> Tensor { sum(along: Array(0..<rank)) }

  /// The sum along some dimensions, which stay with length 1 if kept.
  public func sum(along dimensions: [Int], keep: Bool = false) -> Tensor {
    Tensor(of: [self]) { withSizes(dimensions) { caten.sum(handle, $0, $1, keep) } }
  }

  /// The mean of all elements.
  public func mean() -> Tensor { mean(along: Array(0..<rank)) }

  /// The mean along some dimensions, which stay with length 1 if kept.
  public func mean(along dimensions: [Int], keep: Bool = false) -> Tensor {
    Tensor(of: [self]) { withSizes(dimensions) { caten.mean(handle, $0, $1, keep) } }
  }

  /// The largest element along some dimensions, which stay with length 1 if kept.
  public func maximum(along dimensions: [Int], keep: Bool = false) -> Tensor {
    Tensor(of: [self]) { withSizes(dimensions) { caten.amax(handle, $0, $1, keep) } }
  }

  /// The smallest element along some dimensions, which stay with length 1 if kept.
  public func minimum(along dimensions: [Int], keep: Bool = false) -> Tensor {
    Tensor(of: [self]) { withSizes(dimensions) { caten.amin(handle, $0, $1, keep) } }
  }

  /// log of the sum of exponentials, without overflow; for losses of other packages.
  public func logSumExp(along dimensions: [Int], keep: Bool = false) -> Tensor {
    Tensor(of: [self]) { withSizes(dimensions) { caten.logsumexp(handle, $0, $1, keep) } }
  }

  /// The position of the largest element, int64; the first of equals on the CPU.
  public func argmax(along dimension: Int) -> Tensor {
    Tensor(of: [self]) { caten.argmax(handle, Int64(dimension), false) }
  }

  /// Exponentials divided by their sum along a dimension.
  public func softmax(along dimension: Int) -> Tensor {
    Tensor(of: [self]) { caten.softmax(handle, Int64(dimension)) }
  }

  /// The logarithm of `softmax`, without overflow.
  public func logSoftmax(along dimension: Int) -> Tensor {
    Tensor(of: [self]) { caten.log_softmax(handle, Int64(dimension)) }
  }

  /// Every row divided by its Euclidean norm: [N, D] to unit vectors [N, D].
  public func normalisedRows() -> Tensor {
    // Clamped before the root, whose derivative at zero is infinite.
    let norms = squared().sum(along: [1], keep: true).clamped(atLeast: 1e-24).squareRoot()
    return self / norms
  }

  /// Eigenvalues [D] in ascending order and eigenvectors, as columns [D, D], of a symmetric [D, D].
  public func symmetricEigen() -> (values: Tensor, vectors: Tensor) {
    var values: caten_tensor?
    var vectors: caten_tensor?
    change { caten.linalg_eigh(handle, &values, &vectors) }
    return (Tensor(of: [self]) { values }, Tensor(of: [self]) { vectors })
  }
}
