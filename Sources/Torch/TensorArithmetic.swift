import CATen

// Element by element, with libtorch's broadcasting.
extension Tensor {
  /// a + b, broadcast over dimensions of size 1 and missing first dimensions.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    Tensor(of: [a, b]) { caten.add(a.handle, b.handle) }
  }

  /// a - b, broadcast.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    Tensor(of: [a, b]) { caten.sub(a.handle, b.handle) }
  }

  /// a b, element by element, broadcast. `matmul` is the matrix product.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    Tensor(of: [a, b]) { caten.mul(a.handle, b.handle) }
  }

  /// a / b, element by element, broadcast. x / 0 is infinite or NaN, without an error.
  public static func / (a: Tensor, b: Tensor) -> Tensor {
    Tensor(of: [a, b]) { caten.div(a.handle, b.handle) }
  }

  /// b added to every element.
  public static func + (a: Tensor, b: Double) -> Tensor {
    Tensor(of: [a]) { caten.add_scalar(a.handle, b) }
  }

  /// b subtracted from every element.
  public static func - (a: Tensor, b: Double) -> Tensor {
    Tensor(of: [a]) { caten.add_scalar(a.handle, -b) }
  }

  /// a - b for every element b.
  public static func - (a: Double, b: Tensor) -> Tensor { -b + a }

  /// Every element times b.
  public static func * (a: Tensor, b: Double) -> Tensor {
    Tensor(of: [a]) { caten.mul_scalar(a.handle, b) }
  }

  /// Every element times a.
  public static func * (a: Double, b: Tensor) -> Tensor { b * a }

  /// Every element divided by b.
  public static func / (a: Tensor, b: Double) -> Tensor {
    Tensor(of: [a]) { caten.div_scalar(a.handle, b) }
  }

  /// The negative of every element.
  public static prefix func - (a: Tensor) -> Tensor { Tensor(of: [a]) { caten.neg(a.handle) } }

  /// e to the power of every element.
  public func exp() -> Tensor { Tensor(of: [self]) { caten.exp(handle) } }
  /// The natural logarithm of every element; -infinity for 0, NaN below.
  public func log() -> Tensor { Tensor(of: [self]) { caten.log(handle) } }
  /// The square root of every element; its derivative at 0 is infinite.
  public func squareRoot() -> Tensor { Tensor(of: [self]) { caten.sqrt(handle) } }
  /// The square of every element.
  public func squared() -> Tensor { Tensor(of: [self]) { caten.square(handle) } }
  /// max(x, 0) for every element x.
  public func relu() -> Tensor { Tensor(of: [self]) { caten.relu(handle) } }

  /// The element itself above 0, and `slope` times it below (0 to 1).
  public func leakyRelu(_ slope: Double) -> Tensor { maximum(self * slope) }

  /// log(1 + exp(x)), without overflow.
  public func softplus() -> Tensor { relu() + ((-absolute()).exp() + 1).log() }

  /// |x| for every element x.
  public func absolute() -> Tensor { Tensor(of: [self]) { caten.abs(handle) } }
  /// 1 / (1 + exp(-x)) for every element x.
  public func sigmoid() -> Tensor { Tensor(of: [self]) { caten.sigmoid(handle) } }
  /// The hyperbolic tangent of every element.
  public func tanh() -> Tensor { Tensor(of: [self]) { caten.tanh(handle) } }

  /// Every element to the power of `exponent`.
  public func power(_ exponent: Double) -> Tensor {
    Tensor(of: [self]) { caten.pow_scalar(handle, exponent) }
  }

  /// The remainder with the sign of the divisor, as Python's `%`.
  public func remainder(_ divisor: Double) -> Tensor {
    Tensor(of: [self]) { caten.remainder_scalar(handle, divisor) }
  }

  /// Elements outside of `range` replaced by its nearest bound, where their gradient is 0.
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

// Comparison gives masks: tensors of type bool. The names differ from Swift's operators, which give a Bool.
extension Tensor {
  /// Where both have the same element: bool, broadcast.
  public func isEqual(to other: Tensor) -> Tensor {
    Tensor(of: [self, other]) { caten.eq(handle, other.handle) }
  }

