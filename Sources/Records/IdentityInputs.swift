import Core
import Domain

/// Everything that a run's result depends on. Two runs with equal inputs are the same run, and a
/// finished one is not computed again.
///
/// Thread count, source revision and times are provenance and not in here. The names of these keys
/// are fixed: a renamed key would make every finished run stale. An input that is added is
/// optional, and nil is left out of the hash.
///
///     let inputs = IdentityInputs(record)
///     let isUnedited = try inputs.identity() == record.identity
package struct IdentityInputs: Codable, Hashable, Sendable {
  package var benchmark: String
  /// SHA-256 of the benchmark file's pixels, labels, splits, class names and fine labels.
  package var benchmarkContentHash: String
  /// The method that computes the run. For a variant it is the method that it varies; the settings
  /// hold what the variant changes.
  package var method: String
  package var methodVersion: Int
  /// Every setting with its resolved value, defaults included.
  package var settings: [String: SettingValue]
  package var profile: String
  package var `protocol`: RunProtocol
  /// The version of the rule that orders the images. Nil, and left out of the hash, for the order
  /// of the benchmark file, as in old records.
  package var presentation: Int?
  package var libtorch: String
  /// The kind of device: "cpu" or "cuda".
  package var device: String
  /// "float32" or "bfloat16".
  package var precision: String
  package var seed: UInt64
  /// The identity of the run that this one starts from. Nil, and left out of the hash, for a method
  /// of one stage.
  package var stage: String?

  package init(
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

  /// The inputs of a finished run, recovered from its record.
  package init(_ record: RunRecord) {
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

  /// SHA-256 of the inputs as JSON with sorted keys and without spaces, in hexadecimal.
  /// - Throws: `RecordError.notFinite` if a setting is NaN or infinite.
  package func identity() throws -> String {
    var hash = SHA256Hash()
    hash.update([UInt8](try JSONFile.canonical(self)))
    return hash.hexadecimal
  }

  /// The inputs that differ in `planned`, one phrase each: "epochs 30, now 40". Hashes are cut to
  /// twelve digits. The order is that of `named`, then names that only `planned` has.
  package func differences(to planned: IdentityInputs) -> [String] {
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
      case (let old?, let new?):
        old == new ? nil : "\(name) \(old.withShortHash), now \(new.withShortHash)"
      case (let old?, nil): "\(name) \(old.withShortHash), now without"
      case (nil, let new?): "\(name) not set, now \(new.withShortHash)"
      case (nil, nil): nil
      }
    }
  }

  /// The inputs under the names that a user knows; settings last, by name.
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

extension SettingValue {
  /// The value in words; of a SHA-256 hash its first twelve digits, as folders are named by.
  fileprivate var withShortHash: String {
    let text = description
    let isHash = text.count == 64 && text.allSatisfy { $0.isASCII && $0.isHexDigit }
    return isHash ? String(text.prefix(12)) : text
  }
}

extension RunRecord {
  /// What is wrong with a record whose inputs do not give its identity.
  private static let edited = "its identity does not match its inputs: the record was edited"

  /// Refuses a record that was edited, before a method is made of its settings.
  /// - Parameter file: where the record was read.
  /// - Throws: `RecordError.malformed` if the record's inputs do not give its identity.
  package func requireOwnIdentity(in file: String) throws {
    guard try IdentityInputs(self).identity() == identity else {
      throw RecordError.malformed(
        file: file, key: "",
        problem: "\(Self.edited); restore it, or compute the run again with 'scl run'")
    }
  }

  /// Why the record is not the result of the planned run, one phrase each; empty if it is its
  /// result.
  ///
  /// An identity that does not match the record's own inputs means that the file was edited. That
  /// is reported if the identity is the planned one, or no input differs.
  /// - Parameters:
  ///   - planned: the inputs of the planned run.
  ///   - images: the images of the planned run's benchmark file, if known. If the record's file has
  ///     another number, the phrase gives both instead of two hashes.
  /// - Throws: `RecordError.notFinite` if a setting is NaN or infinite.
  package func staleness(against planned: IdentityInputs, images: Int? = nil) throws -> [String] {
    let edited = [Self.edited]
    var own = IdentityInputs(self)
    if try identity == planned.identity() { return try own.identity() == identity ? [] : edited }
    var differences: [String] = []
    let before = provenance.benchmarkFile.images
    if let images, images != before, own.benchmarkContentHash != planned.benchmarkContentHash {
      differences.append("prepared from \(before.grouped) images, now \(images.grouped)")
      own.benchmarkContentHash = planned.benchmarkContentHash
    }
    differences += own.differences(to: planned)
    return differences.isEmpty ? edited : differences
  }
}
