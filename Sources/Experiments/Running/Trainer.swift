import Foundation
import Methods
import Records
import Torch
import Vision

/// Trains a method epoch by epoch: batches, learning rate, checkpoints, intermediate scores and
/// history.
///
/// It starts from the run's last whole checkpoint, or from the final state of a finished run of
/// fewer epochs (`shorter`), or from the beginning. Every way gives the same bits, since random
/// numbers depend on epoch and image only.
///
///     let progress = try Trainer(
///       steps: TrainingSteps(method: method, images: images, seed: 0, device: .cpu),
///       identity: run.identity, checkpoints: files, shorter: nil,
///       checkpointInterval: .seconds(600),
///       scoredEpochs: ScoredEpochs(.last, epochs: epochs, every: 0),
///       evaluate: evaluate, hooks: RunHooks()
///     ).train()
///     progress.history  // a row per epoch
struct Trainer {
  let steps: TrainingSteps
  /// The run's identity. Checkpoints of other identities are ignored.
  let identity: String
  /// Where checkpoints are read and written.
  let checkpoints: Checkpoint.Files
  /// The finished run of fewer epochs that this one extends, if the run has no checkpoint of its
  /// own.
  let shorter: ShorterRun?
  /// A checkpoint is written after every epoch, and within one after this time.
  let checkpointInterval: Duration
  /// After which epochs `evaluate` is called.
  let scoredEpochs: ScoredEpochs
  /// Assigns the scored images with the method as it is and scores the result. It does not change
  /// the training: the scores go to the history and, under a checkpoint rule, select the epoch
  /// whose assignments `Checkpoint.Progress.best` keeps.
  let evaluate: () throws -> Evaluation
  let hooks: RunHooks

  private var method: any TrainedMethod { steps.method }
  /// Epochs, batch size and learning rate.
  private var training: TrainingSettings { method.plan.training }

  /// The first epoch of the run, counted from 0.
  private var firstEpoch: Int { min(method.firstEpoch, training.epochs) }

  /// Trains from the first epoch that its stage has left to the last.
  ///
  /// - Returns: the history, the chosen epoch if there is one, and the times of all sessions.
  /// - Throws: `RunInterrupted` after a stop request, with the checkpoint written;
  ///   `ExperimentError.nonFiniteLoss`; errors of the method, of libtorch and of files.
  func train() throws -> Checkpoint.Progress {
    let optimiser = method.plan.makeOptimiser(for: method.network)
    var session = Session(
      Checkpoint.Progress(identity: identity, completedEpochs: firstEpoch))
    if let saved = try Checkpoint.resume(
      checkpoints, identity: identity, epochs: training.epochs, method, optimiser, note: hooks.note)
    {
      session = Session(saved.progress)
      session.progress.resumptions += 1
    } else if let shorter,
      let saved = try Checkpoint.resume(
        Checkpoint.Files(current: shorter.checkpoint, previous: nil), identity: shorter.identity,
        epochs: training.epochs, method, optimiser, note: hooks.note)
    {
      hooks.note("goes on after epoch \(shorter.epochs), from \(shorter.checkpoint)")
      session = Session(saved.progress)
      session.progress.identity = identity
    }
    for epoch in session.progress.completedEpochs..<training.epochs {
      try hooks.stop.deferring { try runSteps(of: epoch, optimiser, &session) }
      if scoredEpochs.contains(epoch) {
        // Scoring takes long, and a signal ends it at once.
        try save(session, optimiser)
      }
      try finish(epoch, &session)
      try hooks.stop.deferring { try save(session, optimiser) }
    }
    var progress = session.progress
    progress.seconds = session.seconds
    return progress
  }

  /// Takes the steps of an epoch that the checkpoint does not have yet. After each step it looks
  /// for a stop request and for the time of the next checkpoint.
  private func runSteps(
    of epoch: Int, _ optimiser: any Optimiser, _ session: inout Session
  ) throws {
    // What an epoch begins with is in the checkpoint of one that has begun.
    if session.progress.partialEpoch == nil {
      report("preparing", epoch: epoch, done: epoch, session)
      try steps.begin(epoch)
      report("training", epoch: epoch, done: epoch, session)
    }
    var partial = session.progress.partialEpoch ?? Checkpoint.PartialEpoch()
    let batches = try steps.batches(of: epoch)
    guard partial.completedSteps <= batches.count else {
      throw SafeTensorsError(
        path: checkpoints.current, reason: "it has taken more steps than epoch \(epoch + 1) has")
    }
    var reporter = ThrottledReport(
      epoch: epoch, first: firstEpoch, epochs: training.epochs,
      images: steps.imageCount(of: epoch),
      seen: batches.prefix(partial.completedSteps).reduce(0) { $0 + $1.positions.count })
    let clock = ContinuousClock()
    for step in partial.completedSteps..<batches.count {
      let start = clock.now
      optimiser.learningRate = method.plan.learningRate(
        epoch: epoch, step: step, of: batches.count)
      let terms = try steps.take(step, of: epoch, on: batches[step], optimiser)
      partial.losses.add(terms, images: batches[step].positions.count)
      partial.completedSteps = step + 1
      partial.learningRate = optimiser.learningRate
      partial.seconds += (clock.now - start).seconds
      session.progress.partialEpoch = partial
      reporter.advance(
        batches[step].positions.count, loss: terms.total, report: hooks.report
      )
      let signal = hooks.stop.signal
      if signal != nil || clock.now - session.lastSave > checkpointInterval {
        try save(session, optimiser)
        session.lastSave = clock.now
      }
      if let signal { throw RunInterrupted(signal: signal) }
    }
  }

