import CATen
import Core

/// A tensor of libtorch: a reference to its storage, which is freed when the last reference goes.
///
/// Copying a `Tensor` copies the reference. Operators return new tensors and record gradients where
/// an operand asks for them. The few methods that change a tensor in place say so.
///
/// | operations | members |
/// |---|---|
/// | creation | `init(_:shape:)`, `full`, `zeros`, `indices`, `normal`, `uniform`, `concatenated` |
/// | arithmetic | `+`, `-`, `*`, `/`, `exp`, `log`, `squareRoot`, `squared`, `power`, `absolute` |
/// | nonlinear | `relu`, `sigmoid`, `tanh`, `softmax`, `logSoftmax`, `clamped` |
/// | products | `matmul`, `linear`, `convolved`, `transposedConvolved` |
/// | reductions | `sum`, `mean`, `maximum`, `minimum`, `logSumExp`, `argmax` |
/// | comparison | `isEqual`, `isLess`, `isGreater`, `not`, `select`, `filled` |
/// | shape | `reshaped`, `expanded`, `permuted`, `transposed`, `unsqueezed`, `squeezed`, `narrowed` |
/// | rows | `rows`, `gathered`, `oneHot`, `normalisedRows` |
/// | losses | `crossEntropy`, `crossEntropies` |
/// | gradients | `settingRequiresGradient`, `backward`, `gradient`, `clearGradient`, `detached` |
/// | in place | `add`, `scale`, `addProduct`, `addQuotient`, `copy(from:)`, `zero`, `setRows` |
/// | values | `floats`, `integers`, `bytes`, `scalar` |
///
/// ```swift
/// // Mean squared error of predictions [N, D] and targets [N, D], a scalar.
/// let loss = try (predictions - targets).squared().mean()
/// try loss.backward()
/// ```
public struct Tensor {
  /// Owns one C++ reference.
  private final class Reference {
    let handle: caten_tensor

    init(_ handle: caten_tensor) { self.handle = handle }

    deinit { caten.release(handle) }
  }

  private let reference: Reference

  /// The C++ reference, valid while this tensor lives. Take it from `self`, a parameter or a variable,
  /// which Swift keeps alive across a call into C, never from a temporary, which it may free before.
  var handle: caten_tensor { reference.handle }

  /// Takes over a handle of the shim; NULL means that the operation failed.
  init(_ handle: caten_tensor?) throws(TorchError) {
    guard let handle else { throw .last }
    reference = Reference(handle)
  }
}

// MARK: - Creation

extension Tensor {
  /// Float32 values in row-major order.
  public init(_ values: [Float], shape: [Int]) throws(TorchError) {
    try self.init(copying: values, shape: shape, dtype: .float32)
  }

  /// Indices or labels, [N].
  public init(_ values: [Int]) throws(TorchError) {
    try self.init(copying: values.map(Int64.init), shape: [values.count], dtype: .int64)
  }

  /// Bytes in row-major order, for images.
  public init(_ values: [UInt8], shape: [Int]) throws(TorchError) {
    try self.init(copying: values, shape: shape, dtype: .uint8)
  }

  /// Copies `values`, whose type has to be that of `dtype`.
  private init<Element>(copying values: [Element], shape: [Int], dtype: DType) throws(TorchError) {
    guard shape.reduce(1, *) == values.count else {
      throw TorchError(message: "\(values.count) values do not fill the shape \(shape)")
    }
    let handle = values.withUnsafeBytes { bytes in
      withSizes(shape) { caten.from_data(bytes.baseAddress, $0, $1, dtype.rawValue) }
    }
    try self.init(handle)
  }

  /// A tensor filled with one value.
  public static func full(
    _ shape: [Int], _ value: Double, dtype: DType = .float32, on device: Device = .cpu
  ) throws(TorchError) -> Tensor {
    try Tensor(withSizes(shape) { caten.full($0, $1, value, dtype.rawValue, device.number) })
  }

  /// A float32 tensor of zeros.
  public static func zeros(_ shape: [Int], on device: Device = .cpu) throws(TorchError) -> Tensor {
    try full(shape, 0, on: device)
  }

