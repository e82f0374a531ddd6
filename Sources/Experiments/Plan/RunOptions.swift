import Torch

/// Where things lie and how runs are carried out; nothing here changes what a run computes on a
/// given device and precision.
public struct RunOptions: Sendable {
  /// Folder of the benchmark files.
  public var data: String
  /// Folder of the results.
  public var results: String
  /// The networks'; nil where none in particular is asked for: a finished run of any is taken as it is,
  /// and others are computed by the processor.
  public var device: Device?
  public var precision: PrecisionChoice
  /// Threads of one run; nil takes the experiment file's.
  public var threads: Int?
  /// Whether finished runs are computed again where another libtorch has computed them, or another device
  /// or precision than is asked for.
  public var recomputes: Bool

  public init(
    data: String = "data", results: String = "results", device: Device? = nil,
    precision: PrecisionChoice = .auto, threads: Int? = nil, recomputes: Bool = false
  ) {
    self.data = data
    self.results = results
    self.device = device
    self.precision = precision
    self.threads = threads
    self.recomputes = recomputes
  }
}

/// What is asked for on the command line; `auto` is resolved by the machine.
public enum PrecisionChoice: String, CaseIterable, Sendable {
  case float32
  case bfloat16
  case auto

  /// bfloat16 where the processor or the card multiplies it, float32 elsewhere.
  public func resolved(on device: Device) -> Precision {
    switch self {
    case .float32: .float32
    case .bfloat16: .bfloat16
    case .auto: device == .cuda || Machine.multipliesBFloat16 ? .bfloat16 : .float32
    }
  }
}
