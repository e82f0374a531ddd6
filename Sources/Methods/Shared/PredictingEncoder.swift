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
}
