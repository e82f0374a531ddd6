import Core
import Domain
import Records

/// A known difference between a measured cell and its reference that rules out a comparison.
package struct Difference: Hashable, Sendable {
  /// The dimension of the difference. The raw value is printed, and counted in the summary.
  package enum Aspect: String, Sendable {
    /// The row's note says that it is another method.
    case method
    /// Images are missing, or belong to a rehearsal.
    case data
    /// Settings differ from the recipe of the row.
    case recipe
    /// The row is the best of more trials, or a mean over heads.
    case statistic
    /// The method learned from other splits.
    case learnt = "training images"
    /// Other splits were scored.
    case scored = "scored images"
    /// The network saw images of another size.
    case imageSize = "image size"
    /// The row used whole photographs, and ours are enlarged squares.
    case pixels
    /// Another network.
    case backbone
    /// Another rule chose the reported epoch.
    case checkpoint
    /// We scored by fine classes.
    case labels
    /// We asked for another number of clusters than there are classes.
    case clusters
    /// The checkpoint rule chose among more or fewer epochs.
    case candidates = "checkpoint candidates"
    /// Against other results: another profile of the experiment file.
    case profile
    /// Against other results: the benchmark file has another content.
    case benchmarkFile = "benchmark file"
  }

  /// The dimension in which they differ.
  package let aspect: Aspect
  /// At least one. For a recipe, the settings that differ, the most important first.
  package let details: [String]

  package init(_ aspect: Aspect, _ details: [String]) {
    self.aspect = aspect
    self.details = details
  }

  init(_ aspect: Aspect, _ detail: String) {
    self.init(aspect, [detail])
  }

  /// "recipe: epochs 20 of 1000, width 32 of 64, and 3 more (--json has all)".
  /// - Parameter most: the number of details to write out; nil for all.
  func text(atMost most: Int? = nil) -> String {
    "\(aspect.rawValue): \(list(atMost: most))"
  }

  /// The details alone: "epochs 20 of 1000, width 32 of 64, and 3 more (--json has all)".
  func list(atMost most: Int? = nil) -> String {
    let shown = details.prefix(most ?? details.count)
    let rest = details.count - shown.count
    return shown.joined(separator: ", ") + (rest > 0 ? ", and \(rest) more (--json has all)" : "")
  }

  /// A few words for a table: the most important setting of a recipe, otherwise the aspect.
  var headline: String {
    guard aspect == .recipe, let first = details.first else { return aspect.rawValue }
    return details.count > 1 ? "\(first), ..." : first
  }
}

extension Difference: CustomStringConvertible {
  package var description: String { text() }
}

extension Departure {
  /// The departure in words: "epochs 20 of 1000" for a smaller integer, else "optimiser sgd instead
  /// of adam".
  package var text: String {
    if case .integer(let value) = value, case .integer(let standard) = standard, value < standard {
      return "\(name) \(value) of \(standard)"
    }
    return "\(name) \(value) instead of \(standard)"
  }

  /// Orders departures by importance (`SettingName.byImportance`), then the method's own before
  /// those of its stage, then by name.
  static func precedes(_ first: Departure, _ second: Departure) -> Bool {
    (first.rank, first.isOfStage ? 1 : 0, first.name)
      < (second.rank, second.isOfStage ? 1 : 0, second.name)
  }

  /// Settings of a stage have its method as a prefix.
  private var isOfStage: Bool { name.contains(".") }

  /// The position in `SettingName.byImportance`, without the prefix of a stage.
  private var rank: Int {
    let setting = name.split(separator: ".").last.map(String.init) ?? name
    return SettingName.byImportance.firstIndex(of: setting) ?? SettingName.byImportance.count
  }
}
