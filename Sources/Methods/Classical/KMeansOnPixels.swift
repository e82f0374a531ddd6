import Core
import Vision

/// k-means on raw pixels: the floor that every learnt representation has to leave behind.
package final class KMeansOnPixels: ClusteringMethod {
  public struct Settings: Configurable {
    /// k-means++ starts; the best one is kept.
    public var restarts = 10
    /// The most moves of the centres.
    public var iterations = 300
    /// What it sees of an image.
    public var pixels = PixelSettings()

    public init() {}

    public var contradiction: String? { pixels.contradiction }

    public static let schema = SettingsSchema<Self>(
      .integer(
        "restarts", \.restarts, in: 1...1000, "k-means++ starts, the best of which is kept"),
      .integer(
        "iterations", \.iterations, in: 1...10_000, "at most so many moves of the centres")
    )
    .including(\.pixels)
  }

  public static let description = MethodDescription(
    name: "kmeans", title: "k-means", family: .classical, version: 1,
    reference:
      "Lloyd, Least Squares Quantization in PCM, 1982; Arthur and Vassilvitskii, k-means++, SODA 2007",
    summary: "k-means on raw pixels")

  public let inputs: Inputs
  private let features: PixelFeatures

  public init(_ inputs: Inputs) {
    self.inputs = inputs
    features = PixelFeatures(
      inputs.settings.pixels, learnt: inputs.images, threads: inputs.context.threads)
  }

  public func assign(_ images: ImageSet) throws -> [Int32] {
    try PixelMemory(method: Self.description, context: context, features: features)
      .check(scoring: images)
    return try FeatureClustering(
      restarts: settings.restarts, iterations: settings.iterations, for: inputs
    ).assign(images, features: features.values)
  }
}

extension KMeansOnPixels: AppliesToNewImages {
  public static func obstacle(to settings: Settings) -> String? {
    settings.pixels.arePlain
      ? nil : "colour, descriptor, standardise and components depend on images that are not kept"
  }
}
