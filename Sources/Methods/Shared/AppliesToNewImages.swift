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

// By the network alone, as every `PerturbedClusteringMethod`.
extension ContrastiveClustering: AppliesToNewImages {}
extension SCAN: AppliesToNewImages {}
extension GCC: AppliesToNewImages {}
extension TCC: AppliesToNewImages {}

// By the network and the centres of a k-means on its vectors.
extension Autoencoder: AppliesToNewImages {}
extension DenoisingAutoencoder: AppliesToNewImages {}
extension VariationalAutoencoder: AppliesToNewImages {}
extension DeepCluster: AppliesToNewImages {}
extension InstanceDiscrimination: AppliesToNewImages {}
extension NeighbourhoodDiscovery: AppliesToNewImages {}
extension SimCLR: AppliesToNewImages {}
extension SimSiam: AppliesToNewImages {}
extension DCGAN: AppliesToNewImages {}
extension IDFD: AppliesToNewImages {}

extension KMeansOnPixels: AppliesToNewImages {
  public static func obstacle(to settings: Settings) -> String? {
    settings.pixels.arePlain
      ? nil : "colour, descriptor, standardise and components depend on images that are not kept"
  }
}

extension IIC: AppliesToNewImages {
  public static func obstacle(to settings: Settings) -> String? {
    settings.centreStatistics ? "centre_statistics needs the images that it learnt from" : nil
  }

  public var memoryForAssignment: String? { "sub_head_losses" }
}

extension DAC: AppliesToNewImages {
  public static func obstacle(to settings: Settings) -> String? { settings.prediction.obstacle }
}

extension DCCM: AppliesToNewImages {
  public static func obstacle(to settings: Settings) -> String? { settings.prediction.obstacle }
}

extension BlockPredictionSettings {
  /// Why a run of these settings cannot be applied; nil if it can.
  fileprivate var obstacle: String? {
    statistics == .batch
      ? "prediction_statistics batch makes an image's cluster depend on the images beside it" : nil
  }
}

extension MoCo: AppliesToNewImages {
  public var memoryForAssignment: String? {
    settings.clusteredNetwork == .key ? "target." : nil
  }
}

extension PCL: AppliesToNewImages {
  public var memoryForAssignment: String? {
    settings.clusteredNetwork == .key ? "target." : nil
  }
}

extension BYOL: AppliesToNewImages {
  public var memoryForAssignment: String? {
    settings.clusteredNetwork == .target ? "target." : nil
  }
}

extension ProPos: AppliesToNewImages {
  public var memoryForAssignment: String? { "target." }
}

extension SCLWarmup: AppliesToNewImages {}

extension SCL: AppliesToNewImages {
  public static func obstacle(to settings: Settings) -> String? {
    settings.assignment == .boundary
      ? nil : "assign \(settings.assignment.rawValue) needs the memory bank, which is not kept"
  }
}
