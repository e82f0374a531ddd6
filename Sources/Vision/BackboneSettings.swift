import Core
import Domain
import Torch

/// The shape of a residual network: what a network that goes on from another's has in common with it.
///
///     var shape = BackboneShape()
///     shape.depth = .thirtyFour
public struct BackboneShape: Configurable, Equatable {
  /// The number of layers.
  ///
  ///     var backbone = BackboneSettings()
  ///     backbone.depth = .thirtyFour
  public enum Depth: String, CaseIterable, Sendable {
    /// 2, 2, 2 and 2 blocks in the four stages.
    case eighteen = "18"
    /// 3, 4, 6 and 3 blocks.
    case thirtyFour = "34"
  }

  /// The number of layers.
  public var depth = Depth.eighteen
  /// Channels w of the first stage; the others have 2w, 4w and 8w.
  public var width = 64
  /// The layers before the first stage.
  public var stem = ResNetStem.small

  public init() {}

  public static let schema = SettingsSchema<Self>([
    .choice(SettingName.depth, \.depth, "layers of the residual network"),
    // Below 16, Debian's oneDNN corrupts memory on two threads and an odd batch (the gradient of a 1x1
    // convolution of stride 2 with 8 channels; Python's torch on it does the same).
    .integer(
      SettingName.width, \.width, in: 16...256,
      "channels of the first stage; the published one has 64"),
    .choice("stem", \.stem, "first layers of the residual network"),
  ])
}

/// Where the weights of a residual network start from.
///
///     var backbone = BackboneSettings()
///     backbone.start.residualGamma = 0
public struct BackboneStart: Configurable, Equatable {
  /// The distribution of the weights of convolutions.
  public var convolutions = ConvolutionInitialisation.he
  /// The weight of each block's last normalisation. 0 makes every block the identity at first (Goyal et
  /// al., "Accurate, Large Minibatch SGD", 2017, section 5.1).
  public var residualGamma = 1.0

  public init() {}

  public static let schema = SettingsSchema<Self>([
    .choice(
      "backbone_initialisation", \.convolutions, "where the weights of convolutions start from"),
    .number(
      "residual_gamma", \.residualGamma, in: 0...1,
      "where the weight of each residual block's last normalisation starts"),
  ])
}

/// The backbone of a method that learns it from the start: its shape and its initial weights.
///
/// ```swift
/// var settings = BackboneSettings()
/// settings.depth = .thirtyFour
/// settings.start.residualGamma = 0
/// ```
@dynamicMemberLookup
public struct BackboneSettings: Configurable {
  public typealias Depth = BackboneShape.Depth

  /// Depth, width and stem.
  public var shape = BackboneShape()
  /// The initial weights.
  public var start = BackboneStart()

  public init() {}

  /// A backbone of this shape, with weights that are replaced by those of another.
  public init(_ shape: BackboneShape) { self.shape = shape }

  /// The parts of the shape: `settings.depth`.
  public subscript<Value>(dynamicMember path: WritableKeyPath<BackboneShape, Value>) -> Value {
    get { shape[keyPath: path] }
    set { shape[keyPath: path] = newValue }
  }

  public static let schema = SettingsSchema<Self>().including(\.shape, \.start)
}
