import Benchmarks
import Core
import Domain
import Foundation
import Methods
import Records
import Torch

/// Resolves the combinations of an experiment to runs, and finds the runs that they start from.
///
///     var planner = try RunPlanner(
///       experiment, options: options, registry: .builtIn, filter: RunFilter(), needsData: true)
///     let runs = try planner.runs(RunFilter())
///
/// A method such as SCAN starts from the network of another run, its stage. The stage is a row of
/// the experiment if one has the required settings and protocol; otherwise a run is added, which is
/// no row of the table and which all runs with the same requirement share.
struct RunPlanner {
  private let experiment: Experiment
  private let options: RunOptions
  private let registry: MethodRegistry
  /// By the benchmark's name.
  private let files: [String: PlannedBenchmark]
  /// The combinations of the experiment; a stage can be one of them.
  private let combinations: Set<Combination>
  /// The runs that are resolved so far, stages included.
  private var planned: [Combination: PlannedRun] = [:]
  /// By benchmark and row, with seed 0 for all seeds.
  private var methods: [Combination: ConfiguredMethod] = [:]

  /// Opens the files of the benchmarks that the filter reaches.
  ///
  /// - Throws: `ExperimentError.missingBenchmarks` with all missing files at once, since each may
  ///   take hours to fetch; the errors of `PlannedBenchmark`.
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
    for name in filter.benchmarks(of: experiment) {
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

  /// The chosen runs in the experiment's order, each after the stages that it starts from. A stage that is no row and
  /// has no result is left out where all that start from it have theirs.
  ///
  /// - Throws: `ExperimentError.invalidOption` if the filter names a stage that no run has;
  ///   `SettingError`; errors of the benchmark's protocol.
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
    return withoutIdleStages(chosen, filter)
  }

  /// Without the stages that nothing is left to start from, unless they run or the filter names them.
  /// - Parameter runs: each after its stage.
  private func withoutIdleStages(_ runs: [PlannedRun], _ filter: RunFilter) -> [PlannedRun] {
    var needed: Set<Combination> = []
    var kept: [PlannedRun] = []
    for run in runs.reversed() {
      let isOpen = run.state.status != .finished
      let isIdle =
        isOpen && run.row.isStage && run.state.status != .running
        && !needed.contains(run.combination) && !filter.names(run.row.name)
      if isIdle { continue }
      if isOpen, let stage = run.stage { needed.insert(stage) }
      kept.append(run)
    }
    return kept.reversed()
  }

  /// Resolves a run once, after the run that it starts from.
  ///
  /// - Parameter stage: the method with its settings, for a run that is no row of the experiment.
  /// - Throws: `ExperimentError.contradiction` for settings that cannot work together, unless the run
  ///   is settled under them.
  private mutating func run(
    _ row: MethodRow, _ combination: Combination, stage method: ConfiguredMethod? = nil
  ) throws -> PlannedRun {
    if let run = planned[combination] { return run }
    guard let file = files[combination.benchmark] else {
      // Every combination that is asked for has had its file looked at.
      throw ExperimentError.noImages(benchmark: combination.benchmark, split: "any split")
    }
    let method = try method ?? self.method(of: row, on: file.definition)
    let stage = try stage(of: row, method, combination, file.definition)
    let run = try file.run(
      row, combination, method, departures: departures(of: method, file.definition), stage: stage,
      experiment: experiment, options: options)
    if let problem = method.contradiction, !run.state.isSettled {
      throw ExperimentError.contradiction(
        benchmark: combination.benchmark, method: row.name, problem: problem)
    }
    planned[combination] = run
    return run
  }

  /// The method of a row with its settings, which are the same for all seeds.
  private mutating func method(
    of row: MethodRow, on benchmark: BenchmarkDefinition
  ) throws -> ConfiguredMethod {
    let combination = Combination(benchmark: benchmark.name, row: row.name, seed: 0)
    if let method = methods[combination] { return method }
    let method = try experiment.method(of: row, on: benchmark)
    methods[combination] = method
    return method
  }

