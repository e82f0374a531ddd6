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
    /// That of the over-clustering, [B, K']; nil without one.
    package let overClustering: Tensor?
  }

  let encoder: Encoder
  private let classifier: Linear
  /// Into more clusters than are asked for.
  private let overClassifier: Linear?

  /// Draws the weights of encoder and classifiers from streams of their own.
  package init(_ settings: SCLCommonSettings, context: MethodContext) {
    encoder = Encoder(settings.backbone, dimensions: settings.dimensions, context: context)
    var stream = RandomStream(seed: context.seed, purpose: .weights, epoch: 1)
    classifier = Linear(
      encoder.backbone.features, context.clusters, on: context.device, from: &stream)
    var overStream = RandomStream(seed: context.seed, purpose: .weights, epoch: 2)
    overClassifier =
      settings.overClusters > 0
      ? Linear(
        encoder.backbone.features, settings.overClusters, on: context.device, from: &overStream)
      : nil
  }

  package var children: [(name: String, module: any Module)] {
    encoder.children + [("classifier", classifier)]
      + (overClassifier.map { [("over_classifier", $0)] } ?? [])
  }

  /// What the network says of images [B, 3, S, S].
  package func callAsFunction(_ images: Tensor, training: Bool) -> Output {
    let features = encoder.backbone(images, training: training)
    return Output(
      embedding: encoder.projection(features, training: training).normalisedRows(),
      boundary: classify(features),
      overClustering: overClassifier.map { $0(features).softmax(along: 1) })
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
