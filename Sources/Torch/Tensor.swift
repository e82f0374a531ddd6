import CATen
import Core

/// A tensor of libtorch: a reference to its storage, which is freed when the last reference goes.
///
/// Copying a `Tensor` copies the reference. Operators return new tensors and record gradients where an
/// operand asks for them. The few methods that change a tensor in place say so.
///
/// | operations | members |
/// |---|---|
/// | creation | `init(_:shape:)`, `full`, `zeros`, `indices`, `normal`, `uniform`, `concatenated` |
/// | inspection | `shape`, `size`, `rank`, `count`, `dtype`, `device`, `isChannelsLast` |
/// | values | `floats`, `integers`, `bytes`, `scalar` |
/// | arithmetic | `+`, `-`, `*`, `/`, `exp`, `log`, `squareRoot`, `squared`, `power`, `absolute`, `remainder` |
/// | nonlinear | `relu`, `sigmoid`, `tanh`, `softmax`, `logSoftmax`, `clamped`, `maximum`, `minimum` |
/// | products | `matmul`, `linear`, `convolved`, `transposedConvolved`, `symmetricEigen` |
/// | reductions | `sum`, `mean`, `maximum`, `minimum`, `logSumExp`, `argmax` |
/// | pooling | `maxPooled`, `globallyAveraged` |
/// | comparison | `isEqual`, `isLess`, `isGreater`, `not`, `select`, `filled` |
/// | shape | `reshaped`, `expanded`, `permuted`, `transposed`, `unsqueezed`, `squeezed` |
/// | parts | `narrowed`, `flipped`, `rows`, `gathered`, `adding`, `oneHot`, `normalisedRows` |
/// | losses | `crossEntropy`, `crossEntropies` |
/// | gradients | `settingRequiresGradient`, `backward`, `gradient`, `clearGradient`, `detached` |
/// | in place | `add`, `scale`, `addProduct`, `addQuotient`, `copy(from:)`, `zero`, `setRows` |
/// | conversion | `to`, `contiguous`, `channelsLast`, `copy` |
///
/// Operators do not throw, so that a formula reads like its equation:
///
/// ```swift
/// // Mean squared error of predictions [N, D] and targets [N, D], a scalar.
/// let loss = (predictions - targets).squared().mean()
/// try loss.backward()
/// ```
///
/// An operator that libtorch refuses gives a *failed* tensor: it has the shape [], and everything computed
/// from it has failed too. The first error of a thread, with the operator's name and the shapes of its
/// operands, is thrown by the next call that reads values (`floats`, `integers`, `bytes`, `scalar`), by
/// `backward`, and at the end of `Torch.checked`, in which the trainer runs every step of a method.
public struct Tensor {
  /// One C++ reference, or the error of the operator that gave none.
  private final class Reference {
    let handle: caten_tensor?
    let error: TorchError?

    init(_ handle: caten_tensor?, _ error: TorchError?) {
      self.handle = handle
      self.error = error
    }

    deinit {
      if let handle { caten.release(handle) }
    }
  }

  private let reference: Reference

  /// The C++ reference, valid while this tensor lives; nil if the tensor has failed.
  var handle: caten_tensor? { reference.handle }

  /// Why the tensor has failed; nil if it has not.
  var error: TorchError? { reference.error }

  /// What an operator of the shim makes of its operands: a failed tensor if one of them has failed, or if
  /// the operator gives nil.
  /// - Parameters:
  ///   - operands: the tensors that `body` uses. They live until it returns.
  ///   - name: the operator in an error message, by default the calling function.
  init(
    of operands: [Tensor?] = [], _ name: StaticString = #function, _ body: () -> caten_tensor?
  ) {
    let operands = operands.compactMap(\.self)
    if operands.allSatisfy({ $0.error == nil }),
      let handle = withExtendedLifetime(operands, body)
    {
      reference = Reference(handle, nil)
    } else {
      reference = Reference(nil, .recorded(name, operands))
    }
  }

  /// A tensor that has failed with `error`.
  private init(failed error: TorchError) { reference = Reference(nil, error.recorded()) }

  /// Runs an operator of the shim that changes this tensor in place. An error is recorded if a tensor has
  /// failed or the operator gives false.
  func change(
    with operands: [Tensor] = [], _ name: StaticString = #function, _ body: () -> Bool
  ) {
    let operands = [self] + operands
    if !operands.allSatisfy({ $0.error == nil }) || !withExtendedLifetime(operands, body) {
      _ = TorchError.recorded(name, operands)
    }
  }
}

