import Benchmarks
import Domain
import Experiments
import Foundation
import Records

/// The state of a run as `scl run` and `scl status` show it.
struct RunLine: Encodable {
  enum CodingKeys: String, CodingKey {
    case benchmark, method, seed, state, epoch, epochs, fraction, loss, imagesPerSecond, secondsLeft
    case host, pid, detail, folder
  }

  let benchmark: String
  let method: String
  let seed: UInt64
  /// `PlannedState`'s word.
  var state: String
  /// Completed epochs; nil if unknown.
  private(set) var epoch: Int?
  let epochs: Int
  /// The completed part of the run, 0...1.
  private(set) var fraction = 0.0
  private(set) var loss: Double?
  private(set) var imagesPerSecond: Double?
  private(set) var secondsLeft: Double?
  /// The host of the run's process.
  private(set) var host: String?
  private(set) var pid: Int32?
  var detail = ""
  let folder: String

  /// The amount of work: pixels processed in training.
  let work: Double
  /// The current phase if it is not training: "evaluating", "assigning".
  private var phase: String?
  /// Images per epoch.
  private let images: Int

  /// - Parameter counts: the images of the run's benchmark.
  init(_ run: PlannedRun, counts: SplitCounts) {
    benchmark = run.benchmark.name
    method = run.row.name
    seed = run.seed
    state = run.state.word
    epochs = run.epochs
    folder = run.folder.path
    images = run.runProtocol.train.images(among: counts, of: run.benchmark)
    // A method without training counts as one epoch.
    work = Double(max(1, run.epochs)) * Double(max(1, images)) * pow(Double(run.viewSize), 2)
    switch run.state {
    case .missing: break
    case .unfinished:
      // Progress of a process that has ended.
      if let last = RunActivity.read(from: run.folder.progress)?.progress, last.epochs == epochs {
        epoch = last.epoch
        fraction = last.fraction
      }
    case .running(let owner, let activity):
      take(owner)
      // Older progress belongs to an earlier process.
      if let activity, activity.updatedAt >= owner.since { take(activity.progress) }
    case .finished:
      epoch = epochs
      fraction = 1
    case .failed(let failure): take(failure)
    case .stale(let differences): detail = differences.joined(separator: "; ")
    case .damaged(let reason): detail = reason
    }
  }

  mutating func take(_ progress: RunProgress) {
    phase = progress.phase == "training" ? nil : progress.phase
    epoch = progress.epoch
    fraction = progress.fraction
    loss = progress.loss
    imagesPerSecond = progress.imagesPerSecond
    secondsLeft = progress.imagesPerSecond.flatMap { speed in
      speed > 0 ? (1 - fraction) * Double(epochs) * Double(images) / speed : nil
    }
  }

  mutating func take(_ owner: LockOwner?) {
    host = owner?.host
    pid = owner?.pid
    guard let owner else { return }
    detail =
      "on \(owner.host), "
      + (owner.slurmJob.map { "Slurm job \($0)" } ?? "process \(owner.pid)")
  }

  mutating func take(_ failure: RunFailure) {
    detail = failure.text
  }

  /// Resets the progress for a run that starts or waits again.
  mutating func restart(_ state: String) {
    self.state = state
    detail = ""
    (host, pid, loss, imagesPerSecond, secondsLeft, phase) = (nil, nil, nil, nil, nil, nil)
  }

  mutating func finish() {
    restart("finished")
    epoch = epochs
    fraction = 1
  }

  /// The cells of the run's row.
  var cells: [String] {
    [
      benchmark, method, "seed \(seed)", state, progressText,
      loss.map { String(format: "loss %.3f", $0) } ?? "",
      imagesPerSecond.map { String(format: "%.0f images/s", $0) } ?? "",
      secondsLeft.map { "ETA " + Quantities.time($0) } ?? "", detail,
    ]
  }

  private var progressText: String {
    switch state {
    case "running":
      if let phase { return phase }
      guard let epoch, epochs > 0 else { return "started" }
      return "epoch \(min(epoch + 1, epochs))/\(epochs)"
    case "unfinished":
      return epochs > 0 ? "\(epoch ?? 0) of \(epochs) epochs" : ""
    default: return epochs > 0 ? "\(epochs) epochs" : ""
    }
  }
}

extension RunFailure {
  /// "killed by signal 9 (Killed)", "no progress for 30 min; it was killed, in attempt 3"
  var text: String { reason + (attempts > 1 ? ", in attempt \(attempts)" : "") }
}

extension [RunLine] {
  /// - Parameter data: the folder of the benchmark files, which state the numbers of images.
  init(_ runs: [PlannedRun], data: BenchmarkFolder) {
    var known: [String: SplitCounts] = [:]
    self = runs.map { run in
      let counts = known[run.benchmark.name] ?? data.counts(of: run.benchmark)
      known[run.benchmark.name] = counts
      return RunLine(run, counts: counts)
    }
  }
}

extension BenchmarkFolder {
  /// The image counts of a benchmark's file, or of a complete copy if there is no file.
  fileprivate func counts(of definition: BenchmarkDefinition) -> SplitCounts {
    (try? BenchmarkFile.open(file(of: definition)).info.counts) ?? definition.counts
  }
}
