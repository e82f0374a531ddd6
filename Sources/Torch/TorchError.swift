/// An operation on tensors that was refused, with libtorch's own message where it was libtorch.
public struct TorchError: Error, Hashable, Sendable, CustomStringConvertible {
  public let message: String

  public init(message: String) { self.message = message }

  /// The first line of libtorch's message: the rest is its C++ call stack.
  public var description: String {
    String(message.prefix { $0 != "\n" })
  }

  /// The last exception that the shim caught on this thread.
  static var last: TorchError { TorchError(message: String(cString: caten.last_error())) }
}

/// Turns the shim's success flag into a Swift error.
func check(_ succeeded: Bool) throws(TorchError) {
  if !succeeded { throw .last }
}
