import Core
import Torch

/// A method whose finished runs can be applied to images that they have not learnt from: an image's cluster follows
/// from the network, from `FittedState` and from named tensors of its memory, all of which a run keeps.
///
/// Clusters of transductive methods, such as spectral clustering, are not of this kind: they exist for a set of images
/// only. Neither are methods whose initialiser computes what a network starts from, as DEC's does.
///
/// A method of another package conforms in one line, and names the settings under which this is not so:
///
///     extension BarlowTwins: AppliesToNewImages {}
public protocol AppliesToNewImages: ClusteringMethod {
  /// Why runs of these settings cannot be applied; nil if they can.
  static func obstacle(to settings: Settings) -> String?

  /// How the names of those tensors of `TrainedMethod.memory` begin that assignment reads; nil if it reads none.
  /// Their shapes must not depend on the images learnt from.
  var memoryForAssignment: String? { get }
}

extension AppliesToNewImages {
  public static func obstacle(to settings: Settings) -> String? { nil }
  public var memoryForAssignment: String? { nil }

  /// `obstacle(to:)` of settings by name.
  /// - Throws: `SettingError`.
  package static func obstacle(toSettings values: [String: SettingValue]) throws -> String? {
    obstacle(to: try Settings.schema.resolve(values))
  }
}

extension AppliesToNewImages where Self: TrainedMethod {
  /// The tensors of `memory` that a run keeps.
  package var keptMemory: [NamedTensor] {
    guard let prefix = memoryForAssignment else { return [] }
    return memory.filter { $0.name.hasPrefix(prefix) }
  }
}
