import Core
import Domain

/// Everything that a run's result depends on: two runs with the same inputs are the same run.
///
/// Thread count, source revision and times are provenance and not here.
public struct IdentityInputs: Codable, Hashable, Sendable {
  public var benchmark: String
  public var benchmarkContentHash: String
  /// The method that computes it; a variant's settings say what it changes.
  public var method: String
  public var methodVersion: Int
  /// Every setting with its resolved value, defaults included.
  public var settings: [String: SettingValue]
  public var profile: String
  public var `protocol`: RunProtocol
  /// The version of the rule by which images are put in order before a method sees them; nil, and not
  /// part of the hash, for the order of the benchmark file.
  public var presentation: Int?
  public var libtorch: String
  /// The kind of device: "cpu" or "cuda".
  public var device: String
  public var precision: String
  public var seed: UInt64
  /// The identity of the run that it starts from; nil, and not part of the hash, where it starts from
  /// nothing.
  public var stage: String?

  public init(
    benchmark: String, benchmarkContentHash: String, method: String, methodVersion: Int,
    settings: [String: SettingValue], profile: String, protocol: RunProtocol,
    presentation: Int? = nil, libtorch: String, device: String, precision: String, seed: UInt64,
    stage: String? = nil
  ) {
    self.benchmark = benchmark
    self.benchmarkContentHash = benchmarkContentHash
    self.method = method
    self.methodVersion = methodVersion
    self.settings = settings
    self.profile = profile
    self.protocol = `protocol`
    self.presentation = presentation
    self.libtorch = libtorch
    self.device = device
    self.precision = precision
    self.seed = seed
    self.stage = stage
  }

  /// The inputs that a finished run had.
  public init(_ record: RunRecord) {
    self.init(
      benchmark: record.benchmark,
      benchmarkContentHash: record.provenance.benchmarkFile.contentHash,
      method: record.variantOf ?? record.method,
      methodVersion: record.methodVersion, settings: record.settings, profile: record.profile,
      protocol: record.protocol, presentation: record.provenance.presentation?.version,
      libtorch: record.provenance.libtorch,
      device: record.provenance.device, precision: record.provenance.precision, seed: record.seed,
      stage: record.stage)
  }

  /// SHA-256 of the inputs as JSON with sorted keys and no spaces.
  /// - Throws: `RecordError` if a setting is not finite.
  public func identity() throws -> String {
    var hash = SHA256Hash()
    hash.update([UInt8](try JSONFile.canonical(self)))
    return hash.hexadecimal
  }

  /// What is different in `planned`, in words and in a fixed order: "epochs 30, now 40".
  public func differences(to planned: IdentityInputs) -> [String] {
    let before = named
    let now = planned.named
    let names =
      before.map(\.name)
      + now.map(\.name).filter { name in
        !before.contains { $0.name == name }
      }
    return names.compactMap { name in
      let old = before.first { $0.name == name }?.value
      let new = now.first { $0.name == name }?.value
      return switch (old, new) {
      case (let old?, let new?): old == new ? nil : "\(name) \(old), now \(new)"
      case (let old?, nil): "\(name) \(old), now without"
      case (nil, let new?): "\(name) not set, now \(new)"
      case (nil, nil): nil
      }
    }
  }

  private var named: [(name: String, value: SettingValue)] {
    [
      ("benchmark", .text(benchmark)),
      ("benchmark content", .text(benchmarkContentHash)),
      ("method", .text(method)),
      ("method version", .integer(methodVersion)),
      ("profile", .text(profile)),
      ("training split", .text(`protocol`.train.rawValue)),
      ("scored split", .text(`protocol`.score.rawValue)),
      ("image size", .integer(`protocol`.imageSize)),
      ("checkpoint rule", .text(`protocol`.checkpoint.rawValue)),
      ("NMI normaliser", .text(`protocol`.nmi.rawValue)),
      (
        "order of images",
        .text(presentation.map { "drawn from their content (version \($0))" } ?? "the file's")
      ),
      ("libtorch", .text(libtorch)),
      ("device", .text(device)),
      ("precision", .text(precision)),
      ("seed", .text("\(seed)")),
      ("stage", .text(stage ?? "none")),
    ] + (`protocol`.evaluateEvery.map { [("evaluate_every", .integer($0))] } ?? [])
      + (`protocol`.labels.map { [("labels", .text($0.rawValue))] } ?? [])
      + (`protocol`.clusters.map { [("clusters", .integer($0))] } ?? [])
      + settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

extension RunRecord {
  /// Why the record is not the result of the planned run, in words; empty if it is.
  /// - Throws: `RecordError` if a planned setting is not finite.
  public func staleness(against planned: IdentityInputs) throws -> [String] {
    guard try identity != planned.identity() else { return [] }
    let differences = IdentityInputs(self).differences(to: planned)
    return differences.isEmpty
      ? ["its identity does not match its inputs: the record was edited"]
      : differences
  }
}
