import Core
import Torch
import Vision

/// The shape of an autoencoder.
package struct AutoencoderSettings: Configurable {
  /// The kind of layers.
  public enum Architecture: String, CaseIterable, Sendable {
    /// Fully connected layers of h, h, 4h and D units on the pixels.
    case dense
    /// Three convolutions of stride 2 with w, 2w and 4w channels, and a linear layer to D units.
    case convolutional
  }

  /// The kind of layers.
  public var architecture = Architecture.dense
  /// h, the units of a dense encoder's first layer.
  public var hidden = 500
  /// w, the channels of a first convolution.
  public var channels = 32
  /// D, the length of a code.
  public var dimensions = 10

  public init() {}

  public static let schema = SettingsSchema<Self>([
    .choice("architecture", \.architecture, "layers of the encoder; the decoder mirrors them"),
    .integer("hidden", \.hidden, in: 8...4096, "units h of a dense encoder's first layer"),
    .integer("channels", \.channels, in: 8...512, "channels w of a first convolution"),
    .integer("dimensions", \.dimensions, in: 2...4096, "length D of an embedding"),
  ]).from("Xie et al., ICML 2016, section 4.3: d-500-500-2000-10")
}

/// A network that makes codes of images, and images of codes.
///
/// ```swift
/// let network = try AutoencoderNetwork(AutoencoderSettings(), size: 32, context: context)
/// let codes = network.encoder(images, training: false)  // [B, 3, 32, 32] to [B, 10]
/// let rebuilt = network.decoder(codes, training: false)
/// ```
package struct AutoencoderNetwork: Module {
  /// [B, 3, S, S] to codes [B, D].
  public let encoder: any Coder
  /// Codes [B, D] to [B, 3, S, S].
  public let decoder: any Coder

  /// - Parameters:
  ///   - settings: kind and sizes of the layers.
  ///   - encoderOutputs: what the encoder gives for each image; the decoder's D values if nil.
  ///   - size: height and width of the images in pixels.
  ///   - context: seed and device of the run.
  /// - Throws: `MethodError.unsupported` for a size that three halvings do not fit.
  public init(
    _ settings: AutoencoderSettings, encoderOutputs: Int? = nil, size: Int,
    context: MethodContext
  ) throws {
    let outputs = encoderOutputs ?? settings.dimensions
    var stream = RandomStream(seed: context.seed, purpose: .weights)
    switch settings.architecture {
    case .dense:
      let widths = [3 * size * size, settings.hidden, settings.hidden, 4 * settings.hidden]
      encoder = DenseCoder(
        widths + [outputs], image: nil, on: context.device, from: &stream)
      decoder = DenseCoder(
        [settings.dimensions] + widths.reversed(), image: size, on: context.device, from: &stream)
    case .convolutional:
      guard size.isMultiple(of: 8) else {
        throw MethodError.unsupported(
          method: "a convolutional autoencoder",
          reason: "it takes images of a multiple of 8 pixels, not \(size)"
        )
      }
      encoder = ConvolutionalEncoder(
        settings, outputs: outputs, size: size, on: context.device, from: &stream)
      decoder = ConvolutionalDecoder(settings, size: size, on: context.device, from: &stream)
    }
  }

  public var children: [(name: String, module: any Module)] {
    [("encoder", encoder), ("decoder", decoder)]
  }
}

/// Half of an autoencoder.
package protocol Coder: Module {
  /// Images to codes, or codes to images.
  /// - Parameters:
  ///   - input: [B, 3, S, S] or [B, D].
  ///   - training: whether batch normalisation takes the batch's statistics.
  func callAsFunction(_ input: Tensor, training: Bool) -> Tensor
}

/// Linear layers with ReLU between them.
private struct DenseCoder: Coder {
  private let layers: [Linear]
  /// The side of the image that the output is; nil where the input is the image.
  private let image: Int?

