import ArgumentParser
import Core
import Torch
import Vision

extension Speed {
  /// The counterpart of benchmarks/pytorch_step.py.
  struct Step: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time a training step of a ResNet: forward, backward and SGD.")

    @OptionGroup var options: StepOptions

    func run() throws {
      let step = TrainingStep(
        options.shape, batch: options.batch, on: options.device,
        precision: options.precision.resolved(on: options.device))
      try options.measure("step", step.run)
    }
  }

  /// Times the convolutions of a step, its lower bound.
  struct Convolutions: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time the convolutions of that step alone: the lower bound of a step.")

    @OptionGroup var options: StepOptions

    func run() throws {
      var stream = RandomStream(seed: 0, purpose: .weights)
      let precision = options.precision.resolved(on: options.device)
      let layers = ResNetConvolutions(
        options.shape, batch: options.batch, precision: precision, on: options.device, from: &stream
      )
      try options.measure("convolutions", layers.run)
    }
  }
}

/// A training step of a ResNet on images of noise: forward, backward and SGD.
struct TrainingStep {
  private let network: ResNet
  private let images: Tensor
  private let optimiser: SGD
  private let device: Device
  private let precision: Precision

  init(_ shape: ShapeOptions, batch: Int, on device: Device, precision: Precision) {
    var stream = RandomStream(seed: 0, purpose: .weights)
    network = ResNet(shape.settings, on: device, from: &stream)
    images = Tensor.normal(
      [batch, 3, shape.imageSize, shape.imageSize], standardDeviation: 1, from: &stream
    ).to(device).channelsLast()
    optimiser = SGD(
      network.parameters, learningRate: 0.01, momentum: 0.9, nesterov: true, weightDecay: 5e-4)
    (self.device, self.precision) = (device, precision)
  }

  func run() throws {
    let features = Torch.autocast(precision, on: device) { network(images, training: true) }
    let loss = features.to(.float32).squared().mean()
    try loss.backward()
    try optimiser.step()
    for parameter in network.parameters { parameter.tensor.clearGradient() }
    // Waits for the GPU, which works asynchronously.
    _ = try loss.scalar()
  }
}

/// Every convolution of a ResNet, each on an input of its own, without what stands between them: what a
/// training step cannot be faster than.
struct ResNetConvolutions {
  private let layers: [(input: Tensor, weight: Tensor, stride: Int, padding: Int)]
  private let precision: Precision
  private let device: Device

  init(
    _ shape: ShapeOptions, batch: Int, precision: Precision, on device: Device,
    from stream: inout RandomStream
  ) {
    (self.precision, self.device) = (precision, device)
    var layers: [(input: Tensor, weight: Tensor, stride: Int, padding: Int)] = []
    func add(_ inputs: Int, _ outputs: Int, kernel: Int, stride: Int, side: Int) {
      let input = Tensor.normal(
        [batch, inputs, side, side], standardDeviation: 1, from: &stream
      ).to(device).to(precision == .bfloat16 ? .bfloat16 : .float32).channelsLast()
      // In float32, as a step has them: which kernels are chosen depends on it.
      let weight = Tensor.normal(
        [outputs, inputs, kernel, kernel], standardDeviation: 0.05, from: &stream
      ).to(device).channelsLast()
      // The first layer's input is an image, of which no gradient is asked.
      if inputs != 3 { input.settingRequiresGradient() }
      layers.append((input, weight.settingRequiresGradient(), stride, kernel / 2))
    }
    var side = shape.imageSize
    if shape.stem == .imageNet {
      add(3, shape.width, kernel: 7, stride: 2, side: side)
      side = (side + 1) / 2
    } else {
      add(3, shape.width, kernel: 3, stride: 1, side: side)
    }
    // The maps after the pooling of the stem.
    switch shape.stem {
    case .small: break
    case .smallPool: side /= 2
    case .smallPaddedPool: side = side / 2 + 1
    case .imageNet: side = (side + 1) / 2
    }
    let counts = shape.depth == .eighteen ? [2, 2, 2, 2] : [3, 4, 6, 3]
    for (stage, count) in counts.enumerated() {
      let (inputs, outputs) = (shape.width << max(0, stage - 1), shape.width << stage)
      let stride = stage == 0 ? 1 : 2
      add(inputs, outputs, kernel: 3, stride: stride, side: side)
      if stage > 0 { add(inputs, outputs, kernel: 1, stride: 2, side: side) }
      side = (side + stride - 1) / stride
      for _ in 1..<(2 * count) { add(outputs, outputs, kernel: 3, stride: 1, side: side) }
    }
    self.layers = layers
  }

  /// One forward and backward pass through each.
  func run() throws {
    for (input, weight, stride, padding) in layers {
      let output = Torch.autocast(precision, on: device) {
        input.convolved(weight, stride: stride, padding: padding)
      }
      try output.sum().backward()
      weight.clearGradient()
      input.clearGradient()
    }
  }
}