  /// Where an element is `value`: bool.
  public func isEqual(to value: Double) -> Tensor {
    Tensor(of: [self]) { caten.eq_scalar(handle, value) }
  }

  /// Where an element is less than that of `other`: bool, broadcast.
  public func isLess(than other: Tensor) -> Tensor {
    Tensor(of: [self, other]) { caten.lt(handle, other.handle) }
  }

  /// Where an element is less than `value`: bool.
  public func isLess(than value: Double) -> Tensor {
    Tensor(of: [self]) { caten.lt_scalar(handle, value) }
  }

  /// Where an element is greater than `value`: bool.
  public func isGreater(than value: Double) -> Tensor {
    Tensor(of: [self]) { caten.gt_scalar(handle, value) }
  }

  /// Where this mask does not hold.
  public func not() -> Tensor { Tensor(of: [self]) { caten.logical_not(handle) } }

  /// `first` where this mask (bool) holds, `second` elsewhere, broadcast.
  public func select(_ first: Tensor, else second: Tensor) -> Tensor {
    Tensor(of: [self, first, second]) { caten.where(handle, first.handle, second.handle) }
  }

  /// A copy with `value` where `mask` (bool, broadcast) holds. No gradient passes there.
  public func filled(where mask: Tensor, with value: Double) -> Tensor {
    Tensor(of: [self, mask]) { caten.masked_fill(handle, mask.handle, value) }
  }
}

// In place. A tensor that takes part in a recorded graph must not be changed. A failed operand changes
// nothing, and its error is recorded.
extension Tensor {
  /// self += scale * other, broadcast
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

  /// self = 0
  public func zero() { change { caten.zero_(handle) } }

  /// self[index] = rows, along the first dimension: `index` is int64 [M], `rows` [M, ...].
  public func setRows(_ index: Tensor, to rows: Tensor) {
    change(with: [index, rows]) { caten.index_copy_(handle, 0, index.handle, rows.handle) }
  }
}

extension Tensor {
  /// Matrix product: [N, D] times [D, M] is [N, M]. It is batched where an operand has more than two
  /// dimensions.
  public func matmul(_ other: Tensor) -> Tensor {
    Tensor(of: [self, other]) { caten.matmul(handle, other.handle) }
  }

  /// The sum of all elements.
  public func sum() -> Tensor { sum(along: Array(0..<rank)) }

  /// The sum along some dimensions.
  /// - Parameters:
  ///   - dimensions: those that are summed over, the first being 0.
  ///   - keep: whether they stay, with size 1; otherwise the result has fewer dimensions.
  public func sum(along dimensions: [Int], keep: Bool = false) -> Tensor {
    Tensor(of: [self]) { withSizes(dimensions) { caten.sum(handle, $0, $1, keep) } }
  }

  /// The mean of all elements.
  public func mean() -> Tensor { mean(along: Array(0..<rank)) }

  /// The mean along some dimensions, which stay with size 1 if kept.
  public func mean(along dimensions: [Int], keep: Bool = false) -> Tensor {
    Tensor(of: [self]) { withSizes(dimensions) { caten.mean(handle, $0, $1, keep) } }
  }

  /// The largest element along some dimensions, which stay with size 1 if kept.
  public func maximum(along dimensions: [Int], keep: Bool = false) -> Tensor {
    Tensor(of: [self]) { withSizes(dimensions) { caten.amax(handle, $0, $1, keep) } }
  }

  /// The smallest element along some dimensions, which stay with size 1 if kept.
  public func minimum(along dimensions: [Int], keep: Bool = false) -> Tensor {
    Tensor(of: [self]) { withSizes(dimensions) { caten.amin(handle, $0, $1, keep) } }
  }

  /// log of the sum of exponentials along some dimensions, without overflow.
  public func logSumExp(along dimensions: [Int], keep: Bool = false) -> Tensor {
    Tensor(of: [self]) { withSizes(dimensions) { caten.logsumexp(handle, $0, $1, keep) } }
  }

  /// The position of the largest element along a dimension, int64; the first of equals on the CPU.
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
