import Methods
import Torch
import Vision

extension PlannedRun {
  /// Whether the evaluator answers in the method's place: it is the control made of labels, which no
  /// method has. By the very type, so that nobody else's method can ask for the same.
  var isAnsweredByEvaluator: Bool { method == TrueLabels.self }

  /// The run's method with its settings, about to learn from `images`.
  func makeMethod(context: MethodContext, images: ImageSet) throws -> any ClusteringMethod {
    try make(method, context: context, images: images)
  }

  /// Opens the existential so that settings of the method's own type can be made.
  private func make<Method: ClusteringMethod>(
    _ type: Method.Type, context: MethodContext, images: ImageSet
  ) throws -> any ClusteringMethod {
    let settings = try Method.Settings.schema.resolve(settings)
    return try Torch.checked { try Method(settings: settings, context: context, images: images) }
  }
}
