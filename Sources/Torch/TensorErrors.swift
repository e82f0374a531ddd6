import Foundation

/// An operation on tensors that was refused, with libtorch's own message if it was libtorch.
///
///     do {
///       let sum = try Torch.checked { a.matmul(b).sum() }
///     } catch let error as TorchError where error.kind == .outOfMemory {
///       print("memory ran out: \(error)")
///     }
public struct TorchError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was refused and why: "matmul of [8, 3] and [4, 2]: mat1 and mat2 shapes cannot be multiplied".
  public let message: String
  /// What it means.
  public let kind: Kind

  public init(message: String, kind: Kind = .refused) {
    self.message = message
    self.kind = kind
  }

  /// What went wrong. The raw values are those of the shim (CATen.h).
  ///
  ///     if error.kind == .outOfMemory { print("use smaller batches") }
  public enum Kind: Int32, Sendable {
    /// Operands that do not fit, or anything else.
    case refused = 0
    /// Memory ran out, on the processor or on a card.
    case outOfMemory = 1
  }

  /// The first line of the message: the rest of libtorch's is its C++ call stack.
  public var description: String { String(message.prefix { $0 != "\n" }) }
}

// Each thread keeps its first error, since operators on tensors do not throw.
extension TorchError {
  private static let key = "scl.Torch.firstError"

  /// The first error of this thread that has not been thrown yet.
  private static var first: TorchError? {
    get { Thread.current.threadDictionary[key] as? TorchError }
    set { Thread.current.threadDictionary[key] = newValue }
  }

  /// This error, which becomes the thread's first unless there is one.
  func recorded() -> TorchError {
    if Self.first == nil { Self.first = self }
    return self
  }

  /// The error of an operator, recorded: that of the first operand that has failed, or else the exception
  /// that the shim caught last on this thread.
  /// - Parameter name: the operator, or the function that calls it ("sum(along:keep:)").
  static func recorded(_ name: StaticString, _ operands: [Tensor]) -> TorchError {
    if let earlier = operands.lazy.compactMap(\.error).first { return earlier.recorded() }
    let shapes = operands.map { "\($0.shape)" }.joined(separator: " and ")
    return TorchError(
      message: "\(name)".prefix { $0 != "(" } + (shapes.isEmpty ? "" : " of \(shapes)")
        + ": " + String(cString: caten.last_error()),
      kind: Kind(rawValue: caten.last_failure()) ?? .refused
    ).recorded()
  }

  /// Throws the thread's first error, and forgets it.
  static func throwRecorded() throws(TorchError) {
    guard let error = first else { return }
    first = nil
    throw error
  }
}

extension Torch {
  /// Runs `body` and throws the first error of an operator in it.
  ///
  /// ```swift
  /// let terms = try Torch.checked { try method.loss(batch) }
  /// ```
  ///
  /// The trainer runs every call of a method in this way. Other code needs it only where no values are read
  /// and `backward` is not called, for example around operators in place.
  ///
  /// - Throws: what `body` throws, or the first error of an operator. If there are both, the operator's:
  ///   it came first. An error from before, which nothing has thrown, is thrown without running `body`.
  public static func checked<Result>(_ body: () throws -> Result) throws -> Result {
    try TorchError.throwRecorded()
    let result = Swift.Result { try body() }
    try TorchError.throwRecorded()
    return try result.get()
  }
}
