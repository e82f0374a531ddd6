import Core
import Domain
import Metrics

/// The content of `run.json`: what was run, its scores, its time and its provenance.
///
/// The run's process writes the file last, so it exists exactly if the run is finished. Keys are
/// those of the properties, sorted, one a line; optional ones are left out where nil. Tables and
/// the diff take all figures from it.
///
///     let record = try RunRecord.read(from: "results/cifar10-cpu/cifar10/kmeans/seed-0/run.json")
///     print(record.methodTitle, record.metrics.scores?[.nmi] ?? .nan, record.timing.seconds)
package struct RunRecord: Codable, Equatable, Sendable {
  /// What stands in `profile` where none was chosen. It is a part of the identity of runs.
  package static let withoutProfile = "default"

  /// The version of this layout. A record of another version is refused.
  package static let currentSchema = 1

  package var schema = currentSchema
  /// `IdentityInputs.identity()` of the run: 64 hexadecimal digits.
  package var identity: String
  /// The experiment's name, with `@PROFILE` where a profile was chosen.
  package var experiment: String
  /// The name of the benchmark's definition.
  package var benchmark: String
  /// The row's name: a method or a variant of one.
  package var method: String
  /// The row's title in tables: "SCL", "InstDisc + k-means".
  package var methodTitle: String
  /// The family under which tables list the row.
  package var methodFamily: MethodFamily
  /// The version of the method's algorithm. It grows when a change of code changes results.
  package var methodVersion: Int
  /// The method that the row is a variant of; nil for a method under its own name.
  package var variantOf: String?
  /// The identity of the run that this one starts from, such as SCAN's pretext run; nil for a
  /// method of one stage.
  package var stage: String?
  /// The seed of all random streams of the run.
  package var seed: UInt64
  /// The profile of the experiment file, `withoutProfile` if none was chosen.
  package var profile: String
  /// Every setting of the method with its resolved value, defaults included.
  package var settings: [String: SettingValue]
  /// The settings that differ from the method's defaults on the benchmark, including those of the
  /// run that this one starts from. Nil in records older than this list.
  package var departures: [Departure]?
  /// Splits, image size, checkpoint rule and NMI normaliser.
  package var `protocol`: RunProtocol
  /// The scores of the result and the sizes of its clusters.
  package var metrics: RunMetrics
  /// The scores of the method's further predictions, and its measures. Nil for methods without any and in records older
  /// than this key.
  package var readOuts: ReadOutRecord?
  /// The epoch that the checkpoint rule chose, counted from 1; nil for the rule `last`.
  package var checkpointEpoch: Int?
  package var timing: RunTiming
  package var provenance: Provenance

  package init(
    identity: String, experiment: String, benchmark: String, method: String, methodTitle: String,
    methodFamily: MethodFamily, methodVersion: Int, variantOf: String? = nil,
    stage: String? = nil, seed: UInt64,
    profile: String,
    settings: [String: SettingValue], departures: [Departure]? = nil, protocol: RunProtocol,
    metrics: RunMetrics, readOuts: ReadOutRecord? = nil,
    checkpointEpoch: Int? = nil, timing: RunTiming, provenance: Provenance
  ) {
    self.identity = identity
    self.experiment = experiment
    self.benchmark = benchmark
    self.method = method
    self.methodTitle = methodTitle
    self.methodFamily = methodFamily
    self.methodVersion = methodVersion
    self.variantOf = variantOf
    self.stage = stage
    self.seed = seed
    self.profile = profile
    self.settings = settings
    self.departures = departures
    self.protocol = `protocol`
    self.metrics = metrics
    self.readOuts = readOuts
    self.checkpointEpoch = checkpointEpoch
    self.timing = timing
    self.provenance = provenance
  }
}

/// How long a run took and how much memory it used. It is provenance and not part of the identity.
package struct RunTiming: Codable, Equatable, Sendable {
  /// Wall-clock seconds of all sessions of the run together, without the preparations of interrupted ones.
  package var seconds: Double
  /// Training images per second. An image counts once, whatever its number of views. Nil for a
  /// method that does not train.
  package var imagesPerSecond: Double?
  /// Peak resident memory of the run's last process, in bytes. GPU memory is not included.
  package var peakMemoryBytes: Int
  /// How many times the run was resumed from a checkpoint.
  package var resumptions: Int

  package init(seconds: Double, imagesPerSecond: Double?, peakMemoryBytes: Int, resumptions: Int) {
    self.seconds = seconds
    self.imagesPerSecond = imagesPerSecond
    self.peakMemoryBytes = peakMemoryBytes
    self.resumptions = resumptions
  }
}

extension RunRecord {
  /// Whether the run trained a network.
  package var hasTrained: Bool { timing.imagesPerSecond != nil }
}

