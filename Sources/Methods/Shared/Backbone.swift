import Core
import Torch
import Vision

/// A residual network that runs in a run's precision: what heads are put on.
///
/// ```swift
/// var stream = RandomStream(seed: context.seed, purpose: .weights)
/// let backbone = Backbone(settings.backbone, context: context, from: &stream)
/// let features = backbone(batch.views[0], training: true)  // [B, F]
/// ```
public struct Backbone: Module {
  private let network: ResNet
  private let frontEnd: FrontEnd
  private let device: Device
  private let precision: Precision

  /// - Parameters:
  ///   - settings: shape and initial weights.
  ///   - frontEnd: what the images go through first.
  ///   - context: device and precision of the run.
  ///   - stream: what the weights are drawn from.
  public init(
    _ settings: BackboneSettings, frontEnd: FrontEnd = .none, context: MethodContext,
    from stream: inout RandomStream
  ) {
    network = ResNet(
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
  public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
    let images = frontEnd(images)
    return Torch.autocast(precision, on: device) {
      network(images, training: training)
    }.to(.float32)
  }

  /// `body` of every image's features, in blocks and without gradients, joined along the rows.
  /// - Parameters:
  ///   - images: the images, N of them.
  ///   - augmentation: what makes the images that are scored.
  ///   - body: given features [B, F] and the positions of their images in `images`.
  public func overAll(
    _ images: ImageSet, _ augmentation: Augmentation,
    _ body: (_ features: Tensor, _ positions: [Int]) throws -> Tensor
  ) rethrows -> Tensor {
    try augmentation.overAll(images) { views, positions in
      try body(self(views, training: false), positions)
    }
  }

  /// `body` with running statistics that followed the images as they are scored, in training and in their
  /// order, a batch at a time. Those that training left are there again afterwards.
  public func withStatistics<Result>(
    of images: ImageSet, _ augmentation: Augmentation, batchSize: Int,
    _ body: () throws -> Result
  ) throws -> Result {
    let running = network.buffers.map(\.tensor)
    let before = running.map { $0.copy() }
    let outcome = Swift.Result {
      try Torch.checked {
        _ = augmentation.overAll(images, batchSize: batchSize) { views, _ in
          self(views, training: true)
        }
        return try body()
      }
    }
    Torch.withoutGradients {
      for (tensor, old) in zip(running, before) { tensor.copy(from: old) }
    }
    return try outcome.get()
  }
}

/// A backbone that another run has learnt and that stays as it is: its tensors are saved, and not learnt.
struct FrozenBackbone: Module {
  let backbone: Backbone

  /// - Parameter backbone: with what its pretext learnt.
  init(_ backbone: Backbone) {
    self.backbone = backbone
    for parameter in backbone.parameters { _ = parameter.tensor.settingRequiresGradient(false) }
  }

  var ownBuffers: [NamedTensor] { backbone.state }
}

extension Augmentation {
  /// `body` of every image as it is scored, in blocks and without gradients, joined along the rows.
  /// - Parameters:
  ///   - images: the images, N of them.
  ///   - batchSize: the images of a block; the last block may have fewer.
  ///   - body: given images [B, 3, S, S] and their positions in `images`.
  public func overAll(
    _ images: ImageSet, batchSize: Int = 256,
    _ body: (_ views: Tensor, _ positions: [Int]) throws -> Tensor
  ) rethrows -> Tensor {
    try Torch.withoutGradients {
      var blocks: [Tensor] = []
      for start in stride(from: 0, to: images.count, by: batchSize) {
        let positions = Array(start..<min(start + batchSize, images.count))
        blocks.append(try body(centre(of: images, at: positions), positions))
      }
      return Tensor.concatenated(blocks)
    }
  }
}
