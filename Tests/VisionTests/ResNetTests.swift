import Core
import Testing
import Torch
import Vision

extension VisionTests {
  @Suite struct Networks {
    private func network(
      _ stem: ResNetStem = .small, width: Int = 8, depth: BackboneSettings.Depth = .eighteen,
      seed: UInt64 = 1
    ) throws -> ResNet {
      var settings = BackboneSettings()
      (settings.stem, settings.width, settings.depth) = (stem, width, depth)
      var stream = RandomStream(seed: seed, purpose: .weights)
      return ResNet(settings, on: .cpu, from: &stream)
    }

    /// The parameters of torchvision.models.resnet18 without its classifier, in its order.
    private static let torchvisionParameters = """
      conv1.weight bn1.weight bn1.bias
      layer1.0.conv1.weight layer1.0.bn1.weight layer1.0.bn1.bias
      layer1.0.conv2.weight layer1.0.bn2.weight layer1.0.bn2.bias
      layer1.1.conv1.weight layer1.1.bn1.weight layer1.1.bn1.bias
      layer1.1.conv2.weight layer1.1.bn2.weight layer1.1.bn2.bias
      layer2.0.conv1.weight layer2.0.bn1.weight layer2.0.bn1.bias
      layer2.0.conv2.weight layer2.0.bn2.weight layer2.0.bn2.bias
      layer2.0.downsample.0.weight layer2.0.downsample.1.weight layer2.0.downsample.1.bias
      layer2.1.conv1.weight layer2.1.bn1.weight layer2.1.bn1.bias
      layer2.1.conv2.weight layer2.1.bn2.weight layer2.1.bn2.bias
      layer3.0.conv1.weight layer3.0.bn1.weight layer3.0.bn1.bias
      layer3.0.conv2.weight layer3.0.bn2.weight layer3.0.bn2.bias
      layer3.0.downsample.0.weight layer3.0.downsample.1.weight layer3.0.downsample.1.bias
      layer3.1.conv1.weight layer3.1.bn1.weight layer3.1.bn1.bias
      layer3.1.conv2.weight layer3.1.bn2.weight layer3.1.bn2.bias
      layer4.0.conv1.weight layer4.0.bn1.weight layer4.0.bn1.bias
      layer4.0.conv2.weight layer4.0.bn2.weight layer4.0.bn2.bias
      layer4.0.downsample.0.weight layer4.0.downsample.1.weight layer4.0.downsample.1.bias
      layer4.1.conv1.weight layer4.1.bn1.weight layer4.1.bn1.bias
      layer4.1.conv2.weight layer4.1.bn2.weight layer4.1.bn2.bias
      """.split(whereSeparator: \.isWhitespace).map(String.init)

    @Test func `Parameters have torchvision's names in torchvision's order`() throws {
      #expect(try network().parameters.map(\.name) == Self.torchvisionParameters)
    }

    @Test func `Every normalisation keeps a running mean and variance`() throws {
      let normalisations = Self.torchvisionParameters.filter { $0.hasSuffix(".bias") }
        .map { $0.dropLast(".bias".count) }
      let expected = normalisations.flatMap { ["\($0).running_mean", "\($0).running_var"] }
      #expect(try network().buffers.map(\.name) == expected)
    }

    @Test func `A full ResNet-18 has torchvision's number of weights`() throws {
      // 11,689,512 less the classifier's 512 x 1000 + 1000.
      let count = try network(.imageNet, width: 64).parameters.reduce(0) { $0 + $1.tensor.count }
      #expect(count == 11_176_512)
    }

    @Test func `ResNet-34 has 3, 4, 6 and 3 blocks`() throws {
      let names = try network(depth: .thirtyFour).parameters.map(\.name)
      let blocks = (1...4).map { stage in
        names.count { $0.hasPrefix("layer\(stage).") && $0.hasSuffix(".conv1.weight") }
      }
      #expect(blocks == [3, 4, 6, 3])
    }

    @Test(arguments: [
      (ResNetStem.small, 3), (.smallPool, 3), (.smallPaddedPool, 3), (.imageNet, 7),
    ])
    func `Every stem gives eight widths of features`(_ stem: ResNetStem, _ kernel: Int) throws {
      let network = try network(stem)
      #expect(network.parameters[0].tensor.shape == [8, 3, kernel, kernel])
      #expect(network.features == 64)
      let images = Tensor.zeros([2, 3, 32, 32])
      #expect(network(images, training: false).shape == [2, 64])
    }

    @Test func `Stems with pooling see the same image at a lower resolution`() throws {
      var stream = RandomStream(seed: 2, purpose: .method)
      let images = Tensor.normal([1, 3, 32, 32], standardDeviation: 1, from: &stream)
      let small = try network(.small)(images, training: false).floats()
      let pooled = try network(.smallPool)(images, training: false).floats()
      let padded = try network(.smallPaddedPool)(images, training: false).floats()
      #expect(Set([small, pooled, padded]).count == 3)
      #expect((small + pooled + padded).allSatisfy { $0.isFinite })
    }

