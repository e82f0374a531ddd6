import Core
import Domain
import Records

/// The settings in which a cell departs from the recipe of a published row.
///
/// The recipe is the method's default settings on the benchmark, overridden by those that the row's
/// protocol lists. Network and view size are left out where the protocol states them itself;
/// `ProtocolComparison` compares those directly.
struct RecipeComparison {
  /// The most important first; nil if they are unknown, as of a record that does not list them, so that the recipe
  /// cannot be compared.
  let departures: [Departure]?

  /// - Parameters:
  ///   - own: how the cell's runs are computed.
  ///   - published: the row's protocol on the benchmark.
  init(_ own: RunRecipe, _ published: PublishedProtocol) {
    guard let listed = own.departures else {
      departures = nil
      return
    }
    let recipe = published.recipe ?? [:]
    var found = listed.compactMap { departure in
      guard let wanted = recipe[departure.name] else { return Departure?.some(departure) }
      return departure.value.isWritten(as: wanted)
        ? nil : Departure(departure.name, value: departure.value, standard: wanted)
    }
    for (name, wanted) in recipe where !listed.contains(where: { $0.name == name }) {
      // Settings of a stage are recorded only where they depart from their defaults.
      let value = own.settings[name] ?? .text("by default")
      if !value.isWritten(as: wanted) {
        found.append(Departure(name, value: value, standard: wanted))
      }
    }
    // Where the protocol states view size or network, `ProtocolComparison` compares them.
    var judged: Set<String> = published.imageSize == nil ? [] : [SettingName.viewSize]
    if let backbone = published.backbone, backbone == own.settings.backbone {
      judged.formUnion([SettingName.depth, SettingName.width])
    }
    departures = found.filter { !judged.contains($0.name) }.sorted(by: Departure.precedes)
  }
}

extension SettingValue {
  /// Whether two values are the same in a file. The choice 34 may be text or a number.
  fileprivate func isWritten(as other: SettingValue) -> Bool {
    self == other || description == other.description
  }
}
