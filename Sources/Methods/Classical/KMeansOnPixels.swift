import Core
import Vision

/// k-means on raw pixels: the floor that every learnt representation has to leave behind.
public final class KMeansOnPixels: ClusteringMethod {
  public struct Settings: Configurable {
    public var restarts = 10
    public var iterations = 300
    public var pixels = PixelSettings()

    public init() {}

    public static let schema =
      SettingsSchema<Self>([
        .integer(
          "restarts", \.restarts, in: 1...1000, "k-means++ starts, the best of which is kept"),
        .integer(
          "iterations", \.iterations, in: 1...10_000, "at most so many moves of the centres"),
      ]) + .init(\.pixels, PixelSettings.schema)
  }

  public static let description = MethodDescription(
    name: "kmeans", title: "k-means", family: .classical, version: 1,
    reference:
      "Lloyd, Least Squares Quantization in PCM, 1982; Arthur and Vassilvitskii, k-means++, SODA 2007",
    summary: "k-means on raw pixels")

  private let settings: Settings
  private let context: MethodContext
  private let learnt: ImageSet
  private let features: PixelFeatures

  public init(settings: Settings, context: MethodContext, images: ImageSet) throws {
    self.settings = settings
    self.context = context
    learnt = images
    features = PixelFeatures(settings.pixels, learnt: images, threads: context.threads)
  }

  public func assign(_ images: ImageSet) throws -> [Int32] {
    try PixelMemory(method: Self.description, context: context, learnt: learnt)
      .check(scoring: images)
    return try FeatureClustering(
      restarts: settings.restarts, iterations: settings.iterations, context: context
    ).assign(images, learnt: learnt, features: features.values)
  }
}