    @Test func `Pooling with a border gives the maps that GCC's last averages are made for`() throws
    {
      // Its 7x7 of 96 pixels and 5x5 of 64, after the pooling and three strides of 2.
      for (size, last) in [(32, 3), (64, 5), (96, 7)] {
        var maps = Tensor.zeros([1, 1, size, size]).maxPooled(kernel: 2, stride: 2, padding: 1)
        #expect(maps.shape[2] == size / 2 + 1)
        for _ in 0..<3 { maps = maps.maxPooled(kernel: 3, stride: 2, padding: 1) }
        #expect(maps.shape == [1, 1, last, last])
      }
    }

    @Test func `Weights start from He's distribution over the fan out`() throws {
      let network = try network(.imageNet, width: 64)
      // sqrt(2 / (64 x 49)) = 0.025254; 9,408 draws give it to one per cent.
      let values = try network.parameters[0].tensor.floats()
      let mean = values.reduce(0, +) / Float(values.count)
      let deviation = (values.reduce(0) { $0 + $1 * $1 } / Float(values.count)).squareRoot()
      #expect(abs(mean) < 0.001)
      #expect(abs(deviation / 0.025254 - 1) < 0.03)
    }

    @Test func `Weights start from torch.nn.Conv2d's uniform distribution where that is asked for`()
      throws
    {
      var settings = BackboneSettings()
      settings.stem = .imageNet
      settings.start.convolutions = .torchDefault
      var stream = RandomStream(seed: 1, purpose: .weights)
      let network = ResNet(settings, on: .cpu, from: &stream)
      // Within 1 / sqrt(fan in), of deviation 1 / sqrt(3 fan in): 3 x 49 and 64 x 9.
      for (name, fanIn) in [("conv1.weight", Float(147)), ("layer1.0.conv2.weight", 576)] {
        let weight = try #require(network.parameters.first { $0.name == name })
        let values = try weight.tensor.floats()
        let bound = 1 / fanIn.squareRoot()
        let deviation = (values.reduce(0) { $0 + $1 * $1 } / Float(values.count)).squareRoot()
        #expect(values.allSatisfy { abs($0) <= bound })
        #expect(abs(deviation / (bound / Float(3).squareRoot()) - 1) < 0.03, "\(name)")
      }
    }

    @Test func `A block whose last normalisation starts at 0 lets its input through`() throws {
      var settings = BackboneSettings()
      settings.width = 16
      settings.start.residualGamma = 0
      var stream = RandomStream(seed: 1, purpose: .weights)
      let network = ResNet(settings, on: .cpu, from: &stream)
      for (name, tensor) in network.parameters where name.hasSuffix(".weight") {
        let isLast = name.hasSuffix(".bn2.weight")
        if tensor.shape.count == 1 {
          #expect(try tensor.floats().allSatisfy { $0 == (isLast ? 0 : 1) }, "\(name)")
        }
      }
      // Without the weights of the blocks' convolutions nothing changes but at the shortcuts.
      let images = Tensor.normal([2, 3, 16, 16], standardDeviation: 1, from: &stream)
      let before = try network(images, training: false).floats()
      Torch.withoutGradients {
        for (name, tensor) in network.parameters where name.hasSuffix(".conv2.weight") {
          tensor.scale(by: 3)
        }
      }
      #expect(try network(images, training: false).floats() == before)
    }

    @Test func `The same seed gives the same weights, another seed others`() throws {
      func weights(_ seed: UInt64) throws -> [Float] {
        try network(seed: seed).parameters.flatMap { try $0.tensor.floats() }
      }
      let first = try weights(1)
      #expect(try weights(1) == first)
      #expect(try weights(2) != first)
    }

    @Test func `Training uses the batch's statistics, evaluation only the running ones`() throws {
      let network = try network()
      var stream = RandomStream(seed: 3, purpose: .method)
      let images = Tensor.normal([4, 3, 16, 16], standardDeviation: 1, from: &stream)
      let before = try network(images, training: false).floats()
      let alone = try network(images.narrowed(0, to: 0..<1), training: false).floats()
      #expect(agree(Array(before[..<64]), alone, within: 1e-4))
      _ = network(images, training: true)
      #expect(try network(images, training: false).floats() != before)
    }

    @Test func `A step sends a gradient to every parameter`() throws {
      let network = try network(.imageNet)
      var stream = RandomStream(seed: 4, purpose: .method)
      let images = Tensor.normal([4, 3, 64, 64], standardDeviation: 1, from: &stream)
      try network(images, training: true).squared().sum().backward()
      for parameter in network.parameters {
        let gradient = try parameter.tensor.gradient?.floats() ?? []
        #expect(gradient.contains { $0 != 0 }, "\(parameter.name)")
      }
    }
  }
}
