import Core
import Methods

// What a method declares: its description and its settings.
extension Examination {
  /// Checks the fields that lists, tables and documents print.
  func checkDescription() {
    let description = Method.description
    if description.name.wholeMatch(of: /[a-z][a-z0-9-]*/) == nil {
      report(
        .description,
        "its name '\(description.name)' must be lower-case letters, digits and '-', after a letter")
    }
    if description.title.isEmpty { report(.description, "it has no title") }
    if description.summary.isEmpty { report(.description, "it has no summary") }
    if !description.reference.contains(/(19|20)\d\d/) {
      report(.description, "its reference '\(description.reference)' has no year")
    }
    if description.version < 1 { report(.description, "its version is below 1") }
  }

  /// Checks the schema: unique names, documentation, one entry per stored property, honest ranges,
  /// and valid defaults for each benchmark.
  ///
  /// A stored property without an entry could not be set and would be missing in the identity, so
  /// two different runs would count as one.
  func checkSettings() throws {
    let settings = Method.settings
    let names = settings.map(\.name)
    let doubled = Set(names.filter { name in names.count { $0 == name } > 1 })
    for name in doubled.sorted() { report(.settings, "'\(name)' is declared twice") }
    let stored = Self.storedProperties(of: Method.Settings())
    if stored != settings.count {
      report(
        .settings,
        "the settings have \(stored) stored properties, but \(settings.count) entries in the schema"
      )
    }
    for setting in settings {
      if setting.name.wholeMatch(of: /[a-z][a-z0-9_]*/) == nil {
        report(
          .settings, "'\(setting.name)' must be lower-case letters, digits and '_', after a letter")
      }
      if setting.summary.count < 6 { report(.settings, "'\(setting.name)' is not documented") }
      // Only one of two settings with one name can be set.
      if !doubled.contains(setting.name) { try checkValues(of: setting) }
    }
    for (benchmark, values) in Method.benchmarkDefaults.sorted(by: { $0.key < $1.key }) {
      do {
        _ = try Method.resolve(values)
      } catch {
        report(.settings, "its defaults for \(benchmark) are refused: \(error)")
      }
    }
  }

  /// Finds a range that the method does not keep: the default and both bounds must be accepted
  /// unchanged, and the next values outside refused.
  private func checkValues(of setting: SettingDescription) throws {
    let taken: [SettingValue]
    let refused: [SettingValue]
    switch setting.kind {
    case .boolean: (taken, refused) = ([true, false], [2])
    case .integer(let range):
      taken = [.integer(range.lowerBound), .integer(range.upperBound)]
      refused = [.integer(range.lowerBound - 1), .integer(range.upperBound + 1)]
    case .number(let range):
      taken = [.number(range.lowerBound), .number(range.upperBound)]
      refused = [.number(range.lowerBound.nextDown), .number(range.upperBound.nextUp)]
    case .span(let most):
      taken = [0, .integer(most), .number(0.5)]
      refused = [-1, .integer(most + 1), .number(1.5), .number(-0.5)]
    case .choice(let names): (taken, refused) = (names.map { .text($0) }, ["no such choice"])
    }
    for value in taken + [setting.defaultValue] {
      guard let resolved = try? Method.resolve([setting.name: value]) else {
        let place = value == setting.defaultValue ? "its default" : "in its range"
        report(.settings, "'\(setting.name)' rejects \(value), which is \(place)")
        continue
      }
      if resolved[setting.name] != value {
        report(.settings, "'\(setting.name)' set to \(value) resolves to another value")
      }
    }
    for value in refused where (try? Method.resolve([setting.name: value])) != nil {
      report(.settings, "'\(setting.name)' accepts \(value), which is outside its range")
    }
  }

  /// The number of stored properties, those of nested settings included. A nested value counts by
  /// its parts.
  private static func storedProperties(of settings: Any) -> Int {
    Mirror(reflecting: settings).children.reduce(0) { count, child in
      count + (child.value is any Configurable ? storedProperties(of: child.value) : 1)
    }
  }
}
