import Core
import Domain
import Records

/// In what a measured cell and its reference were not obtained alike.
package struct Difference: Hashable, Sendable {
  /// What they differ in.
  package enum Aspect: String, Sendable {
    case method
    case data
    case recipe
    case statistic
    case learnt = "images learnt from"
    case scored = "scored images"
    case imageSize = "image size"
    case pixels
    case backbone
    case checkpoint
    case labels
    case clusters
    case candidates = "checkpoint's candidates"
    case profile
    case benchmarkFile = "benchmark file"
  }

  package let aspect: Aspect
  /// At least one; of a recipe the settings that differ, the most telling first.
  package let details: [String]

  package init(_ aspect: Aspect, _ details: [String]) {
    self.aspect = aspect
    self.details = details
  }

  init(_ aspect: Aspect, _ detail: String) {
    self.init(aspect, [detail])
  }

  /// "recipe: epochs 20 of 1000, width 32 of 64, and 3 more".
  /// - Parameter most: the number of details that are written out; nil for all.
  func text(atMost most: Int? = nil) -> String {
    let shown = details.prefix(most ?? details.count)
    let rest = details.count - shown.count
    return "\(aspect.rawValue): " + shown.joined(separator: ", ")
      + (rest > 0 ? ", and \(rest) more (--json has all)" : "")
  }

  /// A few words for a table: the most telling setting of a recipe, otherwise what the difference is in.
  var headline: String {
    guard aspect == .recipe, let first = details.first else { return aspect.rawValue }
    return details.count > 1 ? "\(first), ..." : first
  }
}

extension Difference: CustomStringConvertible {
  package var description: String { text() }
}

extension Departure {
  /// "epochs 20 of 1000", "optimiser sgd instead of adam".
  var text: String {
    if case .integer(let value) = value, case .integer(let standard) = standard, value < standard {
      return "\(name) \(value) of \(standard)"
    }
    return "\(name) \(value) instead of \(standard)"
  }

  /// The most telling first, the method's own before those of what it starts from.
  static func precedes(_ first: Departure, _ second: Departure) -> Bool {
    (first.rank, first.isOfStage ? 1 : 0, first.name)
      < (second.rank, second.isOfStage ? 1 : 0, second.name)
  }

  private var isOfStage: Bool { name.contains(".") }

  private var rank: Int {
    let setting = name.split(separator: ".").last.map(String.init) ?? name
    return SettingName.byImportance.firstIndex(of: setting) ?? SettingName.byImportance.count
  }
}
