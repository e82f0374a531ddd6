import Core
import Torch

/// What lies between a backbone's features and the embeddings that a loss compares.
///
///     var projection = ProjectionSettings(.mlp, dimensions: 128)
public enum ProjectionKind: String, CaseIterable, Sendable {
  /// One linear layer (InstDisc).
  case linear
  /// Linear, ReLU, linear (SimCLR version 1, MoCo version 2, CC).
  case mlp
  /// Linear, batch normalisation, ReLU, linear (BYOL).
  case mlpBatchNormalised = "mlp-bn"
  /// Three linear layers, a ReLU after the first two, and batch normalisation after each: the last one's
  /// has no bias (SimCLR's code and version 2).
  case deepBatchNormalised = "mlp3-bn"
  /// The same with a last normalisation that is not learnt (SimSiam).
  case deepPlain = "mlp3-bn-plain"
  /// The same with a last normalisation that has weight and bias (ProPos's SimSiam).
  case deepAffine = "mlp3-bn-affine"
  /// Two such layers, the last normalisation with weight and bias (ProPos's SimSiam on CIFAR).
  case affine = "mlp2-bn-affine"

  /// What a normalisation of the output learns: a weight, and a bias; nil where there is none.
  fileprivate var lastNormalisation: (hasWeight: Bool, hasBias: Bool)? {
    switch self {
    case .linear, .mlp, .mlpBatchNormalised: nil
    case .deepBatchNormalised: (true, false)
    case .deepPlain: (false, false)
    case .deepAffine, .affine: (true, true)
    }
  }
}

/// The shape of a projection head. The default is one linear layer to 128 dimensions.
///
///     var projection = ProjectionSettings(.mlpBatchNormalised, hidden: 4_096, dimensions: 256)
public struct ProjectionSettings: Configurable {
  /// The layers.
  public var kind = ProjectionKind.linear
  /// The width of hidden layers; 0 stands for that of the features.
  public var hidden = 0
  /// D, the length of an embedding.
  public var dimensions = 128

  public init() {}

  /// Settings with the defaults of a method.
  public init(_ kind: ProjectionKind, hidden: Int = 0, dimensions: Int) {
    self.kind = kind
    self.hidden = hidden
    self.dimensions = dimensions
  }

  /// The shape of the head whose tensors have these names and shapes.
  /// - Throws: `StateError` where there is none.
  init(of tensors: [String: Tensor], under prefix: String) throws {
    guard let first = tensors[prefix + "0.weight"] else {
      throw StateError.missing(prefix + "0.weight")
    }
    if let last = tensors[prefix + "6.weight"] {
      let normalisation = (tensors[prefix + "7.weight"], tensors[prefix + "7.bias"])
      let kind: ProjectionKind =
        normalisation.0 == nil
        ? .deepPlain : normalisation.1 == nil ? .deepBatchNormalised : .deepAffine
      self.init(kind, hidden: first.size(0), dimensions: last.size(0))
    } else if let last = tensors[prefix + "2.weight"] {
      self.init(.mlp, hidden: first.size(0), dimensions: last.size(0))
    } else if let last = tensors[prefix + "3.weight"] {
      let isNormalised = tensors[prefix + "4.running_mean"] != nil
      self.init(
        isNormalised ? .affine : .mlpBatchNormalised, hidden: first.size(0),
        dimensions: last.size(0))
    } else {
      self.init(.linear, dimensions: first.size(0))
    }
  }

  public static let schema = SettingsSchema<Self>([
    .choice("projection", \.kind, "layers between features and embedding"),
    .integer(
      "projection_hidden", \.hidden, in: 0...16_384,
      "width of the projection's hidden layers; 0: as wide as the features"),
    .integer("dimensions", \.dimensions, in: 2...4096, "length D of an embedding"),
  ])
}

/// A projection or prediction head. Its layers are numbered as in a torch.nn.Sequential, of which a ReLU
/// is one too.
///
///     let head = ProjectionHead(settings, inputs: 512, on: context.device, from: &stream)
///     let embeddings = head(features, training: true)   // [B, D]
public struct ProjectionHead: Module {
  private enum Layer {
    case linear(Linear)
    case normalisation(BatchNormalisation)
    case relu

    var module: (any Module)? {
      switch self {
      case .linear(let layer): layer
      case .normalisation(let layer): layer
      case .relu: nil
      }
    }
  }

  private let layers: [Layer]

  /// - Parameters:
  ///   - settings: kind and sizes of the layers.
  ///   - inputs: length F of the vectors that it is given.
  ///   - initialisation: the distribution of the linear layers' weights.
  ///   - device: where the tensors are.
  ///   - stream: what the weights are drawn from.
  public init(
    _ settings: ProjectionSettings, inputs: Int,
    initialisation: LinearInitialisation = .torchDefault, on device: Device,
    from stream: inout RandomStream
  ) {
    let hidden = settings.hidden == 0 ? inputs : settings.hidden
    var layers: [Layer] = []
    var width = inputs
    /// A normalisation takes the mean away, and a bias before it has nothing to do.
    func append(_ outputs: Int, hasBias: Bool = true) {
      layers.append(
        .linear(
          Linear(
            width, outputs, hasBias: hasBias, initialisation: initialisation, on: device,
            from: &stream)))
      width = outputs
    }
    func appendNormalisedHidden() {
      append(hidden, hasBias: false)
      layers += [.normalisation(BatchNormalisation(hidden, on: device)), .relu]
    }
    switch settings.kind {
    case .linear: break
    case .mlp:
      append(hidden)
      layers.append(.relu)
    case .mlpBatchNormalised, .affine: appendNormalisedHidden()
    case .deepBatchNormalised, .deepPlain, .deepAffine:
      appendNormalisedHidden()
      appendNormalisedHidden()
    }
    let last = settings.kind.lastNormalisation
    append(settings.dimensions, hasBias: last == nil)
    if let last {
      layers.append(
        .normalisation(
          BatchNormalisation(
            settings.dimensions, hasWeight: last.hasWeight, hasBias: last.hasBias, on: device)))
    }
    self.layers = layers
  }

  public var children: [(name: String, module: any Module)] {
    layers.enumerated().compactMap { number, layer in layer.module.map { ("\(number)", $0) } }
  }

  /// [B, F] to [B, D], not normalised to the unit sphere.
  public func callAsFunction(_ features: Tensor, training: Bool) -> Tensor {
    layers.reduce(features) { vectors, layer in
      switch layer {
      case .linear(let linear): linear(vectors)
      case .normalisation(let normalisation): normalisation(vectors, training: training)
      case .relu: vectors.relu()
      }
    }
  }
}
