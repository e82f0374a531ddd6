import Core
import Vision

/// A control: the labels themselves, which are every metric's ceiling.
///
/// No method has labels, and neither has this one: it only names the row. Whoever carries out a run
/// asks the evaluator, which alone has them, in its place.
package final class TrueLabels: ClusteringMethod {
  public struct Settings: Configurable {
    public init() {}
    public static let schema = SettingsSchema<Self>([])
  }

  public static let description = MethodDescription(
    name: "true-labels", title: "True labels", family: .control, version: 1,
    reference: "a control of this program, 2026",
    summary: "the labels, from the evaluator: each metric's ceiling")

  public let inputs: Inputs

  public init(_ inputs: Inputs) { self.inputs = inputs }

  public func assign(_ images: ImageSet) throws -> [Int32] {
    throw MethodError.unsupported(
      method: Self.description.name, reason: "only the evaluator of a run has labels")
  }
}
