import Core
import Domain
import Torch
import Vision

/// What a method is, for lists, tables and records.
///
///     static let description = MethodDescription(
///       name: "barlow", title: "Barlow Twins + k-means", family: .contrastive, version: 1,
///       reference: "Zbontar et al., Barlow Twins, ICML 2021",
///       summary: "two views agree in each dimension of an embedding, and no two dimensions do")
public struct MethodDescription: Hashable, Sendable {
  /// The name in experiment files and folders: "instdisc".
  public let name: String
  /// The row name in tables: "InstDisc + k-means".
  public let title: String
  /// The group of rows in tables that the method belongs to.
  public let family: MethodFamily
  /// Counted up whenever the method computes something else from the same settings: results of
  /// another version are then stale.
  public let version: Int
  /// Authors, title, venue and year.
  public let reference: String
  /// What the method does, in one line.
  public let summary: String
  /// The official code that defaults are taken from: "lemniscate.pytorch@f7cfe29"; nil if there is
  /// none.
  public let code: String?
  /// Names of the benchmarks for which its authors report clustering scores.
  public let benchmarks: [String]

  public init(
    name: String, title: String, family: MethodFamily, version: Int, reference: String,
    summary: String, code: String? = nil, benchmarks: [String] = []
  ) {
    self.name = name
    self.title = title
    self.family = family
    self.version = version
    self.reference = reference
    self.summary = summary
    self.code = code
    self.benchmarks = benchmarks
  }
}

/// What a method is told about its task. There are no labels in it.
///
///     var stream = RandomStream(seed: context.seed, purpose: .weights)
///     let head = Linear(512, context.clusters, on: context.device, from: &stream)
public struct MethodContext: Sendable {
  /// The number of clusters to find, K.
  public let clusters: Int
  /// Every random number comes from streams of this seed.
  public let seed: UInt64
  /// Where networks and views are.
  public let device: Device
  /// The arithmetic of convolutions and matrix products.
  public let precision: Precision
  /// The threads of classical clustering; those of tensors are set already.
  public let threads: Int
  /// The finished run that the method's `stage(of:)` asked for.
  public let stage: FinishedStage?
  /// Bytes of memory that are there for the run; nil if that is not known. A method that needs more
  /// does not begin.
  public let memory: Int?
  /// Where the method keeps what assigning other images takes besides its network, or finds it; nil where
  /// nothing is kept.
  public let fitted: FittedState?

  public init(
    clusters: Int, seed: UInt64, device: Device = .cpu, precision: Precision = .float32,
    threads: Int = 1, stage: FinishedStage? = nil, memory: Int? = nil,
    fitted: FittedState? = nil
  ) {
    self.clusters = clusters
    self.seed = seed
    self.device = device
    self.precision = precision
    self.threads = threads
    self.stage = stage
    self.memory = memory
    self.fitted = fitted
  }
}

/// What a method is made from.
///
///     init(_ inputs: Inputs) throws {
///       self.inputs = inputs
///       augmentation = try Augmentation(inputs.settings.augmentation, for: inputs)
///     }
public struct MethodInputs<Settings: Configurable> {
  /// The method's settings.
  public let settings: Settings
  /// The method's task.
  public let context: MethodContext
  /// The images to learn from.
  public let images: ImageSet

  public init(settings: Settings, context: MethodContext, images: ImageSet) {
    self.settings = settings
    self.context = context
    self.images = images
  }
}

/// A way to put images into clusters without labels.
///
/// A method that learns by gradient steps conforms to `TrainedMethod` instead. Either is one file
/// and one line in a `MethodRegistry`; experiment files, sweeps, tables and the diff then know it.
///
/// ```swift
/// /// k-means on the mean colour of each image.
/// final class MeanColour: ClusteringMethod {
///   struct Settings: Configurable {
///     var restarts = 10
///     static let schema = SettingsSchema<Self>(
///       .integer("restarts", \.restarts, in: 1...1000, "starts of k-means"))
///   }
///
///   static let description = MethodDescription(
///     name: "mean-colour", title: "Mean colour", family: .classical, version: 1,
///     reference: "unpublished, 2026", summary: "k-means on the mean colour of each image")
///
///   let inputs: Inputs
///   init(_ inputs: Inputs) { self.inputs = inputs }
///
///   func assign(_ images: ImageSet) throws -> [Int32] {
///     try FeatureClustering(restarts: settings.restarts, for: inputs).assign(images) { images in
///       // Bytes [N, H, W, 3] become N times red, green and blue.
///       try images.bytes(at: Array(0..<images.count)).to(.float32).mean(along: [1, 2]).floats()
///     }
///   }
/// }
/// ```
public protocol ClusteringMethod: AnyObject, SendableMetatype {
  /// The method's settings: defaults, ranges and their documentation.
  associatedtype Settings: Configurable

  /// The method's name, title, source and version.
  static var description: MethodDescription { get }

  /// What the official code sets otherwise on some benchmarks. It is laid over `Settings()` and under
  /// all that an experiment file says.
  static var benchmarkDefaults: BenchmarkDefaults { get }

  /// The run whose network a run of these settings starts from; nil if it starts from nothing.
  static func stage(of settings: Settings) -> Stage?

  /// What the method was made from, as `init` was given it.
  var inputs: MethodInputs<Settings> { get }

  /// Makes the method, which keeps `inputs`. It is about to learn, and has not begun.
  init(_ inputs: MethodInputs<Settings>) throws

  /// The cluster, 0..<K, of each of `images`, which may be those learnt from or others. Asked twice, it gives
  /// the same clusters and leaves the method as it was.
  func assign(_ images: ImageSet) throws -> [Int32]
}

extension ClusteringMethod {
  public typealias Inputs = MethodInputs<Settings>

  /// Makes a method from its settings, its task and the images to learn from.
  /// - Throws: `MethodError.unsupported` for settings that cannot work together; the errors of `init(_:)`.
  public init(settings: Settings, context: MethodContext, images: ImageSet) throws {
    if let contradiction = settings.contradiction {
      throw MethodError.unsupported(method: Self.description.name, reason: contradiction)
    }
    try self.init(MethodInputs(settings: settings, context: context, images: images))
  }

  /// The method's settings.
  public var settings: Settings { inputs.settings }
  /// The method's task.
  public var context: MethodContext { inputs.context }
  /// The images to learn from.
  public var learnt: ImageSet { inputs.images }

  public static var benchmarkDefaults: BenchmarkDefaults { [:] }

  public static func stage(of settings: Settings) -> Stage? { nil }
}

/// A method whose assignment takes long enough to tell how far it has come.
///
///     final class SlowMethod: ReportsProgress {
///       var progress: (Double) -> Void = { _ in }
///
///       func assign(_ images: ImageSet) throws -> [Int32] {
///         progress(0.5)
///         // ...
///       }
///     }
public protocol ReportsProgress: ClusteringMethod {
  /// Is called now and then, during `assign`, with the part that is done, 0...1.
  var progress: (Double) -> Void { get set }
}
