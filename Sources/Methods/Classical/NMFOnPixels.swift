import ClassicalClustering
import Core
import Vision

/// Nonnegative matrix factorisation of raw pixels into K basis images, and k-means on each image's
/// weights.
package final class NMFOnPixels: ReportsProgress {
  public struct Settings: Configurable {
    /// How the factors are updated.
    public var updates = NonnegativeFactorisation.Updates.multiplicative
    /// The most updates of both factors.
    public var iterations = 200
    /// The part of the first error by which ten iterations must lower it to go on.
    public var tolerance = 1e-4
    /// k-means++ starts; the best one is kept.
    public var restarts = 10
    /// The colour space of the pixels.
    public var colour = ColourSpace.rgb

    public init() {}

    /// A factorisation takes no negative values.
    public var contradiction: String? {
      colour == .lab ? "colour lab has negative values, which NMF does not take" : nil
    }

    public static let schema = SettingsSchema<Self>([
      .choice("updates", \.updates, "Lee and Seung's, or one coordinate after the other (HALS)"),
      .integer(
        "iterations", \.iterations, in: 1...100_000, "at most so many updates of both factors"),
      .number(
        "tolerance", \.tolerance, in: 0...1,
        "ends when ten iterations lessen the error by at most this part of the first one"),
      .integer("restarts", \.restarts, in: 1...1000, "k-means++ starts, the best of which is kept"),
      .choice("colour", \.colour, "colour space of the pixels; not lab, which has negative values"),
    ]).from("Lee and Seung, NIPS 2000; iterations and tolerance are scikit-learn's")
  }

  public static let description = MethodDescription(
    name: "nmf", title: "NMF + k-means", family: .classical, version: 2,
    reference:
      "Lee and Seung, Algorithms for Non-negative Matrix Factorization, NIPS 2000; Cai et al., Locality Preserving Nonnegative Matrix Factorization, IJCAI 2009",
    summary: "k-means on the weights of K nonnegative basis images")

  public var progress: (Double) -> Void = { _ in }
  public let inputs: Inputs
  private let pixels: PixelFeatures

  public init(_ inputs: Inputs) {
    self.inputs = inputs
    var pixels = PixelSettings()
    pixels.colour = inputs.settings.colour
    self.pixels = PixelFeatures(
      pixels, learnt: inputs.images, threads: inputs.context.threads)
  }

  public func assign(_ images: ImageSet) throws -> [Int32] {
    try PixelMemory(method: Self.description, context: context, features: pixels)
      .check(scoring: images, bytesBeside: 4 * context.clusters)
    var factorisation = NonnegativeFactorisation(components: context.clusters)
    factorisation.updates = settings.updates
    factorisation.maximumIterations = settings.iterations
    factorisation.tolerance = settings.tolerance
    factorisation.seed = context.seed
    factorisation.threads = context.threads
    let dimensions = pixels.dimensions
    let (weights, basis) = try factorisation.fit(
      pixels.values(of: learnt), dimensions: dimensions, progress: progress
    ).normalised(dimensions: dimensions)
    return try FeatureClustering(restarts: settings.restarts, for: inputs).assign(images) {
      if $0.holdsSameImages(as: learnt) { return weights }
      return try factorisation.weights(
        of: pixels.values(of: $0), dimensions: dimensions, basis: basis)
    }
  }
}
