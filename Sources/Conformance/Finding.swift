/// What every method promises, and the suite checks.
public enum Promise: String, CaseIterable, Codable, Sendable {
  case description
  case settings
  case determinism
  case seed
  case resumption
  case gradients
  case loss
  case assignments
  case repeatability
  case blindness

  /// The promise in words.
  public var statement: String {
    switch self {
    case .description: "it says what it is, where it comes from, and of which year"
    case .settings: "every setting is documented once and accepted at its default and its bounds"
    case .determinism: "the same seed gives the same bits, on one thread and on two"
    case .seed: "another seed begins with other bits and draws other views"
    case .resumption: "taken up from a checkpoint, between epochs or within one, it goes on alike"
    case .gradients: "gradients reach every parameter and nothing else"
    case .loss: "the loss is finite, has the same terms in every step, and falls"
    case .assignments: "every image gets one of the K clusters"
    case .repeatability: "asking for clusters changes nothing"
    case .blindness: "clusters come from pixels, not from labels or the order of images"
    }
  }
}

/// A promise that a method does not keep, and how that showed.
public struct Finding: Hashable, Codable, Sendable, CustomStringConvertible {
  /// The method's name.
  public let method: String
  public let promise: Promise
  public let detail: String

  public var description: String { "\(method) breaks '\(promise.statement)': \(detail)" }
}
