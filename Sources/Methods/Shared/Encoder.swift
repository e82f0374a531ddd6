import Core
import Torch
import Vision

/// A backbone and the projection of its features to the unit sphere.
public struct Encoder: Module {
  public let backbone: Backbone
  public let projection: ProjectionHead

  public init(
    _ settings: BackboneSettings, projection: ProjectionSettings, context: MethodContext
  ) throws {
    var stream = RandomStream(seed: context.seed, purpose: .weights)
    backbone = try Backbone(settings, context: context, from: &stream)
    self.projection = try ProjectionHead(
      projection, inputs: backbone.features, on: context.device, from: &stream)
  }

  /// With one linear layer.
  /// - Parameter dimensions: length D of an embedding.
  public init(_ settings: BackboneSettings, dimensions: Int, context: MethodContext) throws {
    try self.init(
      settings, projection: ProjectionSettings(.linear, dimensions: dimensions), context: context)
  }

  public var children: [(name: String, module: any Module)] {
    [("backbone", backbone), ("projection", projection)]
  }

  /// Embeddings [B, D] of images [B, 3, H, W], not normalised.
  public func project(_ images: Tensor, training: Bool) throws -> Tensor {
    try projection(backbone(images, training: training), training: training)
  }

  /// Unit embeddings [B, D] of images [B, 3, H, W].
  public func callAsFunction(_ images: Tensor, training: Bool) throws -> Tensor {
    try project(images, training: training).normalisedRows()
  }

  /// Unit embeddings [N, D] of all of `images`, without gradients.
  public func embeddings(of images: ImageSet, _ augmentation: Augmentation) throws -> Tensor {
    try backbone.overAll(images, augmentation) { features, _ in
      try projection(features, training: false).normalisedRows()
    }
  }

  /// The vectors of all of `images` that are clustered, without gradients.
  public func vectors(
    of images: ImageSet, _ augmentation: Augmentation, _ features: ClusteredFeatures
  ) throws -> Tensor {
    switch features {
    case .backbone: try backbone.overAll(images, augmentation) { features, _ in features }
    case .projection: try embeddings(of: images, augmentation)
    }
  }
}
