import Core
import Metrics
import Records

/// An experiment file as read: which methods run on which benchmarks with which seeds and settings.
public struct Experiment: Sendable {
  /// The file's name without its extension, and the profile where one was chosen: "cpu@quick".
  public let name: String
  public let file: String
  public let title: String
  public let benchmarks: [String]
  public let methods: [String]
  public let seeds: [UInt64]
  /// Threads of one run.
  public let threads: Int
  /// A method is scored after every so many epochs for history.csv; 0 for the end alone. Scores on
  /// the way decide nothing.
  public let evaluateEvery: Int
  public let profile: String
  /// What tells this experiment from the published protocol, printed under its tables.
  public let notes: [String]
  let protocolChoices: ProtocolChoices
  /// Later layers win.
  var layers: [SettingLayers]

  /// The protocol on a benchmark whose images have this size unless the file says otherwise.
  public func runProtocol(defaultImageSize: Int) -> RunProtocol {
    RunProtocol(
      train: protocolChoices.train ?? .trainAndTest, score: protocolChoices.score ?? .trainAndTest,
      imageSize: protocolChoices.imageSize ?? defaultImageSize, checkpoint: .last,
      nmi: protocolChoices.nmi ?? .arithmetic)
  }
}

/// What the `protocol` section of a file says; nil where it is silent.
struct ProtocolChoices: Sendable {
  var train: SplitSelection?
  var score: SplitSelection?
  var imageSize: Int?
  var nmi: NMINormaliser?

  /// These choices with those of `other` over them.
  func overlaid(with other: ProtocolChoices) -> ProtocolChoices {
    ProtocolChoices(
      train: other.train ?? train, score: other.score ?? score,
      imageSize: other.imageSize ?? imageSize, nmi: other.nmi ?? nmi)
  }
}

/// Settings in layers: defaults < benchmark < method < benchmark and method.
struct SettingLayers: Sendable {
  var defaults: [String: SettingValue] = [:]
  var benchmarks: [String: [String: SettingValue]] = [:]
  var methods: [String: [String: SettingValue]] = [:]
  /// By benchmark, then by method.
  var combinations: [String: [String: [String: SettingValue]]] = [:]

  /// What holds for a method on a benchmark. Layers that speak to all methods hold for those that
  /// have the setting.
  func values(
    benchmark: String, method: String, known: Set<String>
  ) -> [String: SettingValue] {
    let shared = [defaults, benchmarks[benchmark] ?? [:]].map { layer in
      layer.filter { known.contains($0.key) }
    }
    let own = [methods[method] ?? [:], combinations[benchmark]?[method] ?? [:]]
    return (shared + own).reduce(into: [:]) { $0.merge($1) { _, later in later } }
  }
}
