/// The result of comparing a measured score with a reference.
package enum Verdict: Equatable, Sendable {
  /// Same protocol and recipe, and the score is within the tolerance.
  case reproduced
  /// Same protocol and recipe, and the score is outside the tolerance. Only this makes `scl diff`
  /// exit with 1.
  case differs
  /// Too little is known about the published protocol for a conclusion. The comparison is shown
  /// anyway.
  case unknownProtocol(isWithin: Bool)
  /// Known differences rule out a comparison. At least one; the first is the one that is counted.
  case notComparable([Difference])
  /// There is no published figure, for this reason.
  case noReference(String)
  /// There is no measured score: the cell's state, and the reason if there is one.
  case noResult(ResultCell.State, String?)

  /// The verdict without marks: "not comparable".
  package var title: String {
    switch self {
    case .reproduced: "reproduced"
    case .differs: "differs"
    case .unknownProtocol(let isWithin):
      (isWithin ? "agrees" : "differs") + ", protocol unknown"
    case .notComparable: "not comparable"
    case .noReference: "no published figure"
    case .noResult(let state, _): state.rawValue
    }
  }

  /// Whether a measured score was compared with a reference.
  package var isComparison: Bool {
    switch self {
    case .reproduced, .differs, .unknownProtocol: true
    case .notComparable, .noReference, .noResult: false
    }
  }

  /// The reasons that the title does not state.
  package var reasons: [String] { reasons(atMost: nil) }

  /// The same with at most so many settings of a recipe written out; nil for all.
  package func reasons(atMost most: Int?) -> [String] {
    switch self {
    case .reproduced, .differs, .unknownProtocol: []
    case .notComparable(let differences): differences.map { $0.text(atMost: most) }
    case .noReference(let reason): [reason]
    case .noResult(_, let reason): reason.map { [$0] } ?? []
    }
  }
}
