import Core
import Torch
import Vision

/// A backbone and the projection of its features to the unit sphere.
public struct Encoder: Module {
  public let backbone: ResNet
  private let projection: Linear
  private let device: Device
  private let precision: Precision

  /// - Parameter dimensions: length D of an embedding.
  public init(_ settings: BackboneSettings, dimensions: Int, context: MethodContext) throws {
    var stream = RandomStream(seed: context.seed, purpose: .weights)
    backbone = try ResNet(settings, on: context.device, from: &stream)
    projection = try Linear(backbone.features, dimensions, on: context.device, from: &stream)
    device = context.device
    precision = context.precision
  }

  public var children: [(name: String, module: any Module)] {
    [("backbone", backbone), ("projection", projection)]
  }

  /// Backbone features [B, F] in float32: convolutions run in the run's precision.
  public func features(_ images: Tensor, training: Bool) throws -> Tensor {
    try Torch.autocast(precision, on: device) { try backbone(images, training: training) }
      .to(.float32)
  }

  /// Unit embeddings [B, D] of backbone features [B, F].
  public func embed(_ features: Tensor) throws -> Tensor {
    try projection(features).normalisedRows()
  }

  /// `body` of every image's features, in blocks and without gradients, joined along the rows.
  /// - Parameter body: given features [B, F] and the positions of their images in `images`.
  public func overAll(
    _ images: ImageSet, _ augmentation: Augmentation,
    _ body: (_ features: Tensor, _ positions: [Int]) throws -> Tensor
  ) throws -> Tensor {
    try Torch.withoutGradients {
      var blocks: [Tensor] = []
      for start in stride(from: 0, to: images.count, by: 256) {
        let positions = Array(start..<min(start + 256, images.count))
        let centre = try augmentation.centre(of: images, at: positions)
        blocks.append(try body(features(centre, training: false), positions))
      }
      return try Tensor.concatenated(blocks)
    }
  }
}
