import Core
import HDF5
import Methods
import Records
import Torch

extension FailureKind {
  /// What an error means for the run that ends with it.
  init(of error: any Error) {
    switch error {
    case ExperimentError.nonFiniteLoss: self = .nonFinite
    case MethodError.unsupported: self = .unsupported
    case let error as FileError where error.isFull: self = .diskFull
    case let error as HDF5Error where error.isFull: self = .diskFull
    // libtorch passes the system's reason on in its text alone.
    case let error as TorchError where Self.isMemory("\(error)"): self = .outOfMemory
    default: self = .error
    }
  }

  private static func isMemory(_ message: String) -> Bool {
    ["can't allocate memory", "not enough memory", "out of memory", "bad_alloc"]
      .contains { message.contains($0) }
  }
}
