import Core
import Torch
import Vision

/// An encoder, and a predictor of another view's embedding on top of it (Grill et al., "Bootstrap Your Own
/// Latent", NeurIPS 2020, section 3.1; Chen and He, "Exploring Simple Siamese Representation Learning", CVPR
/// 2021, section 3).
///
/// ```swift
/// let embeddings = online.encoder.project(batch.views[0], training: true)  // [B, D]
/// let predictions = online.predictor(embeddings, training: true)           // [B, D]
/// ```
struct PredictingEncoder: Module {
  let encoder: Encoder
  /// From embedding to embedding, [B, D] to [B, D].
  let predictor: ProjectionHead

  /// Draws the weights of encoder and predictor from streams of their own.
  /// - Parameters:
  ///   - backbone: shape and initial weights of the backbone.
  ///   - projection: shape of the encoder's projection.
  ///   - predictor: shape of the predictor.
  ///   - initialisation: the distribution of the predictor's weights.
  ///   - context: seed, device and precision of the run.
  init(
    _ backbone: BackboneSettings, projection: ProjectionSettings, predictor: ProjectionSettings,
    initialisation: LinearInitialisation = .torchDefault, context: MethodContext
  ) {
    encoder = Encoder(backbone, projection: projection, context: context)
    var stream = RandomStream(seed: context.seed, purpose: .weights, epoch: 1)
    self.predictor = ProjectionHead(
      predictor, inputs: projection.dimensions, initialisation: initialisation,
      on: context.device, from: &stream)
  }

  var children: [(name: String, module: any Module)] {
    encoder.children + [("predictor", predictor)]
  }

  /// The embeddings of each view, not normalised, and what is predicted from them, [B, D] each, in training.
  /// - Parameters:
  ///   - views: each [B, 3, S, S].
  ///   - groups: parts of the batch that are normalised apart.
  ///   - together: whether a part has all views of its images; else each view is normalised by itself.
  ///   - change: what the predictor is given for embeddings [b, D]; themselves by default.
  func embeddingsAndPredictions(
    of views: [Tensor], _ groups: NormalisationGroups, together: Bool,
    changing change: (Tensor) -> Tensor = { $0 }
  ) -> [(embedding: Tensor, prediction: Tensor)] {
    func embedAndPredict(_ images: Tensor) -> Tensor {
      let embedding = encoder.project(images, training: true)
      return .concatenated([embedding, predictor(change(embedding), training: true)], along: 1)
    }
    let both =
      together
      ? groups.together(views, embedAndPredict)
      : views.map { groups.apart($0, embedAndPredict) }
    return both.map {
      let dimensions = $0.size(1) / 2
      return (
        $0.narrowed(1, to: 0..<dimensions), $0.narrowed(1, to: dimensions..<(2 * dimensions))
      )
    }
  }
}
