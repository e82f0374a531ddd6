import Core
import Vision

/// A control: a cluster drawn for every image, which is every metric's floor.
package final class RandomLabels: ClusteringMethod {
  public struct Settings: Configurable {
    public init() {}
    public static let schema = SettingsSchema<Self>([])
  }

  public static let description = MethodDescription(
    name: "random-labels", title: "Random labels", family: .control, version: 1,
    reference: "a control of this program, 2026",
    summary: "a cluster drawn uniformly for every image: each metric's floor")

  public let inputs: Inputs

  public init(_ inputs: Inputs) { self.inputs = inputs }

  public func assign(_ images: ImageSet) throws -> [Int32] {
    images.drawKeys.map { key in
      var random = RandomStream(seed: context.seed, purpose: .method, item: key)
      return Int32(random.integer(below: context.clusters))
    }
  }
}
