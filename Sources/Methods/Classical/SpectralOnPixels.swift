import ClassicalClustering
import Core
import Vision

/// Spectral clustering on raw pixels: the graph of nearest neighbours, the leading eigenvectors of its
/// normalised affinity, and k-means on them.
package final class SpectralOnPixels: ReportsProgress {
  public struct Settings: Configurable {
    /// The nearest images that each image is tied to.
    public var neighbours = 10
    /// How strongly images are tied.
    public var affinity = AffinityWeights.selfTuning
    /// What the rows of eigenvectors are divided by.
    public var scaling = SpectralClustering.RowScaling.length
    /// k-means++ starts; the best one is kept.
    public var restarts = 10
    /// What it sees of an image.
    public var pixels = PixelSettings()

    public init() {}

    public var contradiction: String? { pixels.contradiction }

    public static let schema = SettingsSchema<Self>(
      .integer(
        "neighbours", \.neighbours, in: 1...1000,
        "nearest images that each is tied to; all others where there are fewer"),
      .choice(
        "affinity", \.affinity,
        "how strongly: by distances at the scale of the 7th neighbour, or 1 if mutual and 1/2 if not"
      ),
      .choice(
        "scaling", \.scaling,
        "what eigenvector rows are divided by: their length, or the root of the image's degree"),
      .integer(
        "restarts", \.restarts, in: 1...1000, "k-means++ starts, the best of which is kept"),
      from: "Ng, Jordan and Weiss, NIPS 2001; Zelnik-Manor and Perona, NIPS 2004"
    )
    .including(\.pixels)
  }

  public static let description = MethodDescription(
    name: "spectral", title: "Spectral clustering", family: .classical, version: 2,
    reference:
      "Zelnik-Manor and Perona, Self-Tuning Spectral Clustering, NIPS 2004; Ng, Jordan and Weiss, On Spectral Clustering, NIPS 2001",
    summary: "k-means on eigenvectors of the pixels' nearest-neighbour graph")

  public var progress: (Double) -> Void = { _ in }
  public let inputs: Inputs
  private let partition: PixelPartition

  public init(_ inputs: Inputs) {
    self.inputs = inputs
    partition = PixelPartition(
      Self.description, pixels: inputs.settings.pixels, context: inputs.context,
      images: inputs.images, tieSeed: inputs.context.seed)
  }

  public func assign(_ images: ImageSet) throws -> [Int32] {
    var clustering = SpectralClustering(clusters: context.clusters)
    clustering.weights = settings.affinity
    clustering.scaling = settings.scaling
    clustering.kMeans.restarts = settings.restarts
    clustering.kMeans.seed = context.seed
    clustering.kMeans.threads = context.threads
    // Lists of neighbours and a strip of distances.
    return try partition.assign(
      images, bytesBeside: 4 * (2 * settings.neighbours + 256),
      bytesAfterwards: clustering.bytesPerPoint(neighbours: settings.neighbours)
    ) { pixels, dimensions in
      let count = pixels.count / dimensions
      let graph = try NearestNeighbourGraph(
        of: pixels, dimensions: dimensions, neighbours: min(settings.neighbours, count - 1),
        threads: context.threads, progress: progress)
      return try clustering.fit(graph).labels
    }
  }
}