  /// Ends an epoch: its row of the history and, if it is a scored one, its scores.
  private func finish(_ epoch: Int, _ session: inout Session) throws {
    guard let partial = session.progress.partialEpoch else { return }
    let images = steps.imageCount(of: epoch)
    let means = partial.losses.means
    var row = HistoryRow(
      epoch: epoch + 1, loss: means.total, partialLosses: means,
      learningRate: partial.learningRate,
      imagesPerSecond: Double(images) / max(partial.seconds, 1e-9))
    if scoredEpochs.contains(epoch) {
      report("evaluating", epoch: epoch, done: epoch + 1, session)
      let evaluation = try evaluate()
      row.scores = evaluation.metrics.scores?.columns
      row.readOuts = evaluation.readOuts?.scores ?? []
      row.measures = evaluation.readOuts?.measures ?? []
      if let value = scoredEpochs.rule.value(loss: row.loss, metrics: evaluation.metrics) {
        session.progress.best = ChosenEpoch(
          epoch: epoch + 1, value: value, predicted: evaluation.predicted,
          readOuts: evaluation.readOuts
        ).orEarlier(session.progress.best)
      }
    }
    try session.progress.history.append(row)
    session.progress.trainingSeconds += partial.seconds
    session.progress.trainedImages += images
    session.progress.completedEpochs = epoch + 1
    session.progress.partialEpoch = nil
    session.lastSave = .now
  }

  /// Reports what is done between the steps of two epochs, with the loss and the speed of the last
  /// complete epoch: an epoch may be over before its own steps report any.
  private func report(_ phase: String, epoch: Int, done: Int, _ session: Session) {
    let last = session.progress.history.rows.last
    hooks.report(
      RunProgress(
        phase: phase, epoch: epoch, epochs: training.epochs,
        fraction: Double(done - firstEpoch) / Double(max(1, training.epochs - firstEpoch)),
        loss: last?.loss, imagesPerSecond: last?.imagesPerSecond,
        secondsLeft: last?.imagesPerSecond.map {
          Double((training.epochs - done) * steps.imageCount(of: epoch)) / max($0, 1e-9)
        }))
  }

  /// Writes a checkpoint, if the folder is still this process's.
  private func save(_ session: Session, _ optimiser: any Optimiser) throws {
    var progress = session.progress
    progress.seconds = session.seconds
    try hooks.checkLock()
    try Checkpoint(progress: progress).write(method, optimiser, to: checkpoints)
  }
}

/// The state of training in this process.
private struct Session {
  /// What a checkpoint of this moment contains.
  var progress: Checkpoint.Progress
  var lastSave = ContinuousClock.now
  private let start = ContinuousClock.now

  init(_ progress: Checkpoint.Progress) {
    self.progress = progress
  }

  /// Wall-clock seconds of this session and all before it.
  var seconds: Double { progress.seconds + (ContinuousClock.now - start).seconds }
}

/// Progress within an epoch, reported a few times a second instead of after every step.
private struct ThrottledReport {
  private let epoch: Int
  /// The first epoch of the run.
  private let first: Int
  private let epochs: Int
  private let images: Int
  /// Images of the epoch that earlier sessions saw; they do not count for the speed.
  private let inherited: Int
  private let clock = ContinuousClock()
  private let start = ContinuousClock.now
  private var last = ContinuousClock.now
  private var seen: Int

  /// - Parameter seen: images that were seen before this session.
  init(epoch: Int, first: Int, epochs: Int, images: Int, seen: Int) {
    self.epoch = epoch
    self.first = first
    self.epochs = epochs
    self.images = images
    self.seen = seen
    inherited = seen
  }

  /// Counts the images of a step, and reports if the last report is 0.3 s old or the epoch is over.
  mutating func advance(_ count: Int, loss: Double, report: (RunProgress) -> Void) {
    seen += count
    guard clock.now - last > .milliseconds(300) || seen == images else { return }
    last = clock.now
    let part = Double(seen) / Double(images)
    let speed = Double(seen - inherited) / max((clock.now - start).seconds, 1e-9)
    report(
      RunProgress(
        phase: "training", epoch: epoch, epochs: epochs,
        fraction: (Double(epoch - first) + part) / Double(epochs - first), loss: loss,
        imagesPerSecond: speed,
        secondsLeft: (Double(epochs - epoch) - part) * Double(images) / max(speed, 1e-9)))
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
