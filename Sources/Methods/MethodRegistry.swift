import Core

/// The methods that experiments can name.
///
/// ```swift
/// let registry = MethodRegistry.builtIn.adding([MeanColour.self])
/// let method = try registry.method("mean-colour")
/// ```
public struct MethodRegistry: Sendable {
  /// In the order of tables.
  public let methods: [any ClusteringMethod.Type]

  public init(_ methods: [any ClusteringMethod.Type]) {
    self.methods = methods
  }

  /// The methods of this package, in the order of tables.
  public static let builtIn = MethodRegistry([
    KMeansOnPixels.self,
    SpectralOnPixels.self,
    AgglomerativeOnPixels.self,
    NMFOnPixels.self,
    Autoencoder.self,
    DenoisingAutoencoder.self,
    VariationalAutoencoder.self,
    DCGAN.self,
    DeepEmbeddedClustering.self,
    DAC.self,
    DCCM.self,
    DeepCluster.self,
    IIC.self,
    PICA.self,
    DRC.self,
    DCDC.self,
    ContrastiveClustering.self,
    TCC.self,
    SCANClustering.self,
    SCAN.self,
    NNM.self,
    MiCE.self,
    GCC.self,
    SPICESelf.self,
    InstanceDiscrimination.self,
    NeighbourhoodDiscovery.self,
    SimCLR.self,
    MoCo.self,
    SimSiam.self,
    PCL.self,
    BYOL.self,
    ProPos.self,
    IDFD.self,
    SCLWarmup.self,
    SCL.self,
    TrueLabels.self,
    RandomLabels.self,
  ])

  /// These methods and more, for programs that bring their own.
  public func adding(_ more: [any ClusteringMethod.Type]) -> MethodRegistry {
    MethodRegistry(methods + more)
  }

  /// The methods' names, in the same order.
  public var names: [String] { methods.map { $0.description.name } }

  /// - Throws: `MethodError.unknown` with the nearest name, `ambiguous` where several have this one, or
  ///   `repeatedSetting` where two of its settings have one name.
  public func method(_ name: String) throws(MethodError) -> any ClusteringMethod.Type {
    let named = methods.filter { $0.description.name == name }
    guard let method = named.first else {
      throw .unknown(name: name, nearest: nearestName(to: name, among: names), known: names)
    }
    guard named.count == 1 else {
      throw .ambiguous(name: name, titles: named.map { $0.description.title })
    }
    if let setting = method.repeatedSetting {
      throw .repeatedSetting(method: name, setting: setting)
    }
    return method
  }
}

extension ClusteringMethod {
  /// The method's settings as documentation and tools see them. One that names no source is from the
  /// method's code, or from its paper where it has none.
  public static var settings: [SettingDescription] {
    Settings.schema.from(description.code ?? description.reference).descriptions
  }

  /// A name that two settings have, of which only one could be set; nil without one.
  static var repeatedSetting: String? {
    var known: Set<String> = []
    return Settings.schema.settings.map(\.name).first { !known.insert($0).inserted }
  }

  /// Every setting's value once `values` are laid over the defaults.
  public static func resolve(
    _ values: [String: SettingValue]
  ) throws(SettingError) -> [String: SettingValue] {
    Settings.schema.values(of: try Settings.schema.resolve(values))
  }
}

/// Why a method cannot be had or cannot go on.
///
///     throw MethodError.unsupported(method: "my-method", reason: "it needs at least two images")
public enum MethodError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No method has this name; `nearest` is one that it may be a misspelling of.
  case unknown(name: String, nearest: String?, known: [String])
  /// Several methods, of these titles, have one name.
  case ambiguous(name: String, titles: [String])
  /// Two settings of a method have one name.
  case repeatedSetting(method: String, setting: String)
  /// A method that cannot run on what it was given; the reason is shown in the table.
  case unsupported(method: String, reason: String)

  public var description: String {
    switch self {
    case .unknown(let name, let nearest, let known):
      "unknown method '\(name)'; "
        + (nearest.map { "did you mean '\($0)'?" } ?? "known: \(known.joined(separator: ", "))")
    case .ambiguous(let name, let titles):
      "\(titles.count) methods are named '\(name)': \(titles.joined(separator: ", ")); "
        + "give each a name of its own"
    case .repeatedSetting(let method, let setting):
      "two settings of \(method) are named '\(setting)': give each a name of its own"
    case .unsupported(let method, let reason): "\(method) cannot run here: \(reason)"
    }
  }
}
