import Core
import Methods
import Torch
import Vision

/// k-means on thumbnails: how far the coarse layout of colours alone goes.
final class ThumbnailKMeans: ClusteringMethod {
  struct Settings: Configurable {
    var side = 4
    var restarts = 10

    static let schema = SettingsSchema<Self>([
      .integer("side", \.side, in: 1...64, "height and width of a thumbnail in pixels"),
      .integer("restarts", \.restarts, in: 1...1000, "k-means++ starts, the best of which is kept"),
    ])
  }

  static let description = MethodDescription(
    name: "thumbnails", title: "k-means on thumbnails", family: .classical, version: 1,
    reference: "Arthur and Vassilvitskii, k-means++, SODA 2007",
    summary: "k-means on images shrunk to a few pixels")

  private let settings: Settings
  private let context: MethodContext
  private let learnt: ImageSet

  init(settings: Settings, context: MethodContext, images: ImageSet) throws {
    self.settings = settings
    self.context = context
    learnt = images
  }

  func assign(_ images: ImageSet) throws -> [Int32] {
    try FeatureClustering(restarts: settings.restarts, context: context).assign(
      images, learnt: learnt, features: thumbnails)
  }

  /// Colours in 0...1, one row an image: [N, 3 * side * side].
  private func thumbnails(of images: ImageSet) throws -> [Float] {
    var rows: [Float] = []
    for start in stride(from: 0, to: images.count, by: 1000) {
      let positions = Array(start..<min(start + 1000, images.count))
      rows += try Resampling.resizedCrop(
        images.bytes(at: positions), top: 0, left: 0, height: images.height, width: images.width,
        size: settings.side, isFlipped: false
      ).floats()
    }
    return rows
  }
}
