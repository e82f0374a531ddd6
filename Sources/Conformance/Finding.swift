/// A promise that every method makes and `Conformance` checks. The raw value is the name in options
/// and in JSON.
///
///     let broken = try Conformance().findings(of: MyMethod.self).map(\.promise)
///     if broken.contains(.determinism) { print(Promise.determinism.statement) }
public enum Promise: String, CaseIterable, Codable, Sendable {
  /// Finds a missing title or summary, a name that is no identifier, a reference without a year,
  /// and a version below 1.
  case description
  /// Finds settings that are undocumented, doubled or missing in the schema, and ranges that do not
  /// hold: each default and each bound must be accepted, and the next value outside refused.
  case settings
  /// Finds use of unseeded randomness or of races: two runs of one seed are compared bit by bit, on
  /// one thread and again on two.
  case determinism
  /// Finds a constant seed: two seeds must start with different bits, and draw different views if
  /// views are drawn at all.
  case seed
  /// Finds state that is missing in `memory`: a run that goes through a checkpoint must end with
  /// the bits of one that does not.
  case resumption
  /// Finds parameters that are never trained, buffers and memory that are, and two tensors with one
  /// name, of which a checkpoint could keep only one.
  case gradients
  /// Finds a sign error or a detached graph: on the same images, the loss must fall within twelve
  /// steps.
  case loss
  /// Finds missing assignments and cluster numbers outside 0..<K, and read-outs that cannot be scored or recorded.
  case assignments
  /// Finds an `assign` or `readOuts` that changes state, such as batch statistics that are updated while scoring.
  case repeatability
  /// Finds use of labels, read from the benchmark file or inferred from the order of images.
  case blindness

  /// The promise as a sentence, for the output of `scl methods --check`.
  public var statement: String {
    switch self {
    case .description: "it has a valid name, a title, a summary and a reference with its year"
    case .settings:
      "every setting has its own name, is documented, and accepts its default and bounds"
    case .determinism: "the same seed gives the same bits, on one thread and on two"
    case .seed: "another seed starts from different bits and draws different views"
    case .resumption:
      "resumed from a checkpoint, between epochs or within one, it ends with the same bits"
    case .gradients: "gradients reach every parameter and nothing else"
    case .loss: "the loss is finite, has the same terms in every step, and falls"
    case .assignments: "every image is assigned to one of the K clusters"
    case .repeatability: "assigning clusters changes no state"
    case .blindness: "clusters depend on pixels only, not on labels or the order of images"
    }
  }
}

/// A promise that a method breaks, with the evidence.
///
/// The description is one line: "MyMethod breaks 'the loss is finite, ...': it does not fall ...".
///
///     for finding in try Conformance().findings(of: MyMethod.self) {
///       print(finding)   // MyMethod breaks 'the loss is finite, ...': it does not fall ...
///     }
public struct Finding: Hashable, Codable, Sendable, CustomStringConvertible {
  /// The method's name, `Method.description.name`.
  public let method: String
  public let promise: Promise
  /// What the check observed, as a clause: "two runs with the same seed give different clusters".
  public let detail: String

  public var description: String { "\(method) breaks '\(promise.statement)': \(detail)" }
}
