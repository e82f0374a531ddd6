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
  /// For a warm-up, the number of the training's first epochs that the stage carries out; the method that starts
  /// from it begins with the next one. 0, the default, for a stage with a training of its own, such as a pretext.
  public let epochs: Int

  public init(
    method: String, settings: [String: SettingValue], defaults: [String: SettingValue] = [:],
    epochs: Int = 0
  ) {
    self.method = method
    self.settings = settings
    self.defaults = defaults
    self.epochs = epochs
  }
}

/// A stage's finished run, as the method that starts from it sees it.
///
///     try network.load(context.finishedStage(for: Self.self, settings))
public struct FinishedStage: Hashable, Sendable {
  private let file: String
  private let hasMemory: Bool

  /// - Parameters:
  ///   - file: the run's encoder.safetensors.
  ///   - hasMemory: whether the file has what the stage hands on besides its network, for the same images. It
  ///     has not where another network stands in for the stage's: in measurements of time, and where a finished
  ///     run is applied to other images.
  public init(file: String, hasMemory: Bool = true) {
    self.file = file
    self.hasMemory = hasMemory
  }

  /// The stage's tensors under the names of `stageTensors`.
  /// - Throws: `SafeTensorsError`.
  public func tensors() throws -> [String: Tensor] {
    try SafeTensors.read(file).tensors
  }

  /// Takes over what the stage handed on (`TrainedMethod.handedOn`), in place and by name.
  /// - Throws: `StateError` if a tensor is missing or of another shape, as after training on other images;
  ///   `SafeTensorsError`.
  public func handOver(to memory: [NamedTensor]) throws {
    guard hasMemory else { return }
    let tensors = try tensors()
    try Torch.withoutGradients {
      for (name, tensor) in memory {
        let name = handedOnPrefix + name
        guard let found = tensors[name] else { throw StateError.missing(name) }
        guard found.shape == tensor.shape else {
          throw StateError.shape(name, expected: tensor.shape, found: found.shape)
        }
        tensor.copy(from: found)
      }
    }
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

extension ClusteringMethod {
  /// The first epoch that the method trains, counted from 0: the number of those that its stage carries out.
  package var firstEpoch: Int { Self.stage(of: settings)?.epochs ?? 0 }
}

/// What encoder.safetensors holds: the network's tensors (`encoderTensors`) and, under "memory.NAME", what
/// the method hands on.
public func stageTensors(of method: any TrainedMethod) -> [NamedTensor] {
  encoderTensors(of: method.network) + method.handedOn.map { (handedOnPrefix + $0.name, $0.tensor) }
}

private let handedOnPrefix = "memory."

/// A network's tensors as encoder.safetensors names them: the backbone's under torchvision's names
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
