import ClassicalClustering
import Core
import Methods
import Torch
import Vision

/// Examines methods: whether they keep what every method promises.
///
/// Ours are examined by our tests. A method of another package is by its own, in a line:
///
///     #expect(try Conformance().findings(of: MyMethod.self).isEmpty)
///
/// A method is taken through a few epochs on 64 images of 16x16 pixels, several times, and through one on
/// 1,200, which takes seconds. It has to be given everything that it needs by its settings' defaults, or by `settings`.
public struct Conformance: Sendable {
  /// Where the stages that methods start from are found.
  public var registry: MethodRegistry
  /// What a method is examined with, where it has settings of these names; laid over `quick`.
  public var settings: [String: SettingValue]
  /// A benchmark file of the examined images, to be written: the suite changes the labels in it, and
  /// no method may notice. Set it where a method would look for labels.
  public var labelFile: String?

  /// What makes the methods of this package quick.
  public static let quick: [String: SettingValue] = [
    "epochs": 8, "batch_size": 16, "width": 16, "depth": "18", "stem": "small-pool",
    "view_size": 0, "dimensions": 8, "hidden": 16, "channels": 8, "projection_hidden": 16,
    "warmup_epochs": 2, "learning_rate_warmup": 0, "restarts": 3, "over_clusters": 4,
    "sub_heads": 2, "clusters_per_class": 2, "components": 8, "queue": 32, "encoder_momentum": 0.9,
    "threshold": 0.5, "predictor_rate": 2.0,
  ]

  public init(
    registry: MethodRegistry = .builtIn, settings: [String: SettingValue] = [:],
    labelFile: String? = nil
  ) {
    self.registry = registry
    self.settings = settings
    self.labelFile = labelFile
  }

  /// The promises that a method breaks.
  public func findings(
    of method: any ClusteringMethod.Type, promises: [Promise] = Promise.allCases
  ) throws -> [Finding] {
    try findings(ofType: method, promises)
  }

  private func findings<Method: ClusteringMethod>(
    ofType _: Method.Type, _ promises: [Promise]
  ) throws -> [Finding] {
    let examination = try Examination<Method>(self)
    return promises.flatMap { promise in
      examination.check(promise) { examination in
        switch promise {
        case .description: examination.checkDescription()
        case .settings: try examination.checkSettings()
        case .determinism: try examination.checkDeterminism()
        case .seed: try examination.checkSeed()
        case .resumption: try examination.checkResumption()
        case .gradients: try examination.checkGradients()
        case .loss: try examination.checkLoss()
        case .assignments: try examination.checkAssignments()
        case .repeatability: try examination.checkRepeatability()
        case .blindness: try examination.checkBlindness()
        }
      }
    }
  }

  // MARK: Instances

  /// A method with `defaults`, those of `quick` and `settings` that it has, and `more`, the later over
  /// the earlier. What it starts from is taken from `stages`, or trained for an epoch.
  package func make<Method: ClusteringMethod>(
    _ type: Method.Type, seed: UInt64 = 1, images: ImageSet, threads: Int = 1,
    _ more: [String: SettingValue] = [:], defaults: [String: SettingValue] = [:],
    stages: StageRuns = StageRuns()
  ) throws -> Method {
    // As runs do.
    OpenBLAS.useOneThread()
    let resolved = try Method.Settings.schema.resolve(
      defaults.merging(values(of: type, more)) { $1 })
    let stage = try Method.stage(of: resolved).map { stage in
      try stages.file(of: stage, seed: seed, threads: threads, images: images) { file in
        let method = try make(
          registry.method(stage.method), seed: seed, images: images, threads: threads,
          stage.settings, defaults: stage.defaults, stages: stages)
        try train(method, images: images, seed: seed, file)
      }
    }
    // The files go with it.
    return try withExtendedLifetime(stages) {
      try Method(
        settings: resolved,
        context: MethodContext(
          clusters: 2, seed: seed, threads: threads, stage: stage.map(FinishedStage.init)),
        images: images)
    }
  }

  /// Trains a stage for an epoch and writes its encoder.safetensors.
  private func train(
    _ method: any ClusteringMethod, images: ImageSet, seed: UInt64, _ file: String
  ) throws {
    guard let trained = method as? any TrainedMethod else {
      throw MethodError.unsupported(
        method: type(of: method).description.name,
        reason: "it does not train, so that nothing can start from it")
    }
    try MethodTrial(trained, images: images, seed: seed).train(epochs: 1)
    try SafeTensors.write(encoderTensors(of: trained.network), to: file)
  }

  private func values<Method: ClusteringMethod>(
    of _: Method.Type, _ more: [String: SettingValue]
  ) throws -> [String: SettingValue] {
    let known = Set(Method.settings.map(\.name))
    var values = Self.quick.filter { known.contains($0.key) }
    if known.contains("learning_rate") {
      let isAdam = Method.settings.contains {
        $0.name == "optimiser" && $0.defaultValue == "adam"
      }
      values["learning_rate"] = isAdam ? 0.003 : 0.03
    }
    return values.merging(settings.filter { known.contains($0.key) }) { $1 }.merging(more) { $1 }
  }
}
