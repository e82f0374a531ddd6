import Core
import Torch

/// The first layers of a residual network.
///
///     var backbone = BackboneSettings()
///     backbone.stem = .imageNet
public enum ResNetStem: String, CaseIterable, Sendable {
  /// A 3x3 convolution of stride 1, for images of about 32 pixels.
  case small
  /// The same with 2x2 max-pooling of stride 2, for 64 to 96 pixels, or to save time.
  case smallPool = "small-pool"
  /// The same with a border of one around what is pooled (PICA, IIC, GCC, SCAN).
  case smallPaddedPool = "small-padded-pool"
  /// A 7x7 convolution of stride 2 and 3x3 max-pooling of stride 2, for 224 pixels.
  case imageNet = "imagenet"
}

/// A residual network of basic blocks (He et al., "Deep Residual Learning for Image Recognition",
/// CVPR 2016) with torchvision's parameter names, layout and initialisation, without its classifier.
///
/// ```swift
/// var stream = RandomStream(seed: 1, purpose: .weights)
/// let network = ResNet(BackboneSettings(), on: .cpu, from: &stream)
/// let features = network(images, training: true)  // [B, 3, 32, 32] to [B, 512]
/// ```
public struct ResNet: Module {
  private let stem: ResNetStem
  private let convolution: Convolution
  private let normalisation: BatchNormalisation
  private let stages: [[BasicBlock]]
  /// Length of a feature vector: 8 times the width.
  public let features: Int

  /// - Parameters:
  ///   - settings: shape and initial weights.
  ///   - channels: those of the images.
  ///   - device: where the tensors are.
  ///   - stream: what the weights are drawn from, layer by layer.
  public init(
    _ settings: BackboneSettings, channels: Int = 3, on device: Device,
    from stream: inout RandomStream
  ) {
    let width = settings.width
    let start = settings.start
    stem = settings.stem
    convolution =
      switch settings.stem {
      case .small, .smallPool, .smallPaddedPool:
        Convolution(
          channels, width, kernel: 3, padding: 1, initialisation: start.convolutions, on: device,
          from: &stream)
      case .imageNet:
        Convolution(
          channels, width, kernel: 7, stride: 2, padding: 3, initialisation: start.convolutions,
          on: device, from: &stream)
      }
    normalisation = BatchNormalisation(width, on: device)
    var stages: [[BasicBlock]] = []
    var inputs = width
    let counts = settings.depth == .eighteen ? [2, 2, 2, 2] : [3, 4, 6, 3]
    for (stage, count) in counts.enumerated() {
      let outputs = width << stage
      var blocks: [BasicBlock] = []
      for block in 0..<count {
        let stride = stage > 0 && block == 0 ? 2 : 1
        blocks.append(
          BasicBlock(inputs, outputs, stride: stride, start, on: device, from: &stream))
        inputs = outputs
      }
      stages.append(blocks)
    }
    self.stages = stages
    features = inputs
  }

  public var children: [(name: String, module: any Module)] {
    [("conv1", convolution), ("bn1", normalisation)]
      + stages.enumerated().flatMap { stage, blocks in
        blocks.enumerated().map { ("layer\(stage + 1).\($0.offset)", $0.element as any Module) }
      }
  }

  /// Images [B, channels, H, W] to feature vectors [B, features], the mean over all positions.
  /// - Parameters:
  ///   - images: [B, channels, H, W].
  ///   - training: whether batch normalisation takes the batch's statistics.
  public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
    var x = stemmed(images, training: training)
    for block in stages.joined() { x = block(x, training: training) }
    return x.0.globallyAveraged()
  }

  /// The first layers: [B, channels, H, W] to [B, width, H', W'], given twice as blocks take it.
  private func stemmed(_ images: Tensor, training: Bool) -> (Tensor, Tensor) {
    let maps = convolution(images)
    if stem == .small { return normalisation.rectifiedTwice(maps, training: training) }
    let rectified = normalisation.rectified(maps, training: training)
    let pooled =
      switch stem {
      case .small: rectified
      case .smallPool: rectified.maxPooled(kernel: 2, stride: 2)
      case .smallPaddedPool: rectified.maxPooled(kernel: 2, stride: 2, padding: 1)
      case .imageNet: rectified.maxPooled(kernel: 3, stride: 2, padding: 1)
      }
    return (pooled, pooled)
  }
}

/// Two 3x3 convolutions and the way around them.
struct BasicBlock: Module {
  private let first: Convolution
  private let firstNormalisation: BatchNormalisation
  private let second: Convolution
  private let secondNormalisation: BatchNormalisation
  /// A 1x1 convolution where the shape changes.
  private let shortcut: (convolution: Convolution, normalisation: BatchNormalisation)?

  /// - Parameters:
  ///   - inputs: channels of the input.
  ///   - outputs: channels of the output.
  ///   - stride: of the first convolution.
  init(
    _ inputs: Int, _ outputs: Int, stride: Int, _ start: BackboneStart, on device: Device,
    from stream: inout RandomStream
  ) {
    first = Convolution(
      inputs, outputs, kernel: 3, stride: stride, padding: 1, initialisation: start.convolutions,
      on: device, from: &stream)
    firstNormalisation = BatchNormalisation(outputs, on: device)
    second = Convolution(
      outputs, outputs, kernel: 3, padding: 1, initialisation: start.convolutions, on: device,
      from: &stream)
    secondNormalisation = BatchNormalisation(outputs, gamma: start.residualGamma, on: device)
    shortcut =
      stride == 1 && inputs == outputs
      ? nil
      : (
        Convolution(
          inputs, outputs, kernel: 1, stride: stride, initialisation: start.convolutions,
          on: device, from: &stream),
        BatchNormalisation(outputs, on: device)
      )
  }

  var children: [(name: String, module: any Module)] {
    [
      ("conv1", first), ("bn1", firstNormalisation), ("conv2", second),
      ("bn2", secondNormalisation),
    ]
      + (shortcut.map { [("downsample.0", $0.convolution), ("downsample.1", $0.normalisation)] }
        ?? [])
  }

  /// relu(x + f(x)), f being both convolutions: [B, inputs, H, W] to [B, outputs, H / stride, W / stride].
  /// Input and output are each one tensor, given twice because two paths lead from it.
  func callAsFunction(_ input: (Tensor, Tensor), training: Bool) -> (Tensor, Tensor) {
    let inner = firstNormalisation.rectified(first(input.0), training: training)
    let around = shortcut.map {
      $0.normalisation($0.convolution(input.1), training: training)
    }
    return secondNormalisation.rectifiedTwice(
      second(inner), adding: around ?? input.1, training: training)
  }
}
