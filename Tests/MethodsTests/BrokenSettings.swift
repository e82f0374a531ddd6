import Core
import Methods
import Vision

/// A method that is nothing but its settings.
final class Configured<Settings: FlawedSettings>: ClusteringMethod {
  static var description: MethodDescription {
    MethodDescription(
      name: "configured", title: "Configured", family: .classical, version: 1,
      reference: "Nobody, 2024", summary: "has settings")
  }

  static var benchmarkDefaults: BenchmarkDefaults { Settings.benchmarkDefaults }

  let inputs: MethodInputs<Settings>

  init(_ inputs: MethodInputs<Settings>) { self.inputs = inputs }

  func assign(_ images: ImageSet) throws -> [Int32] { [Int32](repeating: 0, count: images.count) }
}

/// Settings that are broken in one way.
protocol FlawedSettings: Configurable {
  static var benchmarkDefaults: BenchmarkDefaults { get }
}

extension FlawedSettings {
  static var benchmarkDefaults: BenchmarkDefaults { [:] }
}

/// One that the schema does not list.
struct UnlistedSetting: FlawedSettings {
  var secret = 1
  static let schema = SettingsSchema<Self>([])
}

/// Two of one name, as when a part's schema is added to a setting of its own.
struct TwiceNamedSetting: FlawedSettings {
  var dimensions = 8
  var projection = ProjectionSettings()
  static let schema = SettingsSchema<Self>(
    .integer("dimensions", \.dimensions, in: 2...64, "length of a code")
  )
  .including(\.projection)
}

/// A name of another style.
struct MisnamedSetting: FlawedSettings {
  var dimensions = 8
  static let schema = SettingsSchema<Self>([
    .integer("codeLength", \.dimensions, in: 2...64, "length of a code")
  ])
}

/// Nothing said of it.
struct SilentSetting: FlawedSettings {
  var dimensions = 8
  static let schema = SettingsSchema<Self>([.integer("dimensions", \.dimensions, in: 2...64, "")])
}

/// A default that its range does not hold.
struct OutlyingDefault: FlawedSettings {
  var dimensions = 1
  static let schema = SettingsSchema<Self>([
    .integer("dimensions", \.dimensions, in: 2...64, "length of a code")
  ])
}

/// A value that is changed behind the user's back.
struct RoundedSetting: FlawedSettings {
  var dimensions = 8 {
    didSet { dimensions = min(dimensions, 32) }
  }
  static let schema = SettingsSchema<Self>([
    .integer("dimensions", \.dimensions, in: 2...64, "length of a code")
  ])
}

/// A range without an end, which lets infinity in.
struct UnboundedSetting: FlawedSettings {
  var margin = 1.0
  static let schema = SettingsSchema<Self>([
    .number("margin", \.margin, in: 0...(.infinity), "distance of clusters")
  ])
}

/// A default for a benchmark that is refused.
struct RefusedBenchmarkDefault: FlawedSettings {
  var dimensions = 8
  static let schema = SettingsSchema<Self>([
    .integer("dimensions", \.dimensions, in: 2...64, "length of a code")
  ])
  static let benchmarkDefaults: BenchmarkDefaults = ["cifar10": ["dimensions": 128]]
}
