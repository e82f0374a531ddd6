import Domain
import Metrics
import Records

/// The results of one method on one benchmark, over all planned seeds.
///
/// A score is the mean over `records`. Seeds that failed, or whose result is stale or damaged, or
/// that have not run, are kept in lists of their own, so that a table can name each of them.
package struct ResultCell: Equatable, Sendable {
  /// A seed without a usable result, with the reason.
  package struct Omission: Equatable, Sendable {
    package var seed: UInt64
    package var reason: String
  }

  /// The state of a cell as a whole. The raw value is what tables print in place of figures. If
  /// seeds differ, the first of these applies: finished or partial, not applicable, failed,
  /// damaged, stale, not run.
  package enum State: String, Codable, Sendable {
    /// All planned seeds have finished.
    case finished
    /// Some planned seeds have finished. Figures are shown with their number.
    case partial
    /// No seed has finished, and at least one has failed.
    case failed
    /// There is a result of other settings or other data, and nothing better.
    case stale
    /// No seed has finished or failed, and at least one result is damaged.
    case damaged
    /// No seed has a result under this profile.
    case notRun = "not run"
    /// The method cannot run on the benchmark, or its images have no labels to score by.
    case notApplicable = "n/a"
  }

  /// The benchmark's name.
  package var benchmark: String
  package var method: TableMethod
  /// The number of planned seeds.
  package var planned: Int
  /// The finished seeds, ascending. All have the same profile, protocol, settings and benchmark
  /// file.
  package var records: [RunRecord] = []
  /// Failed seeds.
  package var failed: [Omission] = []
  /// Seeds whose result does not match the plan.
  package var stale: [Omission] = []
  /// Seeds whose files cannot be read or have impossible values.
  package var damaged: [Omission] = []
  /// Finished seeds of another profile. The reason is that profile's name.
  package var otherProfiles: [Omission] = []
  /// Seeds that have not run or not finished.
  package var missing: [UInt64] = []
  /// The experiment and the profile of the first run; nil for those of the whole table.
  package var origin: RunOutcome.Origin?
  /// How the cell's runs are planned, or what the first record says without a plan; nil if neither is known.
  package var recipe: RunRecipe?
  /// Why the method cannot run on the benchmark, or why its runs have no scores; nil otherwise.
  package var notApplicable: String?

  /// How the cell's runs are computed: what the first record says, or else `recipe`; nil if neither is known.
  var basis: RunRecipe? { records.first.map(RunRecipe.init) ?? recipe }

  /// The benchmark's registered definition; nil for images of a user's own.
  var definition: BenchmarkDefinition? { BenchmarkRegistry.current[benchmark] }

  /// The heading of the benchmark's columns: "CIFAR-10".
  var heading: String { definition?.heading ?? benchmark }

  /// A set of splits in the form in which two protocols can be compared
  /// (`SplitSet.canonical(on:)`).
  func canonical(_ splits: SplitSet) -> SplitSet {
    definition.map { splits.canonical(on: $0) } ?? splits
  }

  /// The state of the cell. Finished seeds take precedence, then failed, damaged and stale ones.
  package var state: State {
    if isUnscored { return .notApplicable }
    if !records.isEmpty { return records.count == planned ? .finished : .partial }
    if notApplicable != nil { return .notApplicable }
    if !failed.isEmpty { return .failed }
    if !damaged.isEmpty { return .damaged }
    return stale.isEmpty ? .notRun : .stale
  }

  /// Whether the finished runs have no scores, because their images have no labels.
  package var isUnscored: Bool {
    !records.isEmpty && records.allSatisfy { $0.metrics.scores == nil }
  }

  /// The protocol of the finished runs; nil without any.
  package var runProtocol: RunProtocol? { records.first?.protocol }

  /// The benchmark file of the finished runs; nil without any.
  package var benchmarkFile: BenchmarkProvenance? { records.first?.provenance.benchmarkFile }

  /// A score of each finished seed that has it, in per cent, by ascending seed.
  /// - Parameters:
  ///   - metric: the score.
  ///   - normaliser: for NMI; nil for the protocol's own. Records have NMI under both.
  package func scores(
    of metric: Metric, normaliser: NMINormaliser? = nil
  ) -> [(seed: UInt64, score: Double)] {
    records.compactMap { record in
      record.metrics.scores?.value(of: metric, under: normaliser).map { (record.seed, 100 * $0) }
    }
  }

  /// Mean and spread of `scores(of:normaliser:)`, in per cent; nil if no finished seed has the score.
  package func statistics(
    of metric: Metric, normaliser: NMINormaliser? = nil
  ) -> SeedStatistics? {
    SeedStatistics(scores(of: metric, normaliser: normaliser).map(\.score))
  }
}

/// What the records say about a cell's images and network. All seeds have the same settings, so
/// the first record is asked.
extension ResultCell {
  /// Whether the benchmark was published as raw pixels and the images came as JPEG files.
  var isReEncoded: Bool { benchmarkFile?.pixels == .reEncoded }

  /// Height and width of the network's input in pixels; nil without a record.
  var viewSize: Int? {
    records.first.map { $0.protocol.viewSize(under: $0.settings) }
  }

  /// Whether the method trains a network. Its checkpoint rule matters only then.
  var trains: Bool { records.first?.hasTrained == true }
}
