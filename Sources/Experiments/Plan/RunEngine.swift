import Methods
import Records
import Torch

/// What computes a run, and which engines are accepted for an existing result.
///
/// Device, precision and libtorch are part of the identity, because they change the bits of a
/// result. A result of another engine is accepted all the same unless the user asks for an engine:
/// results are not computed twice because a sweep continues on another machine.
struct RunEngine: Sendable {
  /// How much of a finished run's engine has to be as now.
  private enum Demand {
    /// Nothing: results are not computed twice because a sweep goes on with another engine.
    case nothing
    /// Device and precision, where somebody asks for them.
    case asked
    /// The same, and this libtorch.
    case askedAndLibtorch
  }

  /// The processor for methods that train no network.
  let device: Device
  /// Resolved on the device.
  let precision: Precision
  /// Whether the user has chosen the device.
  private let asksForDevice: Bool
  /// Whether the user has chosen the precision.
  private let asksForPrecision: Bool
  private let demand: Demand

  /// - Parameter readsOnly: whether results are read and nothing is to be computed.
  init(_ options: RunOptions, method: any ClusteringMethod.Type, readsOnly: Bool) {
    // Only networks are on a card.
    let trains = method is any TrainedMethod.Type
    device = trains ? options.device ?? .cpu : .cpu
    precision = options.precision.resolved(on: device)
    asksForDevice = trains && options.device != nil
    asksForPrecision = trains && options.precision != .auto
    demand = readsOnly ? .asked : options.recomputes ? .askedAndLibtorch : .nothing
  }

  /// What a run of these inputs has to be that a finished one is taken for it: the finished one's
  /// engine as far as nothing else is insisted on.
  func accepting(_ provenance: Provenance, for inputs: IdentityInputs) -> IdentityInputs {
    var inputs = inputs
    let isFree = demand == .nothing
    if isFree || !asksForDevice { inputs.device = provenance.device }
    if isFree || !asksForPrecision { inputs.precision = provenance.precision }
    if demand != .askedAndLibtorch { inputs.libtorch = provenance.libtorch }
    return inputs
  }

  /// In what a record's engine is another than would compute the run now, in words.
  func differences(to record: RunRecord, of inputs: IdentityInputs) -> [String] {
    var now = IdentityInputs(record)
    now.libtorch = inputs.libtorch
    // Without a network there is no device; and nobody asks for a precision in particular by `auto`.
    if record.hasTrained { now.device = inputs.device }
    if asksForPrecision { now.precision = inputs.precision }
    return IdentityInputs(record).differences(to: now)
  }

  /// The inputs that a failure may have had to be this run's: where nothing is computed, those of any
  /// engine that is not asked for.
  func alternatives(to inputs: IdentityInputs) -> [IdentityInputs] {
    guard demand == .asked else { return [inputs] }
    let devices = asksForDevice ? [inputs.device] : Device.allCases.map(\.rawValue)
    let precisions = asksForPrecision ? [inputs.precision] : Precision.allCases.map(\.rawValue)
    return devices.flatMap { device in
      precisions.map { precision in
        var other = inputs
        (other.device, other.precision) = (device, precision)
        return other
      }
    }
  }
}

extension PlannedRun {
  /// What computes the networks.
  package var device: Device { engine.device }
  var precision: Precision { engine.precision }

  /// Whether the run's folder has its result by now, whatever `state` was when the run was planned.
  package var hasResult: Bool {
    guard case .finished(let record) = folder.state() else { return false }
    return (try? accepts(record)) == true
  }

  /// Whether a record is this run's result.
  /// - Parameter stage: the identity of the run that it starts from, where that is known better than
  ///   when this one was planned.
  package func accepts(_ record: RunRecord, stage: String? = nil) throws -> Bool {
    var inputs = identityInputs
    if let stage { inputs.stage = stage }
    return try record.staleness(against: engine.accepting(record.provenance, for: inputs)).isEmpty
  }
}
