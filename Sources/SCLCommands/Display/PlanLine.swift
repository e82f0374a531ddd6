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
  /// Why there is no estimate, if there is none.
  let problem: String?

  init(_ run: PlannedRun, estimate: RunEstimate?, problem: String?) {
    benchmark = run.benchmark.name
    method = run.row.name
    seed = run.seed
    epochs = run.epochs
    state = run.state.word
    detail =
      switch run.state {
      case .stale(let differences): differences.joined(separator: "; ")
      case .failed(let failure): failure.reason
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
      self.problem = estimate == nil ? problem ?? "not measured" : nil
    }
  }

  var cells: [String] {
    let isFinished = state == "finished"
    return [
      benchmark, method, "\(seed)", epochs > 0 ? "\(epochs)" : "-", state,
      isFinished ? "-" : secondsLeft.map(Quantities.time) ?? "?",
      isFinished ? "-" : memoryBytes.map(Quantities.memory) ?? "?",
      [detail, problem ?? ""].filter { !$0.isEmpty }.joined(separator: "; "),
    ]
  }
}
