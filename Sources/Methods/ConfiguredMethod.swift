import Core
import Torch
import Vision

/// A method with its settings, without the method's type: what a plan knows of a run's method, and what
/// the run's process makes the method of.
///
///     let method = try ConfiguredMethod(SimCLR.self, ["epochs": 20])
///     method.values["temperature"]  // 0.5, the method's default
///     let learner = try method.make(context: context, images: images)
///
/// The settings are resolved here, once for everything that a run needs of them.
public struct ConfiguredMethod: Sendable {
  public let type: any ClusteringMethod.Type
  /// Every setting with its value, defaults included.
  public let values: [String: SettingValue]
  /// The run whose network a run of these settings starts from; nil if it starts from nothing.
  public let stage: Stage?
  /// The settings that make an epoch depend on the number of epochs that follow it; see
  /// `SettingsSchema.lengthDependences`.
  public let lengthDependences: [String]
  /// Why the settings cannot work together; nil if they can. See `Configurable.contradiction`.
  public let contradiction: String?
  private let initialise: @Sendable (MethodContext, ImageSet) throws -> any ClusteringMethod

  /// - Parameters:
  ///   - type: the method's type.
  ///   - values: the settings that are not the method's defaults.
  /// - Throws: `SettingError` for a setting that the method does not have, or a value out of its range.
  public init<Method: ClusteringMethod>(
    _ type: Method.Type, _ values: [String: SettingValue]
  ) throws(SettingError) {
    let settings = try Method.Settings.schema.resolve(values)
    self.type = type
    self.values = Method.Settings.schema.values(of: settings)
    stage = Method.stage(of: settings)
    lengthDependences = Method.Settings.schema.lengthDependences(of: settings)
    contradiction = settings.contradiction
    initialise = { try Method(settings: settings, context: $0, images: $1) }
  }

  /// Makes the method.
  /// - Parameters:
  ///   - context: the task of the method.
  ///   - images: the images to learn from.
  /// - Throws: what the method's initialiser throws, such as `MethodError.unsupported`.
  public func make(context: MethodContext, images: ImageSet) throws -> any ClusteringMethod {
    try Torch.checked { try initialise(context, images) }
  }
}
