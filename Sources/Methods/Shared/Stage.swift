import Core
import Torch
import Vision

/// A run that a run of another method starts from: the pretext of a two-stage method.
///
/// A method declares it (`ClusteringMethod.stage(of:)`). An experiment carries it out once for each
/// benchmark and seed, and all methods that start from the same one share it; if it is a row of the
/// experiment already, it is that row's run.
///
///     static func stage(of settings: Settings) -> Stage? {
///       Stage(method: "simclr", settings: ["projection": "mlp"], defaults: ["epochs": 500])
///     }
public struct Stage: Hashable, Sendable {
  /// The name of the method whose run it is.
  public let method: String
  /// Settings that the stage has to have, laid over those that the experiment gives the method.
  public let settings: [String: SettingValue]
  /// What it has where the experiment says nothing, laid over the method's own defaults.
  public let defaults: [String: SettingValue]

  public init(
    method: String, settings: [String: SettingValue], defaults: [String: SettingValue] = [:]
  ) {
    self.method = method
    self.settings = settings
    self.defaults = defaults
  }
}

/// A stage's finished run, as the method that starts from it sees it.
///
///     try network.load(context.finishedStage(for: Self.self, settings))
public struct FinishedStage: Hashable, Sendable {
  private let file: String

  /// - Parameter file: the run's encoder.safetensors.
  public init(file: String) {
    self.file = file
  }

  /// The stage's tensors under the names of `encoderTensors`.
  /// - Throws: `SafeTensorsError`.
  public func tensors() throws -> [String: Tensor] {
    try SafeTensors.read(file).tensors
  }
}

extension MethodContext {
  /// The finished run that `method` starts from.
  /// - Throws: `MethodError.unsupported` if none is given.
  public func finishedStage<Method: ClusteringMethod>(
    for method: Method.Type, _ settings: Method.Settings
  ) throws -> FinishedStage {
    if let stage { return stage }
    let wanted = Method.stage(of: settings).map { "a run of \($0.method)" } ?? "another run"
    throw MethodError.unsupported(
      method: Method.description.name, reason: "it starts from \(wanted), and none is given")
  }
}

/// What encoder.safetensors holds: the backbone's tensors under torchvision's names
/// ("layer1.0.conv1.weight"), the rest under their own.
public func encoderTensors(of network: any Module) -> [NamedTensor] {
  network.state.map { name, tensor in
    (name.hasPrefix("backbone.") ? String(name.dropFirst("backbone.".count)) : name, tensor)
  }
}

extension Module {
  /// Takes over a finished run's tensors of the same names.
  /// - Throws: `StateError` if one is missing or of another shape.
  public func load(_ stage: FinishedStage) throws {
    let tensors = try stage.tensors()
    let named = zip(state, encoderTensors(of: self)).compactMap { own, saved in
      tensors[saved.name].map { (own.name, $0) }
    }
    try load(Dictionary(uniqueKeysWithValues: named))
  }
}

extension Encoder {
  /// The encoder of a stage's network, whatever its projection.
  /// - Throws: `StateError` if it has none, or another backbone.
  init(of stage: FinishedStage, _ shape: BackboneShape, context: MethodContext) throws {
    let projection = try ProjectionSettings(of: stage.tensors(), under: "projection.")
    self.init(BackboneSettings(shape), projection: projection, context: context)
    try load(stage)
  }
}