/// Where a run's numbers come from: program, data, libraries and machine.
///
/// Content hash, presentation version, libtorch, device and precision are also in the identity. The
/// rest is informative.
package struct Provenance: Codable, Equatable, Sendable {
  /// The git revision of the program, with "-dirty" if its sources had changes; "unknown" outside a
  /// checkout. It was read when the process started that finished the run, whatever other processes
  /// began it.
  package var sourceRevision: String
  package var benchmarkFile: BenchmarkProvenance
  /// The order in which the method saw the images. Nil in records from before that order existed;
  /// there it is the file's order.
  package var presentation: PresentationProvenance?
  /// The version, such as "1.13.0".
  package var libtorch: String
  /// OpenBLAS's own description of its version and kernels.
  package var openBLAS: String
  /// The kind of device: "cpu" or "cuda".
  package var device: String
  /// The name of the processor or GPU.
  package var deviceName: String
  /// The precision of the backbone: "float32" or "bfloat16".
  package var precision: String
  /// True where a card could use operators whose results differ from run to run (`--fast`); else nil.
  package var isFast: Bool?
  /// The number of threads that the run computed with.
  package var threads: Int
  /// When the run finished, in UTC (ISO 8601).
  package var finishedAt: String

  package init(
    sourceRevision: String, benchmarkFile: BenchmarkProvenance,
    presentation: PresentationProvenance? = nil, libtorch: String, openBLAS: String,
    device: String, deviceName: String, precision: String, isFast: Bool? = nil, threads: Int,
    finishedAt: String
  ) {
    self.sourceRevision = sourceRevision
    self.benchmarkFile = benchmarkFile
    self.presentation = presentation
    self.libtorch = libtorch
    self.openBLAS = openBLAS
    self.device = device
    self.deviceName = deviceName
    self.precision = precision
    self.isFast = isFast
    self.threads = threads
    self.finishedAt = finishedAt
  }
}

/// The order in which a method saw its images (see docs/architecture.md, "Boundaries").
package struct PresentationProvenance: Codable, Equatable, Sendable {
  /// The version of the rule that derives the order from the images' content and the seed
  /// (`ContentOrder.version` in Vision). It is part of the identity.
  package var version: Int
  /// SHA-256 of the images' indices in the benchmark file, as little-endian int64 in the order of
  /// presentation.
  package var order: String

  package init(version: Int, order: String) {
    self.version = version
    self.order = order
  }
}

/// The benchmark file that a run read, for a judgement without the file.
package struct BenchmarkProvenance: Codable, Equatable, Sendable {
  /// SHA-256 of pixels, labels, splits, class names and fine labels (the file's attribute
  /// `content_sha256`).
  package var contentHash: String
  /// Whether the file has every image of the benchmark's definition, and no original file differs
  /// from the published one.
  package var complete: Bool
  /// The number of images in the file, all splits together.
  package var images: Int
  /// The number of images in the definition.
  package var definitionImages: Int
  /// The form of the original files: "cifar-binary", "class-folders" (the attribute
  /// `source_format`).
  package var sourceFormat: String
  /// The benchmark that this one is a rehearsal of; nil for real images. The key is `miniatureOf`, as in
  /// records of earlier versions.
  package var rehearsalOf: String?
  /// Whether the pixels are the published ones.
  package var pixels: PixelFidelity

  private enum CodingKeys: String, CodingKey {
    case contentHash, complete, images, definitionImages, sourceFormat, pixels
    case rehearsalOf = "miniatureOf"
  }

  package init(
    contentHash: String, complete: Bool, images: Int, definitionImages: Int,
    sourceFormat: String, rehearsalOf: String?, pixels: PixelFidelity = .original
  ) {
    self.contentHash = contentHash
    self.complete = complete
    self.images = images
    self.definitionImages = definitionImages
    self.sourceFormat = sourceFormat
    self.rehearsalOf = rehearsalOf
    self.pixels = pixels
  }

  /// A record older than the key `pixels` counts as re-encoded if its source format is
  /// `class-folders`, which only benchmarks published as raw pixels have.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    contentHash = try container.decode(String.self, forKey: .contentHash)
    complete = try container.decode(Bool.self, forKey: .complete)
    images = try container.decode(Int.self, forKey: .images)
    definitionImages = try container.decode(Int.self, forKey: .definitionImages)
    sourceFormat = try container.decode(String.self, forKey: .sourceFormat)
    rehearsalOf = try container.decodeIfPresent(String.self, forKey: .rehearsalOf)
    // Class folders hold JPEG files.
    pixels =
      try container.decodeIfPresent(PixelFidelity.self, forKey: .pixels)
      ?? (sourceFormat == "class-folders" ? .reEncoded : .original)
  }
}
