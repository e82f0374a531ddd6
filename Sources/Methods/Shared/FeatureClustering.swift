import ClassicalClustering
import Core
import Torch
import Vision

/// Which of an encoder's vectors are clustered.
///
///     let vectors = encoder.vectors(of: images, augmentation, .backbone)
public enum ClusteredFeatures: String, CaseIterable, Sendable {
  /// The backbone's, before the projection.
  case backbone
  /// The unit embeddings that the loss compares.
  case projection
}

/// What the final k-means makes small.
///
///     var clustering = FeatureClusteringSettings(.backbone, .cosine)   // spherical k-means
public enum ClusteringMetric: String, CaseIterable, Sendable {
  /// Squared distances to means.
  case euclidean
  /// 1 - cos, of vectors brought to unit length, to the directions of their means (spherical k-means:
  /// Dhillon and Modha, Machine Learning 42, 2001).
  case cosine
}

/// How features are clustered once they are learnt.
///
///     var clustering = FeatureClusteringSettings(.projection)   // a property of a method's settings
///
///     try FeatureClustering(settings.clustering, for: inputs).assign(images, by: encoder, augmentation)
public struct FeatureClusteringSettings: Configurable {
  /// Which vectors are clustered.
  public var features = ClusteredFeatures.projection
  /// What k-means makes small.
  public var metric = ClusteringMetric.euclidean
  /// Starts of k-means; the best one is kept.
  public var restarts = 10

  public init() {}

  /// Settings with the defaults of a method.
  public init(_ features: ClusteredFeatures, _ metric: ClusteringMetric = .euclidean) {
    self.features = features
    self.metric = metric
  }

  public static let schema = SettingsSchema<Self>([
    .choice("cluster_features", \.features, "vectors that the final k-means clusters"),
    .choice("cluster_metric", \.metric, "distance that the final k-means makes small"),
    .integer("restarts", \.restarts, in: 1...1000, "starts of the final k-means"),
  ])
}

extension KMeans {
  /// With the seed and the threads of a run.
  init(clusters: Int, restarts: Int, context: MethodContext) {
    self.init(clusters: clusters)
    self.restarts = restarts
    seed = context.seed
    threads = context.threads
  }
}

/// k-means on feature vectors: the last step of every method that learns features alone.
///
/// ```swift
/// func assign(_ images: ImageSet) throws -> [Int32] {
///   try FeatureClustering(restarts: 10, for: inputs).assign(images) {
///     try encoder.embeddings(of: $0, augmentation).floats()
///   }
/// }
/// ```
public struct FeatureClustering {
  private var kMeans: KMeans
  private let learnt: ImageSet
  private let fitted: FittedState?
  private let features: ClusteredFeatures

  /// Finds clusters of the images that a method learnt from.
  public init<Settings>(_ settings: FeatureClusteringSettings, for inputs: MethodInputs<Settings>) {
    let context = inputs.context
    kMeans = KMeans(clusters: context.clusters, restarts: settings.restarts, context: context)
    kMeans.isSpherical = settings.metric == .cosine
    learnt = inputs.images
    fitted = context.fitted
    features = settings.features
  }

  /// By squared distances.
  /// - Parameters:
  ///   - restarts: starts of k-means, the best of which is kept.
  ///   - iterations: the most iterations of each.
  ///   - inputs: those of the method.
  public init<Settings>(
    restarts: Int, iterations: Int = 300, for inputs: MethodInputs<Settings>
  ) {
    var settings = FeatureClusteringSettings()
    settings.restarts = restarts
    self.init(settings, for: inputs)
    kMeans.maximumIterations = iterations
  }

  /// The cluster of each of the feature vectors [N, dimensions].
  public func cluster(_ features: [Float], dimensions: Int) throws -> [Int32] {
    try kMeans.fit(features, dimensions: dimensions).labels
  }

  /// The cluster of each of `images`: centres are found on the images learnt from and kept for any
  /// others (as SCAN's author states for scores on a test split, user complaint at SCAN issue 38).
  /// - Parameters:
  ///   - images: the images to be clustered.
  ///   - features: the feature vectors of images, [N, D] in row-major order.
  public func assign(
    _ images: ImageSet, features: (ImageSet) throws -> [Float]
  ) throws -> [Int32] {
    if let fitted, fitted.isGiven {
      guard let centres = fitted.values.centres else {
        throw MethodError.unsupported(
          method: "the run's k-means",
          reason: "the run kept no centres; remove its run.json and compute it again")
      }
      let points = try features(images)
      return try kMeans.nearest(
        of: centres, to: points, dimensions: points.count / max(1, images.count))
    }
    let known = try features(learnt)
    let dimensions = known.count / max(1, learnt.count)
    let result = try kMeans.fit(known, dimensions: dimensions)
    fitted?.keep(result.centres, as: \.centres)
    if images.holdsSameImages(as: learnt) { return result.labels }
    return try result.assign(try features(images), dimensions: dimensions, threads: kMeans.threads)
  }

  /// The cluster of each of `images` by an encoder's features of their centre views.
  public func assign(
    _ images: ImageSet, by encoder: Encoder, _ augmentation: Augmentation
  ) throws -> [Int32] {
    try assign(images) {
      let vectors = encoder.vectors(of: $0, augmentation, features)
      return try (kMeans.isSpherical ? vectors.normalisedRows() : vectors).floats()
    }
  }
}
