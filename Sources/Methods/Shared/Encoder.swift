import Core
import Torch
import Vision

/// A backbone and the projection of its features to the unit sphere.
///
/// ```swift
/// let encoder = Encoder(settings.backbone, projection: settings.projection, context: context)
/// let embeddings = encoder(batch.views[0], training: true)  // unit rows [B, D]
/// ```
public struct Encoder: Module {
  /// Images to features h.
  public let backbone: Backbone
  /// Features h to embeddings z.
  public let projection: ProjectionHead

  /// Draws the weights from the stream of the run's seed.
  public init(
    _ settings: BackboneSettings, projection: ProjectionSettings, context: MethodContext
  ) {
    var stream = RandomStream(seed: context.seed, purpose: .weights)
    backbone = Backbone(settings, context: context, from: &stream)
    self.projection = ProjectionHead(
      projection, inputs: backbone.features, on: context.device, from: &stream)
  }

  /// With one linear layer.
  /// - Parameters:
  ///   - settings: shape and initial weights of the backbone.
  ///   - dimensions: length D of an embedding.
  ///   - context: seed, device and precision of the run.
  public init(_ settings: BackboneSettings, dimensions: Int, context: MethodContext) {
    self.init(
      settings, projection: ProjectionSettings(.linear, dimensions: dimensions), context: context)
  }

  public var children: [(name: String, module: any Module)] {
    [("backbone", backbone), ("projection", projection)]
  }

  /// Embeddings [B, D] of images [B, 3, H, W], not normalised.
  public func project(_ images: Tensor, training: Bool) -> Tensor {
    projection(backbone(images, training: training), training: training)
  }

  /// Unit embeddings [B, D] of images [B, 3, H, W].
  public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
    project(images, training: training).normalisedRows()
  }

  /// Unit embeddings [N, D] of all of `images`, without gradients.
  public func embeddings(of images: ImageSet, _ augmentation: Augmentation) -> Tensor {
    backbone.overAll(images, augmentation) { features, _ in
      projection(features, training: false).normalisedRows()
    }
  }

  /// The vectors of all of `images` that are clustered, without gradients.
  public func vectors(
    of images: ImageSet, _ augmentation: Augmentation, _ features: ClusteredFeatures
  ) -> Tensor {
    switch features {
    case .backbone: backbone.overAll(images, augmentation) { features, _ in features }
    case .projection: embeddings(of: images, augmentation)
    }
  }
}
