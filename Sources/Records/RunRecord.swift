import Core
import Domain
import Metrics

/// What a finished run leaves behind, as `run.json` holds it.
///
/// The file is written last, so a folder that has one holds a finished run.
public struct RunRecord: Codable, Equatable, Sendable {
  /// The version of this layout.
  public static let currentSchema = 1

  public var schema = currentSchema
  /// SHA-256 of the resolved settings, data, method version, engine, precision and seed.
  public var identity: String
  public var experiment: String
  public var benchmark: String
  /// The row's name: a method's or, for a variant of one, the variant's.
  public var method: String
  /// The row's title in tables: "SCL", "InstDisc + k-means".
  public var methodTitle: String
  /// The family under which tables list the row.
  public var methodFamily: MethodFamily
  public var methodVersion: Int
  /// The name of the method that the row is a variant of; nil for a method under its own name.
  public var variantOf: String?
  /// The identity of the run that it started from; nil for a method of one stage.
  public var stage: String?
  public var seed: UInt64
  /// The profile of the experiment file, "default" where none was chosen.
  public var profile: String
  /// Every setting of the method with the value that was used, defaults included.
  public var settings: [String: SettingValue]
  /// The settings that are not the method's defaults on the benchmark, those of the run that it starts
  /// from included; nil in records that are older than this list.
  public var departures: [Departure]?
  public var `protocol`: RunProtocol
  public var metrics: RunMetrics
  /// The epoch, counted from 1, whose assignments are scored; nil where nothing was chosen and it is the
  /// last.
  public var checkpointEpoch: Int?
  public var timing: RunTiming
  public var provenance: Provenance

  public init(
    identity: String, experiment: String, benchmark: String, method: String, methodTitle: String,
    methodFamily: MethodFamily, methodVersion: Int, variantOf: String? = nil,
    stage: String? = nil, seed: UInt64,
    profile: String,
    settings: [String: SettingValue], departures: [Departure]? = nil, protocol: RunProtocol,
    metrics: RunMetrics,
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
    self.checkpointEpoch = checkpointEpoch
    self.timing = timing
    self.provenance = provenance
  }
}

/// How long a run took. Time is provenance: nothing is decided by it.
public struct RunTiming: Codable, Equatable, Sendable {
  /// Wall-clock seconds of all sessions of the run together.
  public var seconds: Double
  /// Training images per second (an image counts once, whatever its number of views); nil for a
  /// method that does not train.
  public var imagesPerSecond: Double?
  /// Peak resident memory of the run's process.
  public var peakMemoryBytes: Int
  /// How often the run was taken up again from a checkpoint.
  public var resumptions: Int

  public init(seconds: Double, imagesPerSecond: Double?, peakMemoryBytes: Int, resumptions: Int) {
    self.seconds = seconds
    self.imagesPerSecond = imagesPerSecond
    self.peakMemoryBytes = peakMemoryBytes
    self.resumptions = resumptions
  }
}

/// Where a run's numbers come from.
public struct Provenance: Codable, Equatable, Sendable {
  /// The git revision of the program, "-dirty" appended where the tree had changes; "unknown"
  /// outside a checkout.
  public var sourceRevision: String
  public var benchmarkFile: BenchmarkProvenance
  /// Nil in records of the time when methods were given images in the file's order.
  public var presentation: PresentationProvenance?
  public var libtorch: String
  public var openBLAS: String
  /// "cpu" or "cuda", with the processor's or the card's name.
  public var device: String
  public var deviceName: String
  public var precision: String
  public var threads: Int
  /// When the run finished, in UTC (ISO 8601).
  public var finishedAt: String

  public init(
    sourceRevision: String, benchmarkFile: BenchmarkProvenance,
    presentation: PresentationProvenance? = nil, libtorch: String, openBLAS: String,
    device: String, deviceName: String, precision: String, threads: Int, finishedAt: String
  ) {
    self.sourceRevision = sourceRevision
    self.benchmarkFile = benchmarkFile
    self.presentation = presentation
    self.libtorch = libtorch
    self.openBLAS = openBLAS
    self.device = device
    self.deviceName = deviceName
    self.precision = precision
    self.threads = threads
    self.finishedAt = finishedAt
  }
}

/// The order in which a method was given its images.
public struct PresentationProvenance: Codable, Equatable, Sendable {
  /// Of the rule that makes the order from the images' content and the seed.
  public var version: Int
  /// SHA-256 of the images' indices in the benchmark file, in the order in which they were presented:
  /// each a little-endian int64.
  public var order: String

  public init(version: Int, order: String) {
    self.version = version
    self.order = order
  }
}

/// The benchmark file that a run read.
public struct BenchmarkProvenance: Codable, Equatable, Sendable {
  public var contentHash: String
  /// Whether every image of the benchmark's definition is there.
  public var complete: Bool
  public var images: Int
  /// The number of images of the definition.
  public var definitionImages: Int
  /// The original form: "CIFAR-10 binary version", "class folders (JPEG)".
  public var sourceFormat: String
  /// The benchmark that this one rehearses; nil for real images.
  public var rehearsalOf: String?
  /// Whether the pixels are those that were published.
  public var pixels: PixelFidelity

  private enum CodingKeys: String, CodingKey {
    case contentHash, complete, images, definitionImages, sourceFormat, pixels
    case rehearsalOf = "miniatureOf"
  }

  public init(
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

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    contentHash = try container.decode(String.self, forKey: .contentHash)
    complete = try container.decode(Bool.self, forKey: .complete)
    images = try container.decode(Int.self, forKey: .images)
    definitionImages = try container.decode(Int.self, forKey: .definitionImages)
    sourceFormat = try container.decode(String.self, forKey: .sourceFormat)
    rehearsalOf = try container.decodeIfPresent(String.self, forKey: .rehearsalOf)
    // Older records do not say. Only benchmarks whose originals are raw pixels have this form.
    pixels =
      try container.decodeIfPresent(PixelFidelity.self, forKey: .pixels)
      ?? (sourceFormat == "class-folders" ? .reEncoded : .original)
  }
}
