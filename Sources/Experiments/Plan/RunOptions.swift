import Torch

/// Folders, device and threads of runs: the options of the command line that are not part of an
/// experiment. On a given device and precision they change no result.
///
///     let options = RunOptions(data: "data", results: "results", device: .cuda)
package struct RunOptions: Sendable {
  /// Folder of the benchmark files.
  package var data: String
  /// Folder of the results.
  package var results: String
  /// The networks'; nil where none in particular is asked for: a finished run of any is taken as it is,
  /// and others are computed by the processor.
  package var device: Device?
  /// The arithmetic of convolutions and matrix products.
  package var precision: PrecisionChoice
  /// Threads of one run; nil takes the experiment file's.
  package var threads: Int?
  /// Whether finished runs are computed again where another libtorch has computed them, or another device
  /// or precision than is asked for.
  package var recomputes: Bool
  /// Whether a card may use operators whose results differ from run to run.
  package var isFast: Bool

  package init(
    data: String = "data", results: String = "results", device: Device? = nil,
    precision: PrecisionChoice = .auto, threads: Int? = nil, recomputes: Bool = false,
    isFast: Bool = false
  ) {
    self.data = data
    self.results = results
    self.device = device
    self.precision = precision
    self.threads = threads
    self.recomputes = recomputes
    self.isFast = isFast
  }
}

/// The value of `--precision`; the machine resolves `auto`.
package enum PrecisionChoice: String, CaseIterable, Sendable {
  /// 32-bit floating point.
  case float32
  /// Autocast of the backbone to bfloat16.
  case bfloat16
  /// bfloat16 if the machine multiplies it.
  case auto

  /// bfloat16 where the processor or the card multiplies it, float32 elsewhere.
  package func resolved(on device: Device) -> Precision {
    switch self {
    case .float32: .float32
    case .bfloat16: .bfloat16
    case .auto: device == .cuda || Machine.multipliesBFloat16 ? .bfloat16 : .float32
    }
  }
}
