import Domain
import Metrics
import Records

/// The results of a method on a benchmark over all planned seeds.
package struct ResultCell: Equatable, Sendable {
  /// A seed that gave no score, and why.
  package struct Omission: Equatable, Sendable {
    package var seed: UInt64
    package var reason: String
  }

  package enum State: String, Codable, Sendable {
    /// Every planned seed has finished.
    case finished
    /// Some planned seeds have.
    case partial
    case failed
    case stale
    case damaged
    case notRun = "not run"
    case notApplicable = "n/a"
  }

  package var benchmark: String
  package var method: TableMethod
  /// The number of planned seeds.
  package var planned: Int
  /// By seed; of one profile, one protocol and one benchmark file.
  package var records: [RunRecord] = []
  package var failed: [Omission] = []
  package var stale: [Omission] = []
  /// Results that cannot be read, or are not what a run writes.
  package var damaged: [Omission] = []
  /// Finished runs of another profile, which is named as the reason.
  package var otherProfiles: [Omission] = []
  package var missing: [UInt64] = []
  /// Why the method cannot run on this benchmark.
  package var notApplicable: String?

  /// The registered definition of the benchmark; nil for a user's own.
  var definition: BenchmarkDefinition? { BenchmarkRegistry.current[benchmark] }

  /// The heading of the benchmark's columns.
  var heading: String { definition?.heading ?? benchmark }

  /// Splits as the benchmark has them, so that two protocols can be compared.
  func canonical(_ splits: SplitSet) -> SplitSet {
    definition.map { splits.canonical(on: $0) } ?? splits
  }

  package var state: State {
    if isUnscored { return .notApplicable }
    if !records.isEmpty { return records.count == planned ? .finished : .partial }
    if notApplicable != nil { return .notApplicable }
    if !failed.isEmpty { return .failed }
    if !damaged.isEmpty { return .damaged }
    return stale.isEmpty ? .notRun : .stale
  }

  /// Whether runs have finished and have no scores, since their images have no labels.
  package var isUnscored: Bool {
    !records.isEmpty && records.allSatisfy { $0.metrics.scores == nil }
  }

  /// The protocol of the finished runs.
  package var runProtocol: RunProtocol? { records.first?.protocol }

  /// The benchmark file of the finished runs.
  package var benchmarkFile: BenchmarkProvenance? { records.first?.provenance.benchmarkFile }

  /// A score in per cent over the finished seeds; nil if none has it.
  /// - Parameter normaliser: that of NMI; nil for the protocol's own.
  package func statistics(
    of metric: Metric, normaliser: NMINormaliser? = nil
  ) -> SeedStatistics? {
    SeedStatistics(
      records.compactMap { $0.metrics.scores?.value(of: metric, under: normaliser) }.map {
        100 * $0
      })
  }
}

/// What the recorded settings say about a cell's networks.
extension ResultCell {
  /// The settings that are not the method's defaults on the benchmark; nil where a record is older than
  /// their list.
  var departures: [Departure]? { records.first?.departures }

  /// Whether the benchmark's raw pixels came as JPEG files.
  var isReEncoded: Bool { benchmarkFile?.pixels == .reEncoded }

  /// Height and width of the network's input in pixels.
  var viewSize: Int? {
    records.first.map { $0.protocol.viewSize(under: $0.settings) }
  }

  /// Whether the method has epochs, of which one counts.
  var trains: Bool { records.first?.timing.imagesPerSecond != nil }

  /// "ResNet-18", "ResNet-18 of width 32"; nil for a method without a residual network.
  var backbone: String? { records.first?.settings.backbone }
}
