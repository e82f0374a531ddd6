import Benchmarks
import Core
import Domain
import Methods
import Records

extension ClusteringMethod {
  /// What the method sets otherwise on a benchmark; a rehearsal has the settings of its original.
  static func ownDefaults(on benchmark: BenchmarkDefinition) -> [String: SettingValue] {
    benchmarkDefaults[benchmark.rehearsalOf ?? benchmark.name] ?? [:]
  }
}

extension RunPlanner {
  /// The settings of a run that are not the method's defaults on the benchmark, then those of the runs
  /// that it starts from. What a stage has from the method that starts from it is no departure.
  func departures(
    of method: any ClusteringMethod.Type, _ settings: [String: SettingValue],
    _ benchmark: BenchmarkDefinition
  ) throws -> [Departure] {
    Departure.list(
      of: settings, from: try method.resolve(method.ownDefaults(on: benchmark)))
      + (try stageDepartures(of: method, settings, benchmark))
  }

  private func stageDepartures(
    of method: any ClusteringMethod.Type, _ settings: [String: SettingValue],
    _ benchmark: BenchmarkDefinition
  ) throws -> [Departure] {
    guard let stage = try method.stage(resolved: settings) else { return [] }
    let owner = try registry.method(stage.method)
    let values = try self.settings(of: stage, benchmark)
    let standard = try owner.resolve(
      owner.ownDefaults(on: benchmark).merging(stage.defaults) { $1 }
        .merging(stage.settings) { $1 })
    return Departure.list(of: values, from: standard, owner: stage.method)
      + (try stageDepartures(of: owner, values, benchmark))
  }
}
