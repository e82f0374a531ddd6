import Core
import Foundation
import Records

/// The command line that starts this program again for one run, with the options of this one.
///
///     let command = ChildCommand(
///       experimentFile: "experiments/cpu.yaml", profile: nil, overrides: ["epochs=5"],
///       options: options)
package struct ChildCommand: Sendable {
  /// The experiment file and the options that all runs share.
  package let common: [String]

  package init(
    experimentFile: String, profile: String?, overrides: [String], options: RunOptions
  ) {
    var arguments = [
      experimentFile, "--data", options.data, "--results", options.results,
      "--precision", options.precision.rawValue,
    ]
    if let device = options.device { arguments += ["--device", device.rawValue] }
    if options.recomputes { arguments.append("--recompute") }
    if options.isFast { arguments.append("--fast") }
    if let profile { arguments += ["--profile", profile] }
    if let threads = options.threads { arguments += ["--threads", "\(threads)"] }
    for override in overrides { arguments += ["--set", override] }
    common = arguments
  }

  /// The arguments for one run.
  ///
  /// - Parameter command: the hidden command: "run-child" or "measure-child".
  func arguments(for run: PlannedRun, command: String = "run-child") -> [String] {
    [command] + common + ["--only", run.selector]
  }
}

/// Runs runs on this machine, each in a process of its own, so that a run that crashes or runs out
/// of memory affects no other.
///
///     try LocalExecutor(jobs: 2, command: command, running: experiment.running)
///       .run(plan.runs) { event in print(event) }
///
/// Everything happens on the calling thread, which polls processes, pipes, clock and signals. It
/// needs no other thread, which a loaded machine might refuse.
package struct LocalExecutor {
  /// How often runs of other processes are checked.
  private static let elsewhereInterval = Duration.seconds(3)
  /// Milliseconds between two checks of silent processes.
  private static let look: Int32 = 200

  private let jobs: Int
  private let command: ChildCommand
  private let running: RunningOptions
  private let stop: SweepStop
  private let estimate: @Sendable (PlannedRun) -> RunEstimate?
  /// Tells the available memory, and kills by the kernel.
  private let memory = MachineMemory()
  /// The GPUs at the start of a sweep.
  private let cards: CardPool

  /// - Parameters:
  ///   - jobs: how many runs go on at once.
  ///   - command: what starts the process of a run.
  ///   - running: when runs are checkpointed, retried and taken to hang.
  ///   - stop: tells that the sweep is to end.
  ///   - cards: shared out among the runs that are computed on one.
  ///   - estimate: what is known of a run's time and memory.
  package init(
    jobs: Int, command: ChildCommand, running: RunningOptions = RunningOptions(),
    stop: SweepStop = SweepStop(), cards: CardPool = .ofThisMachine,
    estimate: @escaping @Sendable (PlannedRun) -> RunEstimate? = { _ in nil }
  ) {
    self.jobs = max(1, jobs)
    self.command = command
    self.running = running
    self.stop = stop
    self.cards = cards
    self.estimate = estimate
  }

  /// Returns when every run is finished or has failed for good.
  ///
  /// - Parameters:
  ///   - runs: the runs to compute, each after the one that it starts from.
  ///   - onEvent: called on this thread.
  /// - Throws: `RunInterrupted` if a stop was requested before that.
  package func run(
    _ runs: [PlannedRun], onEvent: @escaping @Sendable (SweepEvent) -> Void
  ) throws {
    let estimates = runs.map(estimate)
    let order = SweepQueue.order(runs.map(\.seed), seconds: estimates.map { $0?.seconds })
    let ordered = order.map { runs[$0] }
    let places = Dictionary(zip(ordered.map(\.combination), 0...)) { first, _ in first }
    var sweep = Sweep(
      queue: SweepQueue(
        jobs: jobs, groups: groups(ordered.map(\.seed)),
        stages: ordered.map { run in run.stage.flatMap { places[$0] } },
        memory: order.map { estimates[$0]?.memoryBytes }, budget: budget),
      runs: ordered, retries: running.retries
    ) { event in onEvent(event.moved(to: order)) }
    var processes: [Int: RunProcess] = [:]
    var lastLook = ContinuousClock.now
    var cards = cards
    while true {
      stop.collect()
      if stop.signal == nil {
        while let index = sweep.next() {
          let isOnCard = ordered[index].device == .cuda
          processes[index] = process(index, of: sweep, on: isOnCard ? cards.take(for: index) : nil)
        }
      }
      if stop.signal == nil ? sweep.isDone : sweep.running.isEmpty { break }
      ChildProcess.wait(for: processes.values.compactMap(\.child), milliseconds: Self.look)
      for (index, process) in processes.sorted(by: { $0.key < $1.key }) {
        guard let outcome = process.look() else { continue }
        processes[index] = nil
        cards.giveBack(from: index)
        sweep.finishAttempt(outcome, of: index, stopping: stop.signal != nil)
      }
      if .now - lastLook > Self.elsewhereInterval {
        sweep.lookElsewhere()
        lastLook = .now
      }
    }
    if let signal = stop.signal, !sweep.isDone { throw RunInterrupted(signal: signal) }
  }

  /// Bytes that all runs may use together; nil without a limit.
  private var budget: Int? {
    running.memoryGiB.map { Int(min($0, 1e6) * 1_073_741_824) } ?? memory.availableBytes
  }

  /// For each run the number of its seed's turn: runs of one seed may overtake each other, but not
  /// those of an earlier seed.
  private func groups(_ seeds: [UInt64]) -> [Int] {
    var group = 0
    return seeds.indices.map { index in
      if index > 0, seeds[index] != seeds[index - 1] { group += 1 }
      return group
    }
  }

  /// Starts the process of a run.
  private func process(_ index: Int, of sweep: Sweep, on card: String?) -> RunProcess {
    let run = sweep.runs[index]
    let onEvent = sweep.onEvent
    return RunProcess(
      run: run, arguments: command.arguments(for: run), card: card,
      earlierAttempts: sweep.attempts[index],
      watch: RunWatch(
        hangLimit: .seconds(running.hangMinutes * 60), stop: stop, memory: memory)
    ) { onEvent(.progressed(index, $0)) }
  }
}
