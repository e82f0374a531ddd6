import ArgumentParser
import Domain
import Experiments
import Foundation
import Records
import Reporting

/// A finished run with its folder: one that is planned, or a superseded one that was chosen by its identity.
///
///     for run in try options.runs() {
///       let (assignments, clusters) = try run.clusters()
///     }
struct FinishedRun {
  let record: RunRecord
  /// Where its files are; for a superseded result, where it was set aside.
  let folder: RunFolder

  /// "cifar10 / scl / seed 0", the name of the run in messages and titles.
  var label: String { "\(record.benchmark) / \(record.method) / seed \(record.seed)" }

  /// "seed-0"; of a superseded result with its identity, "seed-0.3f2a9c81d0e4".
  var folderName: String { URL(fileURLWithPath: folder.path).lastPathComponent }

  /// What its assignments say, checked against its record.
  /// - Throws: as `RunFolder.readAssignments(of:)`; `MetricsError.tooManyGroups`.
  func clusters() throws -> (assignments: Assignments, clusters: RunClusters) {
    let assignments = try folder.readAssignments(of: record)
    return (assignments, try RunClusters(assignments, count: record.metrics.clusters))
  }
}

/// The options of commands that look into finished runs of an experiment: `--only` chooses among planned runs,
/// `--identity` among all results of the experiment.
struct FinishedRunOptions: ParsableArguments {
  @OptionGroup var experiment: ExperimentOptions

  /// Prefixes of identities. A result of other settings than planned can be chosen by no other means.
  @Option(
    help: """
      Choose finished runs by (the start of) their identity, including superseded ones, instead of the \
      planned runs. Can be repeated.
      """)
  var identity: [String] = []

  /// The chosen runs that have finished, in the order of the experiment's benchmarks, methods and seeds. What is left
  /// out is noted.
  /// - Parameter needsData: whether benchmark files have to be there.
  /// - Throws: `ReportError.noneFinished` and `.noIdentity` where there is nothing to look into.
  func runs(needsData: Bool = false) throws -> [FinishedRun] {
    let plan = try experiment.planOfResults(needsData: needsData)
    guard identity.isEmpty else { return try plan.finishedRuns(of: identity) }
    let chosen = plan.chosenRuns
    let finished = chosen.compactMap { run in
      if case .finished(let record) = run.state {
        FinishedRun(record: record, folder: run.folder)
      } else {
        nil
      }
    }
    let others = chosen.filter { if case .finished = $0.state { false } else { true } }
    let states = others.map(\.state.status).uniqued.map { status in
      "\(others.count { $0.state.status == status }) \(status.rawValue)"
    }
    guard !finished.isEmpty else {
      throw ReportError.noneFinished(experiment: plan.experiment.name, states: states)
    }
    if !states.isEmpty {
      Console.note("left out: \(states.joined(separator: ", ")) (see 'scl status')")
    }
    return finished
  }
}

extension Plan {
  /// The planned runs in the order of the experiment's benchmarks, methods and seeds. Runs that others start from are
  /// among them only if `--only` chose nothing else. The plan itself has the order in which runs are carried out, which
  /// depends on their lengths.
  fileprivate var chosenRuns: [PlannedRun] {
    let rows = runs.filter { !$0.row.isStage }
    func place(_ run: PlannedRun) -> (Int, Int, String, Int) {
      (
        experiment.benchmarks.firstIndex(of: run.benchmark.name) ?? .max,
        experiment.methods.firstIndex(of: run.row.name) ?? .max, run.row.name,
        experiment.seeds.firstIndex(of: run.seed) ?? .max
      )
    }
    return (rows.isEmpty ? runs : rows).sorted { place($0) < place($1) }
  }

  /// The stored results with these identities, whatever their settings.
  /// - Throws: `ReportError.noIdentity` if an identity matches none; `RecordError.malformed` for a record that was
  ///   edited, whose identity is not that of its settings.
  func finishedRuns(of identities: [String]) throws -> [FinishedRun] {
    let folder = ResultsFolder(options.results)
    let stored =
      try folder.runs(of: experiment.name) + folder.supersededRuns(of: experiment.name)
    let finished = stored.compactMap { run in
      if case .finished(let record) = run.state {
        FinishedRun(record: record, folder: run.folder)
      } else {
        nil
      }
    }
    var chosen: [FinishedRun] = []
    for identity in identities {
      let found = finished.filter { !identity.isEmpty && $0.record.identity.hasPrefix(identity) }
      guard !found.isEmpty else {
        throw ReportError.noIdentity(
          identity, experiment: experiment.name,
          known: finished.map { String($0.record.identity.prefix(12)) })
      }
      chosen += found.filter { run in
        !chosen.contains { $0.record.identity == run.record.identity }
      }
    }
    for run in chosen { try run.record.requireOwnIdentity(in: run.folder.record) }
    return chosen
  }
}