/// The number of elements of a shape; nil for a negative size, or more than an integer holds.
func elementCount(of shape: [Int]) -> Int? {
  shape.reduce(1 as Int?) { count, size in
    guard let count, size >= 0 else { return nil }
    let (product, overflow) = count.multipliedReportingOverflow(by: size)
    return overflow ? nil : product
  }
}

/// Hands integers to the shim as a pointer and a count.
func withSizes<Result>(_ sizes: [Int], _ body: (UnsafePointer<Int64>?, Int64) -> Result) -> Result {
  sizes.map(Int64.init).withUnsafeBufferPointer { body($0.baseAddress, Int64($0.count)) }
}

// MARK: - Creation

extension Tensor {
  /// Float32 values in row-major order.
  public init(_ values: [Float], shape: [Int]) {
    self.init(copying: values, shape: shape, dtype: .float32)
  }

  /// Indices or labels: int64 [N].
  public init(_ values: [Int]) {
    self.init(copying: values.map(Int64.init), shape: [values.count], dtype: .int64)
  }

  /// Bytes in row-major order, for images.
  public init(_ values: [UInt8], shape: [Int]) {
    self.init(copying: values, shape: shape, dtype: .uint8)
  }

  /// Copies `values`, whose type has to be that of `dtype`.
  private init<Element>(copying values: [Element], shape: [Int], dtype: DType) {
    guard elementCount(of: shape) == values.count else {
      self.init(
        failed: TorchError(message: "\(values.count) values do not fill the shape \(shape)"))
      return
    }
    self.init(of: [], "Tensor") {
      values.withUnsafeBytes { bytes in
        withSizes(shape) { caten.from_data(bytes.baseAddress, $0, $1, dtype.rawValue) }
      }
    }
  }

  /// A tensor filled with one value.
  public static func full(
    _ shape: [Int], _ value: Double, dtype: DType = .float32, on device: Device = .cpu
  ) -> Tensor {
    Tensor { withSizes(shape) { caten.full($0, $1, value, dtype.rawValue, device.number) } }
  }

  /// A float32 tensor of zeros.
  public static func zeros(_ shape: [Int], on device: Device = .cpu) -> Tensor {
    full(shape, 0, on: device)
  }

  /// 0, 1, ..., count - 1: int64 [count].
  public static func indices(_ count: Int, on device: Device = .cpu) -> Tensor {
    Tensor { caten.arange(Int64(count), DType.int64.rawValue, device.number) }
  }

  /// Joins tensors along an existing dimension: by default [N, ...] and [M, ...] to [N + M, ...].
  public static func concatenated(_ tensors: [Tensor], along dimension: Int = 0) -> Tensor {
    Tensor(of: tensors) {
      caten.cat(tensors.map(\.handle), Int64(tensors.count), Int64(dimension))
    }
  }

  /// Independent draws from a normal distribution of mean 0, float32.
  public static func normal(
    _ shape: [Int], standardDeviation: Double, from stream: inout RandomStream
  ) -> Tensor {
    drawn(shape) { Float(standardDeviation * stream.normal()) }
  }

  /// Independent draws from a uniform distribution over [-bound, bound), float32.
  public static func uniform(
    _ shape: [Int], bound: Double, from stream: inout RandomStream
  ) -> Tensor {
    drawn(shape) { Float(stream.uniform(in: -bound...bound)) }
  }

  private static func drawn(_ shape: [Int], _ draw: () -> Float) -> Tensor {
    Tensor((0..<(elementCount(of: shape) ?? 0)).map { _ in draw() }, shape: shape)
  }
}

// MARK: - Inspection

extension Tensor {
  /// The number of dimensions; 0 if the tensor has failed.
  public var rank: Int { handle.map { Int(caten.rank($0)) } ?? 0 }

  /// The size of every dimension; [] if the tensor has failed.
  public var shape: [Int] {
    guard let handle else { return [] }
    return (0..<rank).map { Int(caten.size(handle, Int64($0))) }
  }

  /// The size of a dimension. Unlike `shape[dimension]` it stops no program: it is 0 if the tensor has
  /// failed, and an error and 0 if the tensor has no such dimension.
  public func size(_ dimension: Int) -> Int {
    guard let handle else { return 0 }
    guard (0..<rank).contains(dimension) else {
      _ = TorchError(message: "size(\(dimension)) of a tensor of shape \(shape)").recorded()
      return 0
    }
    return Int(caten.size(handle, Int64(dimension)))
  }

