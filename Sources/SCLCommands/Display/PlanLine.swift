import Experiments

/// A run of a plan, with what it will take.
struct PlanLine: Encodable {
  let benchmark: String
  let method: String
  let seed: UInt64
  let epochs: Int
  let state: String
  let detail: String
  let folder: String
  /// Of the whole run.
  let seconds: Double?
  let secondsLeft: Double?
  let memoryBytes: Int?
  let source: RunEstimate.Source?
  /// Why nothing was measured, if nothing was.
  let problem: String?
  /// The rows that start from this run, of a run that is no row itself.
  let pretextOf: [String]?

  /// - Parameters:
  ///   - problem: why there is no better estimate.
  ///   - runs: the plan's runs.
  init(_ run: PlannedRun, estimate: RunEstimate?, problem: String?, among runs: [PlannedRun]) {
    pretextOf = run.row.isStage ? run.rowsThatStart(among: runs) : nil
    benchmark = run.benchmark.name
    method = run.row.name
    seed = run.seed
    epochs = run.epochs
    state = run.state.word
    detail =
      switch run.state {
      case .stale(let differences): differences.joined(separator: "; ")
      case .failed(let failure): failure.reason
      case .damaged(let reason): reason
      default: ""
      }
    folder = run.folder.path
    if case .finished(let record) = run.state {
      seconds = record.timing.seconds
      secondsLeft = 0
      memoryBytes = record.timing.peakMemoryBytes
      source = nil
      self.problem = nil
    } else {
      seconds = estimate?.seconds
      secondsLeft = estimate.map { $0.seconds * (1 - run.doneFraction) }
      memoryBytes = estimate?.memoryBytes
      source = estimate?.source
      self.problem =
        switch estimate?.source {
        case nil: problem ?? "not measured"
        case .rough?: "rough estimate"
        case .measured?, .finishedRun?: nil
        }
    }
  }

  var cells: [String] {
    let isFinished = state == "finished"
    return [
      benchmark, method, "\(seed)", epochs > 0 ? "\(epochs)" : "-", state,
      isFinished ? "-" : secondsLeft.map { rough + Quantities.time($0) } ?? "?",
      isFinished ? "-" : memoryBytes.map { rough + Quantities.memory($0) } ?? "?",
      [pretext ?? "", detail, problem ?? ""].filter { !$0.isEmpty }.joined(separator: "; "),
    ]
  }

  /// "pretext of scan", of a run that others start from.
  var pretext: String? { pretextOf.map { "pretext of \($0.joined(separator: ", "))" } }

  private var rough: String { source == .rough ? "~" : "" }
}

extension PlannedRun {
  /// The names of the rows of which runs start from this one.
  fileprivate func rowsThatStart(among runs: [PlannedRun]) -> [String] {
    var names: [String] = []
    for run in runs where run.stage == combination {
      for name in (run.row.isStage ? [] : [run.row.name]) + run.rowsThatStart(among: runs)
      where !names.contains(name) { names.append(name) }
    }
    return names
  }
}
