/// The numbers of verdicts by kind: the last line of a diff. A score that is not comparable counts
/// once, under its first reason.
package struct DiffSummary: Equatable, Sendable {
  /// Scores within the tolerance, protocol and recipe being the same.
  package private(set) var reproduced = 0
  /// The marks of the reproduced scores with their numbers: "one seed 3".
  package private(set) var marks: [Count] = []
  /// Scores outside the tolerance, protocol and recipe being the same.
  package private(set) var differs = 0
  /// Scores with a known difference.
  package private(set) var notComparable = 0
  /// Their first differences, by aspect, the most frequent first: "recipe 12".
  package private(set) var reasons: [Count] = []
  /// Scores against rows whose protocol is unknown.
  package private(set) var unknownProtocol = 0
  /// How many of those are within the tolerance.
  package private(set) var agreeing = 0
  /// Cells without a published figure.
  package private(set) var withoutReference = 0
  /// Lines without a measured score.
  package private(set) var withoutResult = 0

  /// A text with the number of its occurrences.
  package struct Count: Equatable, Sendable {
    /// A mark or an aspect, as printed.
    package let name: String
    public fileprivate(set) var count: Int
  }

  /// Scores with a verdict that counts: reproduced and differing ones.
  package var comparable: Int { reproduced + differs }
  /// The reproduced scores as a fraction of the comparable ones; 0 without comparable scores.
  package var reproducedShare: Double {
    comparable == 0 ? 0 : Double(reproduced) / Double(comparable)
  }

  /// Counts the verdicts.
  init(_ comparisons: [Comparison]) {
    for comparison in comparisons {
      switch comparison.verdict {
      case .reproduced:
        reproduced += 1
        for mark in comparison.marks { marks.add(mark.text) }
      case .differs: differs += 1
      case .unknownProtocol(let isWithin):
        unknownProtocol += 1
        if isWithin { agreeing += 1 }
      case .notComparable(let differences):
        notComparable += 1
        if let first = differences.first { reasons.add(first.aspect.rawValue) }
      case .noReference: withoutReference += 1
      case .noResult: withoutResult += 1
      }
    }
    reasons.sortByCount()
  }

  /// The counts as a sentence: "reproduced 3 of 9 comparable, 24 not comparable (recipe 20, data
  /// 4); 6 with an unknown protocol (2 agree)".
  package var text: String {
    var text =
      "reproduced \(reproduced) of \(comparable) comparable\(marks.inBrackets("marked: "))"
      + ", \(notComparable) not comparable\(reasons.inBrackets())"
    if unknownProtocol > 0 {
      text += "; \(unknownProtocol) with an unknown protocol (\(agreeing) agree)"
    }
    if withoutReference > 0 { text += "; \(withoutReference) without a published figure" }
    if withoutResult > 0 { text += "; \(withoutResult) without a result" }
    return text
  }
}

extension [DiffSummary.Count] {
  /// Adds one to the number of a text.
  mutating func add(_ name: String) {
    if let index = firstIndex(where: { $0.name == name }) {
      self[index].count += 1
    } else {
      append(DiffSummary.Count(name: name, count: 1))
    }
  }

  /// The most frequent first, those of one number by name.
  mutating func sortByCount() {
    sort { ($1.count, $0.name) < ($0.count, $1.name) }
  }

  /// " (recipe 12, data 4)"; nothing for none.
  func inBrackets(_ heading: String = "") -> String {
    isEmpty ? "" : " (\(heading)\(map { "\($0.name) \($0.count)" }.joined(separator: ", ")))"
  }
}
