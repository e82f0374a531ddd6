import ArgumentParser
import Core
import Torch
import Vision

extension Speed {
  /// The counterpart of benchmarks/pytorch_step.py.
  struct Step: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time a training step of ResNet-18 on 32x32 images: forward, backward and SGD.")

    @OptionGroup var options: StepOptions

    func run() throws {
      var stream = RandomStream(seed: 0, purpose: .weights)
      var settings = BackboneSettings()
      settings.width = options.width
      let network = ResNet(settings, on: options.device, from: &stream)
      let images = Tensor.normal(
        [options.batch, 3, 32, 32], standardDeviation: 1, from: &stream
      ).to(options.device).channelsLast()
      let optimiser = SGD(
        network.parameters, learningRate: 0.01, momentum: 0.9, nesterov: true, weightDecay: 5e-4)
      let precision = options.precision.resolved(on: options.device)
      try options.measure("step") {
        let features = Torch.autocast(precision, on: options.device) {
          network(images, training: true)
        }
        let loss = features.to(.float32).squared().mean()
        try loss.backward()
        try optimiser.step()
        for parameter in network.parameters { parameter.tensor.clearGradient() }
        // Waits for the GPU, which works asynchronously.
        _ = try loss.scalar()
      }
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
        width: options.width, batch: options.batch,
        type: precision == .bfloat16 ? .bfloat16 : .float32, on: options.device, from: &stream)
      try options.measure("convolutions", layers.run)
    }
  }
}

/// Every convolution of ResNet-18 with the small stem on 32x32 images, each on an input of its own,
/// without what stands between them: what a training step cannot be faster than.
struct ResNetConvolutions {
  private let layers: [(input: Tensor, weight: Tensor, stride: Int, padding: Int)]

  init(
    width: Int, batch: Int, type: DType, on device: Device, from stream: inout RandomStream
  ) {
    var layers: [(input: Tensor, weight: Tensor, stride: Int, padding: Int)] = []
    func add(_ inputs: Int, _ outputs: Int, kernel: Int, stride: Int, side: Int) {
      let input = Tensor.normal(
        [batch, inputs, side, side], standardDeviation: 1, from: &stream
      ).to(device).to(type).channelsLast()
      let weight = Tensor.normal(
        [outputs, inputs, kernel, kernel], standardDeviation: 0.05, from: &stream
      ).to(device).to(type).channelsLast()
      // The first layer's input is an image, of which no gradient is asked.
      if inputs != 3 { input.settingRequiresGradient() }
      layers.append((input, weight.settingRequiresGradient(), stride, kernel / 2))
    }
    add(3, width, kernel: 3, stride: 1, side: 32)
    for stage in 0..<4 {
      let (inputs, outputs) = (stage == 0 ? width : width << (stage - 1), width << stage)
      let (stride, side) = (stage == 0 ? 1 : 2, 32 >> stage)
      add(inputs, outputs, kernel: 3, stride: stride, side: stage == 0 ? side : side * 2)
      for _ in 0..<3 { add(outputs, outputs, kernel: 3, stride: 1, side: side) }
      if stage > 0 { add(inputs, outputs, kernel: 1, stride: 2, side: side * 2) }
    }
    self.layers = layers
  }

  /// One forward and backward pass through each.
  func run() throws {
    for (input, weight, stride, padding) in layers {
      try input.convolved(weight, stride: stride, padding: padding).sum().backward()
      weight.clearGradient()
      input.clearGradient()
    }
  }
}
