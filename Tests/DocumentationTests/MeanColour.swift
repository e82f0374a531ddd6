import Core
import Methods
import Torch
import Vision

/// k-means on the mean colour of each image.
final class MeanColour: ClusteringMethod {
  struct Settings: Configurable {
    var restarts = 10

    static let schema = SettingsSchema<Self>(
      .integer("restarts", \.restarts, in: 1...1000, "starts of k-means"))
  }

  static let description = MethodDescription(
    name: "mean-colour", title: "Mean colour", family: .classical, version: 1,
    reference: "unpublished, 2026", summary: "k-means on the mean colour of each image")

  let inputs: Inputs
  init(_ inputs: Inputs) { self.inputs = inputs }

  func assign(_ images: ImageSet) throws -> [Int32] {
    try FeatureClustering(restarts: settings.restarts, for: inputs).assign(images) { block in
      // Bytes [N, H, W, 3] become N times red, green and blue.
      try block.bytes(at: Array(0..<block.count)).to(.float32).mean(along: [1, 2]).floats()
    }
  }
}
