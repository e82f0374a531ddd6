import Core
import Foundation
import Torch

/// How slowly a momentum encoder follows, and whether it stops by and by.
///
///     let momentum = MomentumSettings(0.99, course: .cosine)
///     momentum.value(at: 0.5)   // 0.995, half-way through the run
public struct MomentumSettings: Configurable {
  /// How the momentum changes over a run.
  ///
  ///     var momentum = MomentumSettings(0.999, course: .constant)
  public enum Course: String, CaseIterable, Sendable {
    /// It stays.
    case constant
    /// Rises to 1 along half a cosine (Grill et al., BYOL, NeurIPS 2020, section 3.2).
    case cosine
  }

  /// m, the share of its old weights that the follower keeps.
  public var momentum = 0.999
  /// How the momentum changes over a run.
  public var course = Course.constant

  public init() {}

  /// Settings with the defaults of a method.
  public init(_ momentum: Double, course: Course = .constant) {
    self.momentum = momentum
    self.course = course
  }

  public static let schema = SettingsSchema<Self>([
    .number(
      "encoder_momentum", \.momentum, in: 0...1, "share of its old weights that the target keeps"),
    .choice(
      "encoder_momentum_course", \.course, scaledByEpochs: [.cosine],
      "how that share changes over the run"),
  ])

  /// The momentum once `progress`, 0 to 1, of the training is done:
  /// 1 - (1 - m) (cos(pi progress) + 1) / 2 where it rises.
  public func value(at progress: Double) -> Double {
    switch course {
    case .constant: momentum
    case .cosine: 1 - (1 - momentum) * (cos(.pi * progress) + 1) / 2
    }
  }
}

/// A network whose parameters follow those of another of the same shape, and that gets no gradients
/// (He et al., "Momentum Contrast", CVPR 2020, equation 2; the target network of BYOL).
///
/// Its running statistics are those of its own passes, as in both methods' code.
///
/// ```swift
/// let target = try MomentumEncoder(
///   following: encoder,
///   copy: Encoder(settings.backbone, projection: settings.projection, context: context))
/// let keys = target { $0(batch.views[1], training: true) }
/// target.follow(momentum: 0.999)
/// ```
public struct MomentumEncoder<Network: Module> {
  /// The network that follows.
  public let network: Network
  private let pairs: [(followed: Tensor, follower: Tensor)]

  /// - Parameters:
  ///   - followed: the network that learns.
  ///   - copy: another network of the same shape; it takes over the tensors of `followed`.
  public init(following followed: Network, copy: Network) throws {
    network = copy
    let tensors = followed.state.map { ($0.name, $0.tensor) }
    try copy.load(Dictionary(uniqueKeysWithValues: tensors))
    for parameter in copy.parameters { parameter.tensor.settingRequiresGradient(false) }
    pairs = zip(followed.parameters, copy.parameters).map { ($0.tensor, $1.tensor) }
  }

  /// What training goes on from: belongs to a method's `memory`.
  public var memory: [NamedTensor] { network.state.map { ("target." + $0.name, $0.tensor) } }

  /// theta' = m theta' + (1 - m) theta.
  public func follow(momentum: Double) {
    Torch.withoutGradients {
      for (followed, follower) in pairs {
        follower.scale(by: momentum)
        follower.add(followed, scale: 1 - momentum)
      }
    }
  }

  /// `body` of the network, without gradients.
  public func callAsFunction<Result>(_ body: (Network) throws -> Result) rethrows -> Result {
    try Torch.withoutGradients { try body(network) }
  }
}
