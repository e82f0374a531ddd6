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

/// What one view's predictions are drawn towards: the consensus of the other view's two (our
/// reading, 2.4). No gradient flows through it.
package struct ConsistencyTarget {
  /// [B, K]; a row of zeros leaves its image out.
  package let probabilities: Tensor
  /// The number of images that are not left out, at least 1.
  private let images: Double

  /// - Parameters:
  ///   - boundary: the classifier's prediction p of the other view, [B, K].
  ///   - similarity: the prediction by visual similarity q of the other view, [B, K].
  package init(boundary: Tensor, similarity: Tensor, consensus: SCLSettings.Consensus) throws {
    let (p, q) = (boundary.detached(), similarity.detached())
    switch consensus {
    case .product:
      probabilities = normalisedProduct(p, q)
      images = Double(p.size(0))
    case .mean:
      probabilities = (p + q) / 2
      images = Double(p.size(0))
    case .agreement:
      let (first, second) = (p.argmax(along: 1), q.argmax(along: 1))
      let agreed = first.isEqual(to: second).to(.float32)
      probabilities = first.oneHot(p.size(1)).to(.float32) * agreed.unsqueezed(1)
      images = max(1, try agreed.sum().scalar())
    }
  }

  /// Mean cross-entropy of `prediction` [B, K] to the target.
  package func crossEntropy(_ prediction: Tensor) -> Tensor {
    let logarithm = prediction.clamped(to: 1e-8...1).log()
    return -((probabilities * logarithm).sum() / images)
  }
}

/// p q / sum_k p q, row by row: [B, K].
func normalisedProduct(_ p: Tensor, _ q: Tensor) -> Tensor {
  let product = p * q + 1e-12
  return product / product.sum(along: [1], keep: true)
}
