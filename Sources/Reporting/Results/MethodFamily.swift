/// The groups of rows in a result table, in their order.
enum MethodFamily {
  private static let families = [
    (name: "classical", title: "Classical"),
    (name: "reconstruction", title: "Reconstruction"),
    (name: "deep clustering", title: "Deep clustering"),
    (name: "contrastive", title: "Contrastive"),
    (name: "semantic", title: "Semantic contrastive"),
  ]

  /// Rows of this family bound the scores; they compete with no one and stand last.
  static let control = "control"

  static func title(of family: String) -> String {
    if family == control { return "Controls" }
    return families.first { $0.name == family }?.title ?? family
  }

  /// Known families first, then others by name, then the controls.
  static func precedes(_ first: String, _ second: String) -> Bool {
    (rank(first), first) < (rank(second), second)
  }

  private static func rank(_ family: String) -> Int {
    if family == control { return families.count + 1 }
    return families.firstIndex { $0.name == family } ?? families.count
  }
}
