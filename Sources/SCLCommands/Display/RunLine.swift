import Core
import Experiments
import Foundation
import Records

/// A run as `scl run` and `scl status` show it; also the object of `scl status --json`.
///
/// `scl run` keeps a line per run and updates it with the sweep's events. `scl status` creates
/// lines from the states that the results folder shows:
///
///     {"benchmark": "cifar10", "method": "scl", "seed": 0, "state": "running", "epoch": 12,
///      "epochs": 30, "fraction": 0.4, "loss": 4.2, "imagesPerSecond": 310, "secondsLeft": 540,
///      "host": "node1", "pid": 4711, "detail": "on node1, process 4711", "folder": "results/..."}
struct RunLine: Encodable {
  /// The keys of `--json`. What only the display needs is left out.
  enum CodingKeys: String, CodingKey {
    case benchmark, method, seed, state, epoch, epochs, fraction, loss, imagesPerSecond, secondsLeft
    case host, pid, detail, folder
  }

  let benchmark: String
  /// The row's name.
  let method: String
  let seed: UInt64
  /// As planned; `waiting` during a sweep.
  var state: RunStatus
  /// Complete epochs; nil if unknown.
  private(set) var epoch: Int?
  /// Epochs of the whole run; 0 for a method that does not train.
  let epochs: Int
  /// The part of the run that is done, in 0...1.
  private(set) var fraction = 0.0
  /// The latest loss of the run in progress.
  private(set) var loss: Double?
  /// Its training speed.
  private(set) var imagesPerSecond: Double?
  /// The remaining images at this speed, in seconds; nil if the speed is unknown.
  private(set) var secondsLeft: Double?
  /// The machine and the number of the run's process; nil unless it is running.
  private(set) var host: String?
  private(set) var pid: Int32?
  /// Where it runs, why it failed, or what made it stale.
  var detail = ""
  /// The run's folder.
  let folder: String

  /// Seconds that the whole run is expected to take.
  let expectedSeconds: Double
  /// The phase if it is not training: "preparing", "evaluating", "assigning".
  private var phase: String?

  /// The line of a run in its current state.
  /// - Parameters:
  ///   - run: with its state.
  ///   - expectedSeconds: of the whole run.
  init(_ run: PlannedRun, expectedSeconds: Double) {
    benchmark = run.benchmark.name
    method = run.row.name
    seed = run.seed
    state = run.state.status
    epochs = run.epochs
    folder = run.folder.path
    self.expectedSeconds = expectedSeconds
    switch run.state {
    case .missing: break
    case .unfinished:
      // Progress of a process that has ended.
      if let last = run.keptProgress {
        epoch = last.epoch
        fraction = last.fraction
      }
    case .running(let owner, let activity):
      take(owner)
      if let activity { take(activity.progress) }
    case .finished:
      epoch = epochs
      fraction = 1
    case .failed(let failure): take(failure)
    case .stale(let differences): detail = differences.joined(separator: "; ")
    case .damaged(let reason): detail = reason
    }
  }

  /// Seconds that the run is expected to need still, by how long it is as a whole; 0 if it is over.
  var expectedSecondsLeft: Double {
    state == .finished || state == .failed ? 0 : expectedSeconds * (1 - fraction)
  }

  /// Takes over the progress of the run's process.
  mutating func take(_ progress: RunProgress) {
    phase = progress.phase == "training" ? nil : progress.phase
    epoch = progress.epoch
    fraction = progress.fraction
    loss = progress.loss
    imagesPerSecond = progress.imagesPerSecond
    secondsLeft = progress.secondsLeft
  }

  /// Takes over the process that has the run; nil if it is unknown.
  mutating func take(_ owner: LockOwner?) {
    host = owner?.host
    pid = owner?.pid
    guard let owner else { return }
    detail =
      "on \(owner.host), "
      + (owner.task ?? "process \(owner.pid)")
  }

  /// Takes over the reason of a failure.
  mutating func take(_ failure: RunFailure) {
    detail = failure.text
  }

  /// Sets a new state and resets what belonged to the process before. Epoch and fraction stay,
  /// because the next process continues from the checkpoint.
  mutating func restart(_ state: RunStatus) {
    self.state = state
    detail = ""
    (host, pid, loss, imagesPerSecond, secondsLeft, phase) = (nil, nil, nil, nil, nil, nil)
  }

  /// Sets the state "finished" with all epochs done.
  mutating func finish() {
    restart(.finished)
    epoch = epochs
    fraction = 1
  }

  /// The cells of the line: benchmark, method, seed, state, progress, loss, speed, time left,
  /// detail.
  var cells: [String] {
    [
      benchmark, method, "seed \(seed)", state.rawValue, progressText, lossText, speedText,
      timeText, detail,
    ]
  }

  /// The cells of the line of a run in progress: what names the run, then the rest, the most useful
  /// first.
  fileprivate var runningCells: (name: [String], rest: [String]) {
    ([benchmark, method, "seed \(seed)"], [timeText, progressText, lossText, speedText, detail])
  }

  private var timeText: String { secondsLeft.map { "ETA " + Quantities.time($0) } ?? "" }
  private var lossText: String { loss.map { String(format: "loss %.3f", $0) } ?? "" }
  private var speedText: String {
    imagesPerSecond.map { String(format: "%.0f images/s", $0) } ?? ""
  }

  /// "epoch 3/20", "before epoch 4/20" (work that an epoch begins with) or another phase while running; "2 of 20
  /// epochs" if interrupted; else the number of epochs.
  private var progressText: String {
    switch state {
    case .running:
      guard let epoch, epochs > 0 else { return phase ?? "started" }
      let place = "epoch \(min(epoch + 1, epochs))/\(epochs)"
      if phase == "preparing", epoch > 0 { return "before \(place)" }
      return phase ?? place
    case .unfinished:
      return epochs > 0 ? "\(epoch ?? 0) of \(Quantities.count(epochs, "epoch"))" : ""
    default: return epochs > 0 ? Quantities.count(epochs, "epoch") : ""
    }
  }
}

extension RunFailure {
  /// The reason, with the number of attempts if there were several: "no progress for 30 min; it was
  /// killed (attempt 3)".
  var text: String { reason + (attempts > 1 ? " (attempt \(attempts))" : "") }
}

extension [RunLine] {
  /// The lines of several runs of a plan.
  /// - Parameter estimates: what is known of their times. A run whose benchmark file is damaged, and which will not
  ///   run therefore, counts for nothing.
  init(_ runs: [PlannedRun], estimates: EstimateStore) {
    self = runs.map { run in
      let estimate = estimates.estimate(for: run) ?? estimates.roughEstimate(for: run)
      return RunLine(run, expectedSeconds: estimate?.seconds ?? 0)
    }
  }

  /// The lines of the runs in progress as text. Columns that do not fit are left out, the least
  /// useful first; the time left stays longest.
  ///
  ///     cifar10  scl  seed 0  ETA 22 min  epoch 3/30  loss 15.252  75 images/s
  ///
  /// - Parameter width: the number of characters that a line may have.
  func runningText(width: Int) -> [String] {
    let cells = filter { $0.state == .running }.map(\.runningCells)
    let most = cells.map(\.rest.count).max() ?? 0
    let candidates = (0...most).reversed().lazy.map { kept in
      TextColumns(cells.map { $0.name + $0.rest.prefix(kept) }).lines
    }
    return candidates.first { $0.allSatisfy { $0.count <= width } }
      ?? TextColumns(cells.map { $0.name + $0.rest.prefix(1) }).lines
  }
}
