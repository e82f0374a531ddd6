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

  /// Draws the weights of encoder and classifier from streams of their own.
  package init(_ settings: SCLCommonSettings, context: MethodContext) {
    encoder = Encoder(settings.backbone, dimensions: settings.dimensions, context: context)
    var stream = RandomStream(seed: context.seed, purpose: .weights, epoch: 1)
    classifier = Linear(
      encoder.backbone.features, context.clusters, on: context.device, from: &stream)
  }

  package var children: [(name: String, module: any Module)] {
    encoder.children + [("classifier", classifier)]
  }

  /// What the network says of images [B, 3, S, S].
  package func callAsFunction(_ images: Tensor, training: Bool) -> Output {
    let features = encoder.backbone(images, training: training)
    return Output(
      embedding: encoder.projection(features, training: training).normalisedRows(),
      boundary: classify(features))
  }

  /// p of all of `images` as they are scored, without gradients: [N, K].
  func boundary(of images: ImageSet, _ augmentation: Augmentation) -> Tensor {
    encoder.backbone.overAll(images, augmentation) { features, _ in classify(features) }
  }

  /// softmax(W h + b) of backbone features h [B, F]: [B, K].
  func classify(_ features: Tensor) -> Tensor {
    classifier(features).softmax(along: 1)
  }
}
