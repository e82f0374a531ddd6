import Core
import Methods

/// Settings given on the command line, as `KEY=VALUE`, `METHOD.KEY=VALUE` or `VARIANT.KEY=VALUE`.
struct SettingOverrides {
  let registry: MethodRegistry
  let variants: [Variant]

  /// - Parameter rows: the experiment's rows; a key without a method has to be known to one.
  func layer(_ overrides: [String], _ rows: [MethodRow]) throws -> SettingLayers {
    var layer = SettingLayers()
    for override in overrides {
      let parts = override.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw invalid(override, "write KEY=VALUE") }
      let value = SettingValue(scalar: parts[1])
      let names = parts[0].split(separator: ".", maxSplits: 1).map(String.init)
      if names.count == 2 {
        let method = variants.named(names[0])?.method ?? names[0]
        try check(names[1], value, in: [try registry.method(method)], override)
        layer.methods[names[0], default: [:]][names[1]] = value
      } else {
        try check(parts[0], value, in: rows.map(\.method), override)
        layer.defaults[parts[0]] = value
      }
    }
    return layer
  }

  private func check(
    _ name: String, _ value: SettingValue, in methods: [any ClusteringMethod.Type],
    _ override: String
  ) throws {
    let owners = methods.filter { $0.settings.contains { $0.name == name } }
    do {
      if owners.isEmpty {
        let known = methods.flatMap { $0.settings.map(\.name) }
        throw SettingError.unknown(name: name, nearest: nearestName(to: name, among: known))
      }
      for owner in owners { _ = try owner.resolve([name: value]) }
    } catch let error as SettingError {
      throw invalid(override, "\(error)")
    }
  }

  private func invalid(_ override: String, _ problem: String) -> ExperimentError {
    .invalidOption(option: "--set \(override)", problem: problem)
  }
}