  /// 0, 1, ..., count - 1 as int64.
  public static func indices(_ count: Int, on device: Device = .cpu) throws(TorchError) -> Tensor {
    try Tensor(caten.arange(Int64(count), DType.int64.rawValue, device.number))
  }

  /// Joins tensors along an existing dimension.
  public static func concatenated(
    _ tensors: [Tensor], along dimension: Int = 0
  ) throws(TorchError) -> Tensor {
    let handles: [caten_tensor?] = tensors.map(\.handle)
    return try Tensor(caten.cat(handles, Int64(handles.count), Int64(dimension)))
  }
}

// MARK: - Inspection

extension Tensor {
  public var rank: Int { Int(caten.rank(handle)) }

  public var shape: [Int] { (0..<rank).map { Int(caten.size(handle, Int64($0))) } }

  /// The number of elements.
  public var count: Int { Int(caten.count(handle)) }

  /// The element type; nil for one that this project does not use.
  public var dtype: DType? { DType(rawValue: caten.dtype_of(handle)) }

  public var device: Device { caten.device_of(handle) == 0 ? .cpu : .cuda }

  public var isChannelsLast: Bool { caten.is_channels_last(handle) }

  /// The elements as Float, in row-major order.
  public func floats() throws(TorchError) -> [Float] {
    try copied(as: .float32)
  }

  /// The elements as Int64, in row-major order.
  public func integers() throws(TorchError) -> [Int64] {
    try copied(as: .int64)
  }

  /// The elements as bytes, in row-major order.
  public func bytes() throws(TorchError) -> [UInt8] {
    try copied(as: .uint8)
  }

  /// The only element of a tensor that has one.
  public func scalar() throws(TorchError) -> Double {
    let values: [Double] = try copied(as: .float64)
    guard values.count == 1 else {
      throw TorchError(message: "a tensor of shape \(shape) is not a scalar")
    }
    return values[0]
  }

  private func copied<Element>(as dtype: DType) throws(TorchError) -> [Element] {
    let source = try to(dtype)
    var succeeded = false
    let values = [Element](unsafeUninitializedCapacity: source.count) { buffer, count in
      succeeded = caten.copy_out(
        source.handle, buffer.baseAddress, buffer.count * MemoryLayout<Element>.stride)
      count = succeeded ? source.count : 0
    }
    try check(succeeded)
    return values
  }
}

// MARK: - Conversion

extension Tensor {
  public func to(_ dtype: DType) throws(TorchError) -> Tensor {
    try Tensor(caten.to_dtype(handle, dtype.rawValue))
  }

  public func to(_ device: Device) throws(TorchError) -> Tensor {
    try Tensor(caten.to_device(handle, device.number))
  }

  /// The same elements in row-major order.
  public func contiguous() throws(TorchError) -> Tensor {
    try Tensor(caten.contiguous(handle, false))
  }

  /// The same [N, C, H, W] elements with channels innermost in memory, as oneDNN and cuDNN like it.
  public func channelsLast() throws(TorchError) -> Tensor {
    try Tensor(caten.contiguous(handle, true))
  }
}

/// Hands integers to the shim as a pointer and a count.
func withSizes<Result>(_ sizes: [Int], _ body: (UnsafePointer<Int64>?, Int64) -> Result) -> Result {
  sizes.map(Int64.init).withUnsafeBufferPointer { body($0.baseAddress, Int64($0.count)) }
}

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

extension Tensor {
  /// Independent draws from a normal distribution of mean 0.
  public static func normal(
    _ shape: [Int], standardDeviation: Double, from stream: inout RandomStream
  ) throws(TorchError) -> Tensor {
    var values = [Float](repeating: 0, count: shape.reduce(1, *))
    for i in values.indices { values[i] = Float(standardDeviation * stream.normal()) }
    return try Tensor(values, shape: shape)
  }

  /// Independent draws from a uniform distribution over [-bound, bound).
  public static func uniform(
    _ shape: [Int], bound: Double, from stream: inout RandomStream
  ) throws(TorchError) -> Tensor {
    var values = [Float](repeating: 0, count: shape.reduce(1, *))
    for i in values.indices { values[i] = Float(stream.uniform(in: -bound...bound)) }
    return try Tensor(values, shape: shape)
  }
}
