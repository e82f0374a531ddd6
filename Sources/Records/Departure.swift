import Core

/// A setting of a run that differs from the method's default on the run's benchmark: "epochs 20 of
/// 1000".
///
/// Departures are in `run.json`. The diff compares a score with a published one only where the
/// recipes match, so one departure makes a score not comparable (docs/diff.md).
package struct Departure: Codable, Hashable, Sendable {
  /// The setting's name. A setting of the run that this one starts from is prefixed by that run's
  /// method: "simclr.epochs".
  package var name: String
  /// The value that the run used.
  package var value: SettingValue
  /// The default on the benchmark; the key `default` in `run.json`.
  package var standard: SettingValue

  private enum CodingKeys: String, CodingKey {
    case name, value
    case standard = "default"
  }

  package init(_ name: String, value: SettingValue, standard: SettingValue) {
    self.name = name
    self.value = value
    self.standard = standard
  }

  /// The settings that differ from their defaults, sorted by name. Settings without a default are
  /// skipped.
  /// - Parameters:
  ///   - settings: resolved values by name.
  ///   - defaults: the method's defaults on the benchmark by name.
  ///   - owner: the method that has these settings, if it is not the run's own; it becomes the
  ///     prefix.
  package static func list(
    of settings: [String: SettingValue], from defaults: [String: SettingValue],
    owner: String? = nil
  ) -> [Departure] {
    settings.sorted { $0.key < $1.key }.compactMap { name, value in
      guard let standard = defaults[name], standard != value else { return nil }
      return Departure(
        owner.map { "\($0).\(name)" } ?? name, value: value, standard: standard)
    }
  }
}
