import Core

/// A setting of a run that is not the method's default on the run's benchmark: "epochs 20 of 1000".
public struct Departure: Codable, Hashable, Sendable {
  /// The setting's name; one of the run that this one starts from has that run's method before it, as in
  /// "simclr.epochs".
  public var name: String
  public var value: SettingValue
  /// The default on the benchmark.
  public var standard: SettingValue

  private enum CodingKeys: String, CodingKey {
    case name, value
    case standard = "default"
  }

  public init(_ name: String, value: SettingValue, standard: SettingValue) {
    self.name = name
    self.value = value
    self.standard = standard
  }

  /// In what `settings` departs from `defaults`, by name.
  /// - Parameter owner: the method that has these settings, where it is not the run's own.
  public static func list(
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