  /// The run that a run starts from; nil if it starts from nothing.
  ///
  /// A stage has the protocol of the run that starts from it, unless the file gives one to the
  /// stage's method. If that protocol is not the method's own, the stage's name says so.
  private mutating func stage(
    of row: MethodRow, _ configured: ConfiguredMethod, _ combination: Combination,
    _ benchmark: BenchmarkDefinition
  ) throws -> PlannedRun? {
    guard let stage = configured.stage else { return nil }
    let method = try method(of: stage, on: benchmark)
    let runProtocol = experiment.runProtocol(of: row.namesInFiles + [stage.method], on: benchmark)
    for candidate in experiment.rows
    where candidate.method.description.name == stage.method && candidate.name != row.name {
      let same = Combination(
        benchmark: combination.benchmark, row: candidate.name, seed: combination.seed)
      if combinations.contains(same),
        experiment.runProtocol(of: candidate, on: benchmark).trains(like: runProtocol),
        try self.method(of: candidate, on: benchmark).values == method.values
      {
        return try run(candidate, same)
      }
    }
    let isOther = !experiment.runProtocol(of: MethodRow(method.type), on: benchmark)
      .trains(like: runProtocol)
    let own = MethodRow(
      stage: method.type, settings: method.values, otherProtocol: isOther ? runProtocol : nil,
      of: row)
    return try run(
      own,
      Combination(benchmark: combination.benchmark, row: own.name, seed: combination.seed),
      stage: method)
  }

  /// The method of a stage with its settings: what the experiment gives the method, and over that what the
  /// stage requires.
  private func method(
    of stage: Stage, on benchmark: BenchmarkDefinition
  ) throws -> ConfiguredMethod {
    let row = MethodRow(try registry.method(stage.method))
    let values = try experiment.method(of: row, on: benchmark, defaults: stage.defaults).values
    return try ConfiguredMethod(row.method, values.overlaid(with: stage.settings))
  }

  // MARK: - Departures

  /// The settings of a run that are not the method's defaults on the benchmark, followed by those
  /// of the runs that it starts from. A value that a stage gets from the method that starts from it
  /// is no departure.
  private func departures(
    of method: ConfiguredMethod, _ benchmark: BenchmarkDefinition
  ) throws -> [Departure] {
    let standard = try method.type.resolve(method.type.ownDefaults(on: benchmark))
    return Departure.list(of: method.values, from: standard)
      + (try stageDepartures(of: method, benchmark))
  }

  /// The departures of the runs that a run starts from, named "METHOD.SETTING". What the stage
  /// requires is its default here.
  private func stageDepartures(
    of method: ConfiguredMethod, _ benchmark: BenchmarkDefinition
  ) throws -> [Departure] {
    guard let stage = method.stage else { return [] }
    let method = try self.method(of: stage, on: benchmark)
    let standard = try method.type.resolve(
      method.type.ownDefaults(on: benchmark).overlaid(with: stage.defaults)
        .overlaid(with: stage.settings))
    return Departure.list(of: method.values, from: standard, owner: stage.method)
      + (try stageDepartures(of: method, benchmark))
  }
}

extension PlannedState {
  /// Whether nothing is to be computed: the run is finished, another process computes it, or it was
  /// found unsupported. Results of the time before a method knew a contradiction stay readable.
  fileprivate var isSettled: Bool {
    switch self {
    case .finished, .running: true
    case .failed(let failure): failure.kind == .unsupported
    case .missing, .unfinished, .stale, .damaged: false
    }
  }
}

extension ClusteringMethod {
  /// What the method sets otherwise on a benchmark; a rehearsal has the settings of its original.
  static func ownDefaults(on benchmark: BenchmarkDefinition) -> [String: SettingValue] {
    benchmarkDefaults[benchmark.rehearsalOf ?? benchmark.name] ?? [:]
  }
}
