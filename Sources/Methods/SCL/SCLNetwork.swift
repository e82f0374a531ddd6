import Core
import Torch
import Vision

/// An encoder with a classifier beside its projection.
package struct SCLNetwork: Module {
  /// What the network says of a view.
  package struct Output {
    /// Unit embeddings x, [B, D].
    package let embedding: Tensor
    /// The prediction by decision boundaries p, [B, K].
    package let boundary: Tensor
  }

  let encoder: Encoder
  private let classifier: Linear

  package init(_ settings: SCLSettings, context: MethodContext) throws {
    encoder = try Encoder(settings.backbone, dimensions: settings.dimensions, context: context)
    var stream = RandomStream(seed: context.seed, purpose: .weights, epoch: 1)
    classifier = try Linear(
      encoder.backbone.features, context.clusters, on: context.device, from: &stream)
  }

  package var children: [(name: String, module: any Module)] {
    encoder.children + [("classifier", classifier)]
  }

  package func callAsFunction(_ images: Tensor, training: Bool) throws -> Output {
    let features = try encoder.backbone(images, training: training)
    return Output(
      embedding: try encoder.projection(features, training: training).normalisedRows(),
      boundary: try classify(features))
  }

  /// softmax(W h + b) of backbone features h [B, F]: [B, K].
  func classify(_ features: Tensor) throws -> Tensor {
    try classifier(features).softmax(along: 1)
  }
}
