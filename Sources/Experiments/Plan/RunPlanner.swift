import Benchmarks
import Core
import Domain
import Foundation
import Methods
import Records
import Torch

/// Resolves combinations to runs, and finds the runs that they start from.
struct RunPlanner {
  private let experiment: Experiment
  private let options: RunOptions
  let registry: MethodRegistry
  private let files: [String: PlannedBenchmark]
  private let combinations: Set<Combination>
  private var planned: [Combination: PlannedRun] = [:]

  init(
    _ experiment: Experiment, options: RunOptions, registry: MethodRegistry, filter: RunFilter,
    needsData: Bool
  ) throws {
    self.experiment = experiment
    self.options = options
    self.registry = registry
    combinations = Set(experiment.combinations)
    var files: [String: PlannedBenchmark] = [:]
    var missing: [MissingBenchmark] = []
    let wanted = experiment.combinations.filter { filter.reaches($0) }.map(\.benchmark)
    for name in wanted.uniqued {
      do {
        files[name] = try PlannedBenchmark(
          name, experiment: experiment, options: options, needsData: needsData)
      } catch let file as MissingBenchmark {
        missing.append(file)
      }
    }
    // All of them at once: each may take hours to fetch.
    guard missing.isEmpty else { throw ExperimentError.missingBenchmarks(missing) }
    self.files = files
  }

  /// The chosen runs in the experiment's order, each after the stages that it starts from.
  /// - Throws: `ExperimentError.invalidOption` where the filter names a stage that no run has.
  mutating func runs(_ filter: RunFilter) throws -> [PlannedRun] {
    var chosen: [PlannedRun] = []
    var known: Set<Combination> = []
    for combination in experiment.combinations where filter.reaches(combination) {
      guard let row = experiment.rows.first(where: { $0.name == combination.row }) else { continue }
      var needed = [try run(row, combination)]
      while let stage = needed[0].stage, let run = planned[stage] { needed.insert(run, at: 0) }
      for (index, run) in needed.enumerated() {
        // A stage is wanted by whoever wants what starts from it.
        let isWanted = needed[index...].contains { filter.accepts($0.combination) }
        if isWanted, known.insert(run.combination).inserted { chosen.append(run) }
      }
    }
    try filter.checkStages(among: chosen.map(\.row.name))
    return chosen
  }

  private mutating func run(
    _ row: MethodRow, _ combination: Combination, values: [String: SettingValue]? = nil
  ) throws -> PlannedRun {
    if let run = planned[combination] { return run }
    guard let file = files[combination.benchmark] else {
      // Every combination that is asked for has had its file looked at.
      throw ExperimentError.noImages(benchmark: combination.benchmark, split: "any split")
    }
    let settings = try values ?? experiment.settings(of: row, benchmark: file.definition)
    let stage = try stage(of: row, settings, combination, file.definition)
    let run = try file.run(
      row, combination, settings: settings,
      departures: departures(of: row.method, settings, file.definition), stage: stage,
      experiment: experiment, options: options)
    planned[combination] = run
    return run
  }

  /// The run that a run of these settings starts from: a row's if one has its settings and protocol,
  /// otherwise one of its own, which is shared by all that start from the same. It has the protocol of
  /// what starts from it, unless the file has one for its method.
  private mutating func stage(
    of row: MethodRow, _ settings: [String: SettingValue], _ combination: Combination,
    _ benchmark: BenchmarkDefinition
  ) throws -> PlannedRun? {
    guard let stage = try row.method.stage(resolved: settings) else { return nil }
    let method = MethodRow(try registry.method(stage.method))
    let values = try self.settings(of: stage, benchmark)
    let runProtocol = experiment.runProtocol(
      of: row.namesInFiles + [stage.method], on: benchmark)
    for candidate in experiment.rows
    where candidate.method.description.name == stage.method && candidate.name != row.name {
      let same = Combination(
        benchmark: combination.benchmark, row: candidate.name, seed: combination.seed)
      if combinations.contains(same),
        experiment.runProtocol(of: candidate, on: benchmark).trains(like: runProtocol),
        try experiment.settings(of: candidate, benchmark: benchmark) == values
      {
        return try run(candidate, same)
      }
    }
    let isOther = !experiment.runProtocol(of: method, on: benchmark).trains(like: runProtocol)
    let own = MethodRow(
      stage: method.method, settings: values, otherProtocol: isOther ? runProtocol : nil, of: row)
    return try run(
      own,
      Combination(benchmark: combination.benchmark, row: own.name, seed: combination.seed),
      values: values)
  }
  /// Every setting of a stage: what the experiment gives its method, and over that what the stage has to
  /// have.
  func settings(
    of stage: Stage, _ benchmark: BenchmarkDefinition
  ) throws -> [String: SettingValue] {
    let row = MethodRow(try registry.method(stage.method))
    return try row.method.resolve(
      experiment.settings(of: row, benchmark: benchmark, defaults: stage.defaults)
        .merging(stage.settings) { $1 })
  }
}
