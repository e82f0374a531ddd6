import CATen
import CATenLoader
import Foundation

/// Where tensors live and operators run.
///
///     let device: Device = Torch.hasCUDA ? .cuda : .cpu
///     let zeros = Tensor.zeros([2, 3], on: device)
public enum Device: String, Codable, CaseIterable, Sendable {
  /// The processor.
  case cpu
  /// The first CUDA card.
  case cuda

  var number: Int32 { self == .cpu ? 0 : 1 }
}

/// The arithmetic of convolutions and matrix products.
///
///     let features = Torch.autocast(.bfloat16, on: .cpu) { network(images, training: true) }
public enum Precision: String, Codable, CaseIterable, Sendable {
  /// Everything in float32.
  case float32
  /// Autocast: convolutions and matrix products in bfloat16, weights and sums in float32.
  case bfloat16
}

/// The element type of a tensor.
///
///     let labels = Tensor([0, 1, 2]).to(.int64)
public enum DType: Int32, Sendable {
  case uint8 = 0
  case int32 = 3
  case int64 = 4
  case float32 = 6
  case float64 = 7
  case bool = 11
  case bfloat16 = 15
}

/// libtorch as a whole: its version, devices and threads.
///
///     Torch.threads = 2
///     let means = Torch.withoutGradients { features.mean(along: [0]) }
public enum Torch {
  /// libtorch's version, such as "1.13.1".
  public static var version: String { String(cString: caten_libtorch_version()) }

  /// Whether this libtorch has CUDA and the machine a card.
  public static var hasCUDA: Bool { caten.has_cuda() }

  /// What this libtorch was built with, several lines: compiler, libraries, instruction sets, settings.
  public static var configuration: String { String(cString: caten.configuration()) }

  /// How often this thread has read values of tensors (`floats`, `integers`, `bytes`, `scalar`). To read a tensor on a
  /// card is to wait until the operators before have ended.
  public static var readCount: Int { Int(caten.reads()) }

  /// The number of threads that an operator uses, at least 1.
  ///
  /// Where the system allows no further thread, setting it fails as an operator does: the error is
  /// thrown at the end of the enclosing or the next `checked`.
  public static var threads: Int {
    get { Int(caten.threads()) }
    set {
      // libtorch refuses numbers below 1 alone.
      if !caten.set_threads(Int32(clamping: max(1, newValue))) {
        _ = TorchError.recorded("setting the number of threads", [])
      }
    }
  }

  /// Makes this process keep the memory that tensors give back, for the next tensors.
  ///
  /// glibc otherwise returns every large block to the kernel, which has to clear its pages again: a
  /// tenth of a training step. To be called once, before the first tensor.
  public static func keepFreedMemory() {
    caten.keep_freed_memory()
  }

  /// Makes operators give the same bits in every run, on a card too. To be called before the first operator.
  ///
  /// A processor's operators always do. On a card, sums are then made in a fixed order where libtorch has one (an
  /// operator without warns on standard error), and cuBLAS has work space of a fixed size. With `false`, kernels are
  /// chosen by timing them.
  public static func setDeterministic(_ deterministic: Bool) {
    // cuBLAS reads it when it starts.
    if deterministic { setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0) }
    if !caten.set_deterministic(deterministic) {
      _ = TorchError.recorded("setting determinism", [])
    }
  }

  /// Runs `body`, in which an operator fails if it waits for a card (ATen's sync debug mode). Reads of values, which
  /// `readCount` counts, may wait. Without a card nothing waits.
  ///
  /// It holds for the whole process, so that no other thread may use a card meanwhile.
  /// - Throws: what `body` throws; `TorchError` if there is a card, and libtorch cannot forbid waits.
  public static func withoutWaits<Result>(_ body: () throws -> Result) throws -> Result {
    guard caten.forbid_waits(true) || !hasCUDA else {
      throw TorchError(message: "libtorch \(version) has no sync debug mode that can be set")
    }
    defer { _ = caten.forbid_waits(false) }
    return try body()
  }

  /// Runs `body` with convolutions and matrix products in `precision`.
  ///
  /// Only the forward pass belongs inside: the backward pass follows the types that it recorded. What
  /// was set before holds again afterwards.
  public static func autocast<Result>(
    _ precision: Precision, on device: Device, _ body: () throws -> Result
  ) rethrows -> Result {
    let before = caten.autocast_enabled(device.number)
    guard before != (precision == .bfloat16) else { return try body() }
    if !caten.set_autocast(!before, device.number) { _ = TorchError.recorded("autocast", []) }
    defer {
      // Weights cast once stay cached until the forward pass ends; stale casts would outlive a step.
      _ = caten.autocast_clear_cache()
      _ = caten.set_autocast(before, device.number)
    }
    return try body()
  }

  /// Runs `body` without recording gradients, as evaluation and updates of parameters need it.
  public static func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = caten.grad_enabled()
    caten.set_grad_enabled(false)
    defer { caten.set_grad_enabled(before) }
    return try body()
  }
}

/// libtorch's functions. The first use loads it, which takes half a second: what only names methods,
/// reads records or prints tables never gets here.
let caten = caten_load().assumingMemoryBound(to: caten_functions.self).pointee
