/// What a comparison of a measured score with a reference comes to.
package enum Verdict: Equatable, Sendable {
  case reproduced
  case differs
  /// Of a row of which too little is known to compare like with like, so that nothing follows from it.
  case unknownProtocol(isWithin: Bool)
  /// The protocols or the recipes are known to differ, in what is listed.
  case notComparable([Difference])
  /// There is nothing to compare with, for this reason.
  case noReference(String)
  /// Nothing was measured: the cell's state, and the reason if there is one.
  case noResult(ResultCell.State, String?)

  /// The verdict in words: "not comparable".
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

  /// Whether a measured score was held against another of the same protocol, as far as that is known.
  package var isComparison: Bool {
    switch self {
    case .reproduced, .differs, .unknownProtocol: true
    case .notComparable, .noReference, .noResult: false
    }
  }

  /// Why, where the title alone does not say.
  package var reasons: [String] { reasons(atMost: nil) }

  /// - Parameter most: the number of settings that are written out; nil for all.
  func reasons(atMost most: Int?) -> [String] {
    switch self {
    case .reproduced, .differs, .unknownProtocol: []
    case .notComparable(let differences): differences.map { $0.text(atMost: most) }
    case .noReference(let reason): [reason]
    case .noResult(_, let reason): reason.map { [$0] } ?? []
    }
  }
}