  /// The number of elements; 0 if the tensor has failed.
  public var count: Int { handle.map { Int(caten.count($0)) } ?? 0 }

  /// The element type; nil for one that this project does not use, or if the tensor has failed.
  public var dtype: DType? { handle.flatMap { DType(rawValue: caten.dtype_of($0)) } }

  /// Where the elements are; the processor if the tensor has failed.
  public var device: Device { handle.map(caten.device_of) ?? 0 == 0 ? .cpu : .cuda }

  /// Whether the channels of [N, C, H, W] are innermost in memory.
  public var isChannelsLast: Bool { handle.map(caten.is_channels_last) ?? false }

  /// The elements as Float, in row-major order.
  /// - Throws: the first error of this thread.
  public func floats() throws(TorchError) -> [Float] { try copied(as: .float32) }

  /// The elements as Double, in row-major order.
  /// - Throws: the first error of this thread.
  public func doubles() throws(TorchError) -> [Double] { try copied(as: .float64) }

  /// The elements as Int64, in row-major order.
  /// - Throws: the first error of this thread.
  public func integers() throws(TorchError) -> [Int64] { try copied(as: .int64) }

  /// The elements as bytes, in row-major order.
  /// - Throws: the first error of this thread.
  public func bytes() throws(TorchError) -> [UInt8] { try copied(as: .uint8) }

  /// The only element of a tensor that has one.
  /// - Throws: the first error of this thread, or an error if there are several elements.
  public func scalar() throws(TorchError) -> Double {
    let values = try doubles()
    guard values.count == 1 else {
      throw TorchError(message: "a tensor of shape \(shape) is not a scalar")
    }
    return values[0]
  }

  private func copied<Element>(as dtype: DType) throws(TorchError) -> [Element] {
    let source = to(dtype)
    let values = [Element](unsafeUninitializedCapacity: source.count) { buffer, count in
      source.change {
        let isCopied = caten.copy_out(
          source.handle, buffer.baseAddress, buffer.count * MemoryLayout<Element>.stride)
        count = isCopied ? source.count : 0
        return isCopied
      }
    }
    try TorchError.throwRecorded()
    return values
  }
}

// MARK: - Conversion

extension Tensor {
  /// The same elements in another type.
  public func to(_ dtype: DType) -> Tensor {
    Tensor(of: [self]) { caten.to_dtype(handle, dtype.rawValue) }
  }

  /// The same elements on another device.
  public func to(_ device: Device) -> Tensor {
    Tensor(of: [self]) { caten.to_device(handle, device.number) }
  }

  /// The same elements in row-major order.
  public func contiguous() -> Tensor { Tensor(of: [self]) { caten.contiguous(handle, false) } }

  /// The same [N, C, H, W] elements with channels innermost in memory, which oneDNN and cuDNN prefer.
  public func channelsLast() -> Tensor { Tensor(of: [self]) { caten.contiguous(handle, true) } }
}

// MARK: - Gradients

extension Tensor {
  /// Whether operators record how this tensor's gradient is computed.
  public var requiresGradient: Bool { handle.map(caten.requires_grad) ?? false }

  /// Marks a leaf, such as a parameter, as wanting a gradient, in place.
  @discardableResult
  public func settingRequiresGradient(_ flag: Bool = true) -> Tensor {
    change { caten.set_requires_grad(handle, flag) }
    return self
  }

  /// Adds the gradient of this scalar to every leaf that it was computed from.
  /// - Throws: the first error of this thread; no gradient has changed if it is of an operator before.
  public func backward() throws(TorchError) {
    try TorchError.throwRecorded()
    change { caten.backward(handle) }
    try TorchError.throwRecorded()
  }

  /// The gradient that `backward` left, nil if none reached this tensor. A failed tensor has a failed one.
  public var gradient: Tensor? {
    guard let handle else { return Tensor(of: [self]) { nil } }
    return caten.grad(handle).map { gradient in Tensor { gradient } }
  }

  /// Removes the gradient, in place.
  public func clearGradient() { change { caten.clear_grad(handle) } }

  /// The same elements, cut off from the recorded graph.
  public func detached() -> Tensor { Tensor(of: [self]) { caten.detach(handle) } }
}
