import Domain
import Metrics
import Records

/// What a layer of the `protocol` section says; nil where it is silent.
struct ProtocolChoices: Sendable {
  var train: SplitSet?
  var score: SplitSet?
  var imageSize: Int?
  var checkpoint: CheckpointRule?
  var labels: LabelChoice?

  /// These choices with those of `other` over them.
  func overlaid(with other: ProtocolChoices?) -> ProtocolChoices {
    ProtocolChoices(
      train: other?.train ?? train, score: other?.score ?? score,
      imageSize: other?.imageSize ?? imageSize, checkpoint: other?.checkpoint ?? checkpoint,
      labels: other?.labels ?? labels)
  }
}

/// The protocol in layers: defaults < benchmark < method < benchmark and method.
struct ProtocolLayers: Sendable {
  var defaults = ProtocolChoices()
  var benchmarks: [String: ProtocolChoices] = [:]
  /// By method or variant.
  var methods: [String: ProtocolChoices] = [:]
  /// By benchmark, then by method or variant.
  var combinations: [String: [String: ProtocolChoices]] = [:]
  /// The same for a whole table.
  var nmi: NMINormaliser?

  /// What holds for a row on a benchmark.
  /// - Parameter names: those by which files speak of the row, the one that counts most last.
  func choices(benchmark: String, names: [String]) -> ProtocolChoices {
    let shared = defaults.overlaid(with: benchmarks[benchmark])
    let byMethod = names.reduce(shared) { $0.overlaid(with: methods[$1]) }
    return names.reduce(byMethod) { $0.overlaid(with: combinations[benchmark]?[$1]) }
  }
}
