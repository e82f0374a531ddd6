import Core
import Torch

/// What lies between a backbone's features and the embeddings that a loss compares.
public enum ProjectionKind: String, CaseIterable, Sendable {
  /// One linear layer (InstDisc).
  case linear
  /// Linear, ReLU, linear (SimCLR version 1, MoCo version 2, CC).
  case mlp
  /// Linear, batch normalisation, ReLU, linear (BYOL).
  case mlpBatchNormalised = "mlp-bn"
}

/// The shape of a projection head. The default is one linear layer to 128 dimensions.
public struct ProjectionSettings: Configurable {
  public var kind = ProjectionKind.linear
  public var hidden = 0
  public var dimensions = 128

  public init() {}

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
    if let last = tensors[prefix + "2.weight"] {
      self.init(.mlp, hidden: first.shape[0], dimensions: last.shape[0])
    } else if let last = tensors[prefix + "3.weight"] {
      self.init(.mlpBatchNormalised, hidden: first.shape[0], dimensions: last.shape[0])
    } else {
      self.init(.linear, dimensions: first.shape[0])
    }
  }

  public static let schema = SettingsSchema<Self>([
    .choice("projection", \.kind, "layers between features and embedding"),
    .integer(
      "projection_hidden", \.hidden, in: 0...16_384,
      "width of the projection's hidden layer; 0: as wide as the features"),
    .integer("dimensions", \.dimensions, in: 2...4096, "length D of an embedding"),
  ])
}

/// A projection or prediction head. Its layers are numbered as in a torch.nn.Sequential.
public struct ProjectionHead: Module {
  private let first: Linear
  private let normalisation: BatchNormalisation?
  private let last: Linear?

  /// - Parameter inputs: length F of the vectors that it is given.
  public init(
    _ settings: ProjectionSettings, inputs: Int, on device: Device,
    from stream: inout RandomStream
  ) throws {
    let hidden = settings.hidden == 0 ? inputs : settings.hidden
    switch settings.kind {
    case .linear:
      first = try Linear(inputs, settings.dimensions, on: device, from: &stream)
      normalisation = nil
      last = nil
    case .mlp, .mlpBatchNormalised:
      let isNormalised = settings.kind == .mlpBatchNormalised
      // The normalisation takes the mean away, and a bias with it.
      first = try Linear(inputs, hidden, hasBias: !isNormalised, on: device, from: &stream)
      normalisation = isNormalised ? try BatchNormalisation(hidden, on: device) : nil
      last = try Linear(hidden, settings.dimensions, on: device, from: &stream)
    }
  }

  public var children: [(name: String, module: any Module)] {
    let layers: [any Module] = [first]
    let middle: [any Module] = normalisation.map { [$0] } ?? []
    // The ReLU has a number too.
    let numbered = (layers + middle).enumerated().map { ("\($0.offset)", $0.element) }
    return numbered + (last.map { [("\(numbered.count + 1)", $0)] } ?? [])
  }

  /// [B, F] to [B, D], not normalised.
  public func callAsFunction(_ features: Tensor, training: Bool) throws -> Tensor {
    let hidden = try first(features)
    guard let last else { return hidden }
    let normalised = try normalisation.map { try $0(hidden, training: training) } ?? hidden
    return try last(normalised.relu())
  }
}
