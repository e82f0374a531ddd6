import Core
import Torch

/// Every convolution of ResNet-18 with the small stem on 32x32 images, each on an input of its own,
/// without what stands between them: what a training step cannot be faster than.
struct ResNetConvolutions {
  private let layers: [(input: Tensor, weight: Tensor, stride: Int, padding: Int)]

  init(
    width: Int, batch: Int, type: DType, on device: Device, from stream: inout RandomStream
  ) throws {
    var layers: [(input: Tensor, weight: Tensor, stride: Int, padding: Int)] = []
    func add(_ inputs: Int, _ outputs: Int, kernel: Int, stride: Int, side: Int) throws {
      let input = try Tensor.normal(
        [batch, inputs, side, side], standardDeviation: 1, from: &stream
      ).to(device).to(type).channelsLast()
      let weight = try Tensor.normal(
        [outputs, inputs, kernel, kernel], standardDeviation: 0.05, from: &stream
      ).to(device).to(type).channelsLast()
      // The first layer's input is an image, of which no gradient is asked.
      if inputs != 3 { try input.settingRequiresGradient() }
      layers.append((input, try weight.settingRequiresGradient(), stride, kernel / 2))
    }
    try add(3, width, kernel: 3, stride: 1, side: 32)
    for stage in 0..<4 {
      let (inputs, outputs) = (stage == 0 ? width : width << (stage - 1), width << stage)
      let (stride, side) = (stage == 0 ? 1 : 2, 32 >> stage)
      try add(inputs, outputs, kernel: 3, stride: stride, side: stage == 0 ? side : side * 2)
      for _ in 0..<3 { try add(outputs, outputs, kernel: 3, stride: 1, side: side) }
      if stage > 0 { try add(inputs, outputs, kernel: 1, stride: 2, side: side * 2) }
    }
    self.layers = layers
  }

  /// One forward and backward pass through each.
  func run() throws {
    for (input, weight, stride, padding) in layers {
      try input.convolved(weight, stride: stride, padding: padding).sum().backward()
      try weight.clearGradient()
      try input.clearGradient()
    }
  }
}
