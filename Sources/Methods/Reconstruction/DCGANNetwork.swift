import Core
import Torch

/// The networks of a DCGAN: a generator of images and a discriminator that tells them from real ones (Radford,
/// Metz and Chintala, ICLR 2016, section 3; pytorch/examples, commit 77f55b9).
///
/// ```swift
/// let network = try DCGANNetwork(channels: 64, codes: 100, size: 32, context: context)
/// let images = network.generator(codes, training: true)  // [B, 100] to [B, 3, 32, 32], -1 to 1
/// let logits = network.discriminator(images, training: true).logits  // [B]
/// ```
struct DCGANNetwork: Module {
  let generator: Generator
  let discriminator: Discriminator

  /// - Parameters:
  ///   - channels: maps of the discriminator's first layer, and of the generator's last but one.
  ///   - codes: length of a code.
  ///   - size: height and width of the images in pixels.
  ///   - context: seed and device of the run.
  /// - Throws: `MethodError.unsupported` unless the size is 4 pixels doubled at least once.
  init(channels: Int, codes: Int, size: Int, context: MethodContext) throws {
    var widths: [Int] = []
    var side = size
    while side > 4, side.isMultiple(of: 2) {
      widths.append(channels << widths.count)
      side /= 2
    }
    guard side == 4, !widths.isEmpty else {
      throw MethodError.unsupported(
        method: "dcgan",
        reason: "its images have sides of 8, 16, 32, 64, ... pixels, not \(size); set view_size")
    }
    var stream = RandomStream(seed: context.seed, purpose: .weights)
    generator = Generator(codes, widths.reversed(), on: context.device, from: &stream)
    discriminator = Discriminator(widths, on: context.device, from: &stream)
    initialise(from: &stream)
  }

  var children: [(name: String, module: any Module)] {
    [("generator", generator), ("discriminator", discriminator)]
  }

  /// Convolutions start from N(0, 0.02), weights of normalisations from N(1, 0.02).
  private func initialise(from stream: inout RandomStream) {
    Torch.withoutGradients {
      for (name, tensor) in parameters where name.hasSuffix(".weight") {
        let drawn = Tensor.normal(tensor.shape, standardDeviation: 0.02, from: &stream)
        tensor.copy(from: tensor.rank == 4 ? drawn : drawn + 1)
      }
    }
  }

  /// Transposed convolutions from a code to an image, with batch normalisation and ReLU between them.
  struct Generator: Module {
    private let layers: [(convolution: TransposedConvolution, normalisation: BatchNormalisation)]
    private let last: TransposedConvolution

    /// - Parameter widths: maps after each layer but the last.
    fileprivate init(
      _ codes: Int, _ widths: [Int], on device: Device, from stream: inout RandomStream
    ) {
      var inputs = codes
      // The first makes 4 x 4 pixels of one, all others two of each.
      var (stride, padding) = (1, 0)
      func convolution(_ outputs: Int) -> TransposedConvolution {
        let layer = TransposedConvolution(
          inputs, outputs, kernel: 4, stride: stride, padding: padding, hasBias: false, on: device,
          from: &stream)
        (inputs, stride, padding) = (outputs, 2, 1)
        return layer
      }
      layers = widths.map { (convolution($0), BatchNormalisation($0, on: device)) }
      last = convolution(3)
    }

    var children: [(name: String, module: any Module)] {
      layers.enumerated().flatMap { number, layer in
        [
          ("conv\(number + 1)", layer.convolution as any Module),
          ("bn\(number + 1)", layer.normalisation),
        ]
      } + [("conv\(layers.count + 1)", last)]
    }

    /// Codes [B, D] to images [B, 3, S, S] of values -1 to 1.
    func callAsFunction(_ codes: Tensor, training: Bool) -> Tensor {
      var x = codes.unsqueezed(2).unsqueezed(3)
      for layer in layers {
        x = layer.normalisation.rectified(layer.convolution(x), training: training)
      }
      return last(x).tanh()
    }
  }

  /// Convolutions of stride 2 with LeakyReLU and batch normalisation, which the first layer does not have, and
  /// one of what is left to a number.
  struct Discriminator: Module {
    private let layers: [(convolution: Convolution, normalisation: BatchNormalisation?)]
    private let last: Convolution

    /// - Parameter widths: maps after each layer but the last.
    fileprivate init(_ widths: [Int], on device: Device, from stream: inout RandomStream) {
      var layers: [(convolution: Convolution, normalisation: BatchNormalisation?)] = []
      for (number, outputs) in widths.enumerated() {
        let convolution = Convolution(
          number == 0 ? 3 : widths[number - 1], outputs, kernel: 4, stride: 2, padding: 1,
          on: device, from: &stream)
        layers.append((convolution, number == 0 ? nil : BatchNormalisation(outputs, on: device)))
      }
      self.layers = layers
      last = Convolution(widths.last ?? 3, 1, kernel: 4, on: device, from: &stream)
    }

    var children: [(name: String, module: any Module)] {
      layers.enumerated().flatMap { number, layer in
        [("conv\(number + 1)", layer.convolution as any Module)]
          + (layer.normalisation.map { [("bn\(number + 1)", $0 as any Module)] } ?? [])
      } + [("conv\(layers.count + 1)", last)]
    }

    /// Images [B, 3, S, S] of values -1 to 1 to a logit of each, [B], and the maps of every layer,
    /// [B, C, S', S'].
    func callAsFunction(
      _ images: Tensor, training: Bool
    ) -> (logits: Tensor, maps: [Tensor]) {
      var maps: [Tensor] = []
      for layer in layers {
        let x = layer.convolution(maps.last ?? images)
        maps.append((layer.normalisation?(x, training: training) ?? x).leakyRelu(0.2))
      }
      return (last(maps.last ?? images).reshaped([images.size(0)]), maps)
    }
  }
}

/// The features of a discriminator: every map max-pooled to 4 x 4, and all of them in a row (Radford et al., ICLR
/// 2016, section 5.1).
///
/// - Parameter maps: of each layer, [B, C, S, S] with S a multiple of 4.
/// - Returns: [B, 16 times all C].
public func pooledMaps(_ maps: [Tensor]) -> Tensor {
  .concatenated(
    maps.map { map in
      let window = max(1, map.size(2) / 4)
      return map.maxPooled(kernel: window, stride: window).contiguous()
        .reshaped([map.size(0), -1])
    }, along: 1)
}