  init(
    _ widths: [Int], image: Int?, on device: Device, from stream: inout RandomStream
  ) {
    var layers: [Linear] = []
    for (inputs, outputs) in zip(widths, widths.dropFirst()) {
      layers.append(Linear(inputs, outputs, on: device, from: &stream))
    }
    self.layers = layers
    self.image = image
  }

  var children: [(name: String, module: any Module)] {
    layers.enumerated().map { ("\($0.offset)", $0.element) }
  }

  func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
    var x = image == nil ? input.contiguous().reshaped([input.size(0), -1]) : input
    for (number, layer) in layers.enumerated() {
      x = layer(number == 0 ? x : x.relu())
    }
    return image.map { x.reshaped([x.size(0), 3, $0, $0]) } ?? x
  }
}

/// [B, 3, S, S] to [B, D].
private struct ConvolutionalEncoder: Coder {
  private var layers: [(convolution: Convolution, normalisation: BatchNormalisation)] = []
  private let code: Linear

  init(
    _ settings: AutoencoderSettings, outputs codeLength: Int, size: Int, on device: Device,
    from stream: inout RandomStream
  ) {
    var inputs = 3
    for stage in 0..<3 {
      let outputs = settings.channels << stage
      layers.append(
        (
          Convolution(
            inputs, outputs, kernel: 4, stride: 2, padding: 1, on: device, from: &stream),
          BatchNormalisation(outputs, on: device)
        ))
      inputs = outputs
    }
    code = Linear(
      inputs * (size / 8) * (size / 8), codeLength, on: device, from: &stream)
  }

  var children: [(name: String, module: any Module)] {
    layers.enumerated().flatMap { number, layer in
      [
        ("conv\(number + 1)", layer.convolution as any Module),
        ("bn\(number + 1)", layer.normalisation),
      ]
    } + [("code", code)]
  }

  func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
    var x = input
    for layer in layers {
      x = layer.normalisation.rectified(layer.convolution(x), training: training)
    }
    return code(x.contiguous().reshaped([x.size(0), -1]))
  }
}

/// [B, D] to [B, 3, S, S].
private struct ConvolutionalDecoder: Coder {
  private let code: Linear
  private var layers: [(convolution: TransposedConvolution, normalisation: BatchNormalisation)] = []
  private let last: TransposedConvolution
  private let channels: Int
  private let side: Int

  init(
    _ settings: AutoencoderSettings, size: Int, on device: Device,
    from stream: inout RandomStream
  ) {
    channels = settings.channels << 2
    side = size / 8
    code = Linear(settings.dimensions, channels * side * side, on: device, from: &stream)
    for stage in [1, 0] {
      layers.append(
        (
          TransposedConvolution(
            settings.channels << (stage + 1), settings.channels << stage, kernel: 4, stride: 2,
            padding: 1, on: device, from: &stream),
          BatchNormalisation(settings.channels << stage, on: device)
        ))
    }
    last = TransposedConvolution(
      settings.channels, 3, kernel: 4, stride: 2, padding: 1, on: device, from: &stream)
  }

  var children: [(name: String, module: any Module)] {
    [("code", code as any Module)]
      + layers.enumerated().flatMap { number, layer in
        [
          ("conv\(number + 1)", layer.convolution as any Module),
          ("bn\(number + 1)", layer.normalisation),
        ]
      } + [("conv3", last)]
  }

  func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
    var x = code(input).relu().reshaped([input.size(0), channels, side, side])
    for layer in layers {
      x = layer.normalisation.rectified(layer.convolution(x), training: training)
    }
    return last(x)
  }
}

extension FeatureClustering {
  /// The cluster of each of `images` by the codes of their plain views.
  func assign(
    _ images: ImageSet, by encoder: any Coder, _ augmentation: Augmentation
  ) throws -> [Int32] {
    try assign(images) { images in
      try augmentation.overAll(images) { views, _ in encoder(views, training: false) }.floats()
    }
  }
}
