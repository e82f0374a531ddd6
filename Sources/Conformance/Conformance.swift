import ClassicalClustering
import Core
import Methods
import Torch
import Vision

/// A suite of checks that a method keeps what every method promises: the same bits for the same
/// seed, exact resumption, no use of labels, and more (`Promise`).
///
/// `scl methods NAME --check` runs it for a registered method, and this package's tests run it for
/// all of them. A package with a method of its own tests it in one line:
///
///     #expect(try Conformance().findings(of: MyMethod.self).isEmpty)
///
/// The method is trained several times for three epochs on 64 images of 16x16 pixels in two
/// classes, and once for an epoch on 1,200. That takes seconds on a processor. It runs with its
/// settings' defaults, under those of `quick` and of `settings`:
///
///     let suite = Conformance(
///       registry: .builtIn.adding([MyPretext.self]), settings: ["layers": 2])
///     for finding in try suite.findings(of: MyMethod.self, promises: [.resumption, .loss]) {
///       print(finding)
///     }
public struct Conformance: Sendable {
  /// Where the method of a stage is looked up, such as the pretext of SCAN. A stage is trained for
  /// one epoch.
  public var registry: MethodRegistry
  /// Settings for the examination, where the method has settings of these names. They override
  /// `quick`.
  public var settings: [String: SettingValue]
  /// The path of a benchmark file for the check of `blindness`. The suite writes it with two
  /// different labellings and removes it at the end, so never give the path of real data. Set it to
  /// where a method would look for labels; nil for a temporary path.
  public var labelFile: String?

  /// Settings that make this package's methods quick: few epochs, a narrow backbone, small batches,
  /// short warm-ups, and predictors that do not start from weights for wide ones. A method gets those
  /// whose names it has. `learning_rate` is added: 0.003 for a method whose default optimiser is Adam
  /// or RMSprop, 0.03 otherwise.
  public static let quick: [String: SettingValue] = [
    "epochs": 8, "batch_size": 16, "width": 16, "depth": "18", "stem": "small-pool",
    "view_size": 0, "dimensions": 8, "hidden": 16, "channels": 8, "projection_hidden": 16,
    "warmup_epochs": 2, "learning_rate_warmup": 0, "restarts": 3, "over_clusters": 4,
    "sub_heads": 2, "copies": 2, "clusters_per_class": 2, "components": 8, "queue": 32,
    "encoder_momentum": 0.9, "predictor_rate": 2.0, "predictor_initialisation": "torch-default",
    "block_size": 32, "block_passes": 1, "batch_repeats": 1, "stages": 2, "convolutions": 1,
    "discriminator_width": 16, "prototypes": 4, "cluster_queue": 2,
    // In so few epochs no probability exceeds SCAN's 0.99.
    "threshold": 0.6,
    // A stage of one epoch has running statistics of next to nothing.
    "backbone_statistics": "moving",
  ]

  /// - Parameters:
  ///   - registry: must have the methods of the stages that examined methods start from.
  ///   - settings: override `quick`.
  ///   - labelFile: see the property.
  public init(
    registry: MethodRegistry = .builtIn, settings: [String: SettingValue] = [:],
    labelFile: String? = nil
  ) {
    self.registry = registry
    self.settings = settings
    self.labelFile = labelFile
  }

  /// Examines a method.
  /// - Parameters:
  ///   - method: need not be registered.
  ///   - promises: those to check. All checks share one trained instance and the trained stages, so
  ///     one call for all is faster than one call for each.
  /// - Returns: the broken promises, in the order of `promises`; empty for a conforming method. An
  ///   error that the method throws during a check is a finding, too.
  /// - Throws: an error of the suite itself, such as one of libtorch while the example images are
  ///   made.
  public func findings(
    of method: any ClusteringMethod.Type, promises: [Promise] = Promise.allCases
  ) throws -> [Finding] {
    try findings(ofType: method, promises)
  }

  /// The same for the concrete type, which `Examination` is generic over.
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

  /// Creates an instance with resolved settings, as a run does, for K = 2 clusters.
  ///
  /// Settings are layered, the later over the earlier: the method's own defaults, `defaults`,
  /// `quick`, `settings`, `more`. If the method has a stage, the stage is taken from `stages` or
  /// trained for one epoch.
  /// - Parameters:
  ///   - seed: of the method and of its stage.
  ///   - images: what the method learns from.
  ///   - threads: in the method's context. The caller sets `Torch.threads`.
  ///   - more: settings that override all others.
  ///   - defaults: settings that the method has as a stage of another one.
  ///   - stages: keeps the networks of stages between calls.
  /// - Throws: errors of the settings' resolution, of the stage or of the initialiser.
  package func make<Method: ClusteringMethod>(
    _ type: Method.Type, seed: UInt64 = 1, images: ImageSet, threads: Int = 1,
    _ more: [String: SettingValue] = [:], defaults: [String: SettingValue] = [:],
    stages: StageRuns = StageRuns()
  ) throws -> Method {
    // As in a run.
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
    // `stages` removes its files when it is released.
    return try withExtendedLifetime(stages) {
      try Method(
        settings: resolved,
        context: MethodContext(
          clusters: 2, seed: seed, threads: threads, stage: stage.map { FinishedStage(file: $0) }),
        images: images)
    }
  }

  /// Trains a stage for one epoch and writes its network as `encoder.safetensors`.
  /// - Throws: `MethodError.unsupported` for a method that does not train.
  private func train(
    _ method: any ClusteringMethod, images: ImageSet, seed: UInt64, _ file: String
  ) throws {
    guard let trained = method as? any TrainedMethod else {
      throw MethodError.unsupported(
        method: type(of: method).description.name,
        reason: "it does not train, so no method can start from it")
    }
    try MethodTrial(trained, images: images, seed: seed).train(epochs: 1)
    try SafeTensors.write(stageTensors(of: trained), to: file)
  }

  /// The values of `quick`, `settings` and `more` for those settings that the method has; `more` is
  /// not filtered, so a wrong name in it is an error.
  private func values<Method: ClusteringMethod>(
    of _: Method.Type, _ more: [String: SettingValue]
  ) -> [String: SettingValue] {
    let known = Set(Method.settings.map(\.name))
    var values = Self.quick.filter { known.contains($0.key) }
    if known.contains("learning_rate") {
      // Those whose steps do not depend on the size of gradients.
      let isAdaptive = Method.settings.contains {
        $0.name == "optimiser" && ["adam", "rmsprop"].contains($0.defaultValue)
      }
      values["learning_rate"] = isAdaptive ? 0.003 : 0.03
    }
    return values.merging(settings.filter { known.contains($0.key) }) { $1 }.merging(more) { $1 }
  }
}
