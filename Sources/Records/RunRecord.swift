import Core
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
  /// The family under which tables group the row: "classical", "contrastive", "semantic".
  public var methodFamily: String
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
    methodFamily: String, methodVersion: Int, variantOf: String? = nil,
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

/// Which images are learnt from and scored, at what size, and which checkpoint counts.
public struct RunProtocol: Codable, Hashable, Sendable {
  /// The images a method learns from.
  public var train: SplitSelection
  /// The images that are scored.
  public var score: SplitSelection
  /// Height and width of the images in pixels.
  public var imageSize: Int
  public var checkpoint: CheckpointRule
  /// Epochs between those that the rule chooses among; nil, and not part of an identity, under a rule that
  /// chooses nothing.
  public var evaluateEvery: Int?
  /// The normaliser of the NMI that tables print; both are recorded.
  public var nmi: NMINormaliser
  /// The labels that scores are computed with; nil, and not part of an identity, for the benchmark's own.
  public var labels: LabelChoice?
  /// The number of clusters, K; nil, and not part of an identity, for as many as there are classes.
  public var clusters: Int?

  public init(
    train: SplitSelection = .trainAndTest, score: SplitSelection = .trainAndTest, imageSize: Int,
    checkpoint: CheckpointRule = .last, evaluateEvery: Int? = nil,
    nmi: NMINormaliser = .arithmetic, labels: LabelChoice? = nil, clusters: Int? = nil
  ) {
    self.train = train
    self.score = score
    self.imageSize = imageSize
    self.checkpoint = checkpoint
    self.evaluateEvery = evaluateEvery
    self.nmi = nmi
    self.labels = labels
    self.clusters = clusters
  }

  /// Height and width of the network's input in pixels: the method's own `view_size`, where it has one, or
  /// the images'.
  public func viewSize(under settings: [String: SettingValue]) -> Int {
    guard case .integer(let size)? = settings["view_size"], size > 0 else { return imageSize }
    return size
  }
}

/// A choice of a benchmark's splits.
public enum SplitSelection: String, Codable, CaseIterable, Sendable {
  case train
  case test
  case trainAndTest = "train+test"
  case trainAndUnlabelled = "train+unlabelled"
  case everything = "train+test+unlabelled"
}

/// Labels that a benchmark has beside its own.
public enum LabelChoice: String, Codable, CaseIterable, Sendable {
  /// The finer classes that its classes are made of: CIFAR-100's 100.
  case fine
}

/// Which epoch's assignments are a run's result.
public enum CheckpointRule: String, Codable, CaseIterable, Sendable {
  /// The last epoch's: no label is looked at.
  case last
  /// Of the epochs that are scored, the first with the lowest training loss, or with the lowest loss that
  /// the method itself gives for this. No label is looked at.
  case lowestLoss = "lowest-loss"
  /// Of the epochs that are scored, the first with the best accuracy, as some published code has it. It
  /// looks at labels, and every table that it enters says so.
  case bestByLabels = "best-by-labels"

  /// Whether one of the scored epochs is chosen, which the last one need not be.
  public var chooses: Bool { self != .last }
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
  /// The benchmark that this is a generated miniature of, if it is one.
  public var miniatureOf: String?
  /// Whether the pixels are those that were published.
  public var pixels: PixelFidelity

  public init(
    contentHash: String, complete: Bool, images: Int, definitionImages: Int,
    sourceFormat: String, miniatureOf: String?, pixels: PixelFidelity = .original
  ) {
    self.contentHash = contentHash
    self.complete = complete
    self.images = images
    self.definitionImages = definitionImages
    self.sourceFormat = sourceFormat
    self.miniatureOf = miniatureOf
    self.pixels = pixels
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    contentHash = try container.decode(String.self, forKey: .contentHash)
    complete = try container.decode(Bool.self, forKey: .complete)
    images = try container.decode(Int.self, forKey: .images)
    definitionImages = try container.decode(Int.self, forKey: .definitionImages)
    sourceFormat = try container.decode(String.self, forKey: .sourceFormat)
    miniatureOf = try container.decodeIfPresent(String.self, forKey: .miniatureOf)
    // Older records do not say. Only benchmarks whose originals are raw pixels have this form.
    pixels =
      try container.decodeIfPresent(PixelFidelity.self, forKey: .pixels)
      ?? (sourceFormat == "class-folders" ? .reEncoded : .original)
  }
}
