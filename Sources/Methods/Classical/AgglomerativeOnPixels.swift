import ClassicalClustering
import Core
import Vision

/// Agglomerative clustering of raw pixels by Ward's criterion.
package final class AgglomerativeOnPixels: ReportsProgress {
  /// Which clusters may be merged.
  public enum Connectivity: String, CaseIterable, Sendable {
    /// Any two: the whole tree of Ward's criterion.
    case all
    /// Those that hold neighbours (scikit-learn's `connectivity`).
    case neighbours
  }

  public struct Settings: Configurable {
    /// Which clusters may be merged.
    public var connectivity = Connectivity.all
    /// The nearest images that each is a neighbour of, where only neighbours are merged.
    public var neighbours = 10
    /// What it sees of an image.
    public var pixels = PixelSettings()

    public init() {}

    public var contradiction: String? { pixels.contradiction }

    public static let schema = SettingsSchema<Self>(
      .choice(
        "connectivity", \.connectivity, "whether any two clusters or only neighbours merge"),
      .integer(
        "neighbours", \.neighbours, in: 1...1000,
        "nearest images that each is a neighbour of, where only neighbours merge"),
      from: "Ward, JASA 1963; scikit-learn's AgglomerativeClustering"
    )
    .including(\.pixels)
  }

  public static let description = MethodDescription(
    name: "agglomerative", title: "Agglomerative clustering", family: .classical, version: 2,
    reference:
      "Ward, Hierarchical Grouping to Optimize an Objective Function, JASA 58, 1963; published rows name Gowda and Krishna, Pattern Recognition 10, 1978",
    summary: "Ward's criterion on raw pixels; the same clusters with every seed")

  /// The whole tree of 100,000 images would take hours.
  public static let benchmarkDefaults: BenchmarkDefaults = [
    "tiny-imagenet": ["connectivity": "neighbours"]
  ]

  public var progress: (Double) -> Void = { _ in }
  public let inputs: Inputs
  private let partition: PixelPartition

  public init(_ inputs: Inputs) {
    self.inputs = inputs
    // No seed, so that all give the same tree.
    partition = PixelPartition(
      Self.description, pixels: inputs.settings.pixels, context: inputs.context,
      images: inputs.images, tieSeed: 0)
  }

  public func assign(_ images: ImageSet) throws -> [Int32] {
    try partition.assign(images, bytesBeside: 4 * (2 * settings.neighbours + 256)) {
      pixels, dimensions in
      let tree =
        switch settings.connectivity {
        case .all:
          try WardLinkage(
            pixels, dimensions: dimensions, threads: context.threads, progress: progress)
        case .neighbours: try constrainedTree(pixels, dimensions)
        }
      return try tree.labels(clusters: context.clusters)
    }
  }

  private func constrainedTree(
    _ pixels: consuming [Float], _ dimensions: Int
  ) throws -> WardLinkage {
    let count = pixels.count / dimensions
    let progress = progress
    // Finding neighbours is most of the work.
    let graph = try NearestNeighbourGraph(
      of: copy pixels, dimensions: dimensions, neighbours: min(settings.neighbours, count - 1),
      threads: context.threads, progress: { progress(0.8 * $0) })
    return try WardLinkage(
      pixels, dimensions: dimensions, along: graph, threads: context.threads,
      progress: { progress(0.8 + 0.2 * $0) })
  }
}
