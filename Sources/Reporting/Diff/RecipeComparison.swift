import Core
import Domain
import Records

/// In which settings a measured cell departs from a published row's recipe.
///
/// A row's recipe is the method's default settings on the benchmark, and over them those that the row's
/// protocol names. What a protocol states by itself, network and image size, is judged there.
struct RecipeComparison {
  /// The most telling first; nil where a record does not say what its run departs from.
  let departures: [Departure]?

  init(_ cell: ResultCell, _ published: PublishedProtocol) {
    guard let recorded = cell.departures, let settings = cell.records.first?.settings else {
      departures = nil
      return
    }
    let recipe = published.recipe ?? [:]
    var found = recorded.compactMap { departure in
      guard let wanted = recipe[departure.name] else { return Departure?.some(departure) }
      return departure.value.isWritten(as: wanted)
        ? nil : Departure(departure.name, value: departure.value, standard: wanted)
    }
    for (name, wanted) in recipe where !recorded.contains(where: { $0.name == name }) {
      // A stage's settings are recorded where they depart from the defaults, and only there.
      let value = settings[name] ?? .text("by default")
      if !value.isWritten(as: wanted) {
        found.append(Departure(name, value: value, standard: wanted))
      }
    }
    var judged: Set<String> = published.imageSize == nil ? [] : [SettingName.viewSize]
    if let backbone = published.backbone, backbone == cell.backbone {
      judged.formUnion([SettingName.depth, SettingName.width])
    }
    departures = found.filter { !judged.contains($0.name) }.sorted(by: Departure.precedes)
  }
}

extension SettingValue {
  /// Whether both are the same value as a file writes it: a choice such as 34 may be text or a number.
  fileprivate func isWritten(as other: SettingValue) -> Bool {
    self == other || description == other.description
  }
}
