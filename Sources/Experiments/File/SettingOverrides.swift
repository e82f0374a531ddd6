import Core
import Methods

/// The settings of the command line (`--set`): `KEY=VALUE` for all rows that have the setting, or
/// `METHOD.KEY=VALUE` and `VARIANT.KEY=VALUE` for one.
struct SettingOverrides {
  let registry: MethodRegistry
  let variants: [Variant]
  /// The layers of the files. A setting in them may name the method of a stage.
  let layers: [Layers<[String: SettingValue]>]

  /// The overrides as one more layer.
  ///
  /// - Parameter rows: the rows of the experiment; at least one must have a key that names no
  ///   method.
  /// - Throws: `ExperimentError.invalidOption` for an override that is malformed, unknown, out of
  ///   range, or of a method that the experiment does not run.
  func layer(_ overrides: [String], _ rows: [MethodRow]) throws -> Layers<[String: SettingValue]> {
    var layer = Layers<[String: SettingValue]>()
    let pairs = overrides.map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
    let given = pairs.compactMap(\.last)
    for (override, parts) in zip(overrides, pairs) {
      guard parts.count == 2 else { throw invalid(override, "write KEY=VALUE") }
      let value = SettingValue(scalar: parts[1])
      // The name of a row can have a dot, that of a setting has none.
      if let dot = parts[0].lastIndex(of: ".") {
        let (name, setting) = (String(parts[0][..<dot]), String(parts[0][dot...].dropFirst()))
        let variant = variants.named(name)
        try checkIsRun(name, rows, given, override)
        if let variant, variant.grid.settings.contains(setting) {
          throw invalid(override, "the grid of '\(variant.name)' gives this setting its values")
        }
        try check(setting, value, in: [try registry.method(variant?.method ?? name)], override)
        layer.methods[name, default: [:]][setting] = value
      } else {
        try check(parts[0], value, in: rows.map(\.method), override)
        layer.defaults[parts[0]] = value
      }
    }
    return layer
  }

  /// Refuses a setting of a method that is neither a row nor a stage of one: it would change
  /// nothing.
  /// - Parameter given: the values of all overrides, any of which may name a stage.
  private func checkIsRun(
    _ name: String, _ rows: [MethodRow], _ given: [String], _ override: String
  ) throws {
    var known = rows.map(\.name) + rows.compactMap(\.grid)
    for row in rows {
      var method: (any ClusteringMethod.Type)? = row.method
      var settings = row.settings
      while let next = method, !known.contains(next.description.name) || next == row.method {
        known.append(next.description.name)
        let stage = try ConfiguredMethod(next, settings).stage
        method = try stage.map { try registry.method($0.method) }
        settings = stage?.settings ?? [:]
      }
    }
    let texts = layers.flatMap(\.all).flatMap(\.values).compactMap { value in
      if case .text(let text) = value { text } else { nil }
    }
    known += (texts.sorted() + given).filter { registry.names.contains($0) }
    known = known.uniqued
    guard !known.contains(name) else { return }
    let nearest = nearestName(to: name, among: known)
    throw invalid(
      override,
      "the experiment runs no '\(name)'; "
        + (nearest.map { "did you mean '\($0)'?" } ?? "it has \(known.joined(separator: ", "))"))
  }

  /// Refuses a setting that no method has, or a value that a method with the setting does not
  /// accept.
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
