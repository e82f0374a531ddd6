import Core
import Torch
import Vision

/// A residual network that runs in a run's precision: what heads are put on.
public struct Backbone: Module {
  private let network: ResNet
  private let frontEnd: FrontEnd
  private let device: Device
  private let precision: Precision

  /// - Parameter frontEnd: what the images go through first.
  public init(
    _ settings: BackboneSettings, frontEnd: FrontEnd = .none, context: MethodContext,
    from stream: inout RandomStream
  ) throws {
    network = try ResNet(
      settings, channels: frontEnd.channels, on: context.device, from: &stream)
    self.frontEnd = frontEnd
    device = context.device
    precision = context.precision
  }

  /// Under torchvision's names.
  public var children: [(name: String, module: any Module)] { network.children }

  /// Length F of a feature vector.
  public var features: Int { network.features }

  /// Features [B, F] in float32 of images [B, 3, H, W]: convolutions run in the run's precision.
  public func callAsFunction(_ images: Tensor, training: Bool) throws -> Tensor {
    let images = try frontEnd(images)
    return try Torch.autocast(precision, on: device) {
      try network(images, training: training)
    }.to(.float32)
  }

  /// `body` of every image's features, in blocks and without gradients, joined along the rows.
  /// - Parameter body: given features [B, F] and the positions of their images in `images`.
  public func overAll(
    _ images: ImageSet, _ augmentation: Augmentation,
    _ body: (_ features: Tensor, _ positions: [Int]) throws -> Tensor
  ) throws -> Tensor {
    try augmentation.overAll(images) { views, positions in
      try body(self(views, training: false), positions)
    }
  }
}

extension Augmentation {
  /// `body` of every image as it is scored, in blocks and without gradients, joined along the rows.
  /// - Parameter body: given images [B, 3, S, S] and their positions in `images`.
  public func overAll(
    _ images: ImageSet, _ body: (_ views: Tensor, _ positions: [Int]) throws -> Tensor
  ) throws -> Tensor {
    try Torch.withoutGradients {
      var blocks: [Tensor] = []
      for start in stride(from: 0, to: images.count, by: 256) {
        let positions = Array(start..<min(start + 256, images.count))
        blocks.append(try body(centre(of: images, at: positions), positions))
      }
      return try Tensor.concatenated(blocks)
    }
  }
}
