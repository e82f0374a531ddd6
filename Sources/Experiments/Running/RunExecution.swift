import Benchmarks
import ClassicalClustering
import Core
import Foundation
import HDF5
import Methods
import Records
import Torch
import Vision

/// Runs one planned run in this process, from the benchmark file to `run.json`.
///
///     let plan = try Plan(experiment, options: options, registry: .builtIn)
///     try RunExecution(plan.runs[0], options: options, experiment: experiment).run()
///
/// It checks the file, presents the images in the order of their content, trains and assigns, and
/// writes the run folder. The caller holds the folder's lock.
package struct RunExecution {
  private let planned: PlannedRun
  private let options: RunOptions
  /// Threads of libtorch and of the classical methods.
  private let threads: Int
  /// Epochs between two intermediate scores; 0 for none.
  private let evaluateEvery: Int
  /// The longest time between two checkpoints.
  private let checkpointInterval: Duration
  private let hooks: RunHooks
  /// The revision that the record names.
  private let sourceRevision: String

  /// - Parameters:
  ///   - planned: the run.
  ///   - options: where data and results are, and how the run is computed.
  ///   - experiment: the run's, for its threads, checkpoints and intermediate scores.
  ///   - hooks: the connections to the process.
  ///   - sourceRevision: as read when the process started. A commit made later is of code that never
  ///     ran.
  package init(
    _ planned: PlannedRun, options: RunOptions, experiment: Experiment,
    hooks: RunHooks = RunHooks(), sourceRevision: String = Machine.sourceRevision
  ) {
    self.planned = planned
    self.sourceRevision = sourceRevision
    self.options = options
    threads = options.threads ?? experiment.threads
    evaluateEvery = experiment.evaluateEvery
    checkpointInterval = .seconds(60 * experiment.running.checkpointMinutes)
    self.hooks = hooks
  }

  /// Runs, and leaves the folder finished, or failed with the error's text as the reason. An
  /// earlier result of other settings is moved aside first.
  ///
  /// - Throws: `RunInterrupted` after a stop request, with a checkpoint written and the run neither
  ///   finished nor failed; `RecordError.lockLost` if another process has taken the folder over;
  ///   otherwise the error that the failure records.
  package func run() throws {
    let attempts = planned.folder.attempts(of: planned.identity)
    do {
      try planned.setAsideEarlierResult()
      try AtomicFile.remove(planned.folder.failure)
      try finish(try compute())
    } catch let interruption as RunInterrupted {
      throw interruption
    } catch RecordError.lockLost(let file) {
      // The folder is another's now.
      throw RecordError.lockLost(file: file)
    } catch {
      let failure = planned.failure(
        FailureKind(of: error), "\(error)", lastLogLines: planned.folder.lastLogLines(),
        attempts: attempts + 1)
      // Where it cannot be written, the process says it to its sweep (`FailureReport`).
      try? failure.write(to: planned.folder.failure)
      throw error
    }
  }

  /// Everything that a finished run writes.
  private struct Outcome {
    let record: RunRecord
    let assignments: Assignments
    let history: History?
    /// What encoder.safetensors holds; nil for a method that trains no network.
    let encoder: [NamedTensor]?
    let fitted: FittedState.Values
    /// Tensors of the memory that assigning other images needs.
    let memory: [NamedTensor]
    /// Nil for a method without vectors, and for a result of another epoch than the network's.
    let projection: Projection?
  }

  /// The run without its files: images, method, training, assignment and scores.
  private func compute() throws -> Outcome {
    let start = ContinuousClock.now
    try Machine.checkHas(planned.device)
    Machine.prepareRun(on: planned.device, threads: threads, isFast: options.isFast)
    let path = BenchmarkFolder(options.data).file(of: planned.benchmark)
    let file = try BenchmarkFile.open(path)
    try file.verify()
    let task = try RunTask(file, run: planned)
    let fitted = FittedState()
    let context = MethodContext(
      clusters: planned.clusters, seed: planned.seed, device: planned.device,
      precision: planned.precision, threads: threads,
      stage: try planned.finishedStage(in: options.results), memory: MachineMemory().availableBytes,
      fitted: fitted)
    let method = try planned.configured.make(context: context, images: task.learnt)
    let preparationEnd = ContinuousClock.now
    let progress = try (method as? any TrainedMethod).map { trained in
      try Trainer(
        steps: TrainingSteps(
          method: trained, images: task.learnt, seed: planned.seed, device: planned.device),
        identity: planned.identity, checkpoints: Checkpoint.Files(planned.folder),
        shorter: planned.shorterRun,
        checkpointInterval: checkpointInterval,
        scoredEpochs: ScoredEpochs(
          planned.runProtocol.checkpoint, firstEpoch: trained.firstEpoch,
          epochs: trained.plan.training.epochs,
          // Without labels nothing is learnt from scoring on the way, but for the choice by loss and for measures.
          every: task.evaluator.hasLabels || planned.runProtocol.checkpoint.chooses
            || trained is any ReportsReadOuts ? evaluateEvery : 0),
        evaluate: { try task.evaluator.evaluation(of: trained, on: task.scored) }, hooks: hooks
      ).train()
    }
    let trainingEnd = ContinuousClock.now
    let best = progress?.best
    let result =
      if let best {
        // A checkpoint has no confidences of the best epoch.
        try task.evaluator.evaluation(of: best.predicted, readOuts: best.readOuts)
      } else if planned.isAnsweredByEvaluator {
        try task.evaluator.evaluation(of: task.evaluator.trueLabels())
      } else {
        try evaluate(task, by: method)
      }
    let seconds =
      (preparationEnd - start).seconds + (progress?.seconds ?? 0)
      + (ContinuousClock.now - trainingEnd).seconds
    let timing = RunTiming(
      seconds: seconds,
      imagesPerSecond: progress.map {
        Double($0.trainedImages) / max($0.trainingSeconds, 1e-9)
      },
      peakMemoryBytes: Machine.peakMemoryBytes, resumptions: progress?.resumptions ?? 0)
    let assignments = try task.evaluator.assignments(
      result.predicted, confidence: result.confidence, identity: planned.identity,
      contentHash: file.info.contentSHA256)
    let isOfLastEpoch = best.map { $0.epoch == planned.epochs } ?? true
    let projection = isOfLastEpoch ? projection(of: task, result.predicted, by: method) : nil
    return Outcome(
      record: record(
        result, checkpointEpoch: best?.epoch,
        timing: timing, file: file.info, presentation: task.presentation),
      assignments: assignments, history: progress?.history,
      encoder: (method as? any TrainedMethod).map(stageTensors(of:)), fitted: fitted.values,
      memory: (method as? any AppliesToNewImages & TrainedMethod)?.keptMemory ?? [],
      projection: projection)
  }

  /// The sample of the scored images for figures; nil where there is none. No run fails for want of it.
  private func projection(
    of task: RunTask, _ predicted: [Int32], by method: any ClusteringMethod
  ) -> Projection? {
    guard let trained = method as? any TrainedMethod else { return nil }
    do {
      return try trained.projection(
        of: task.scored, predicted, order: task.evaluator.fileOrder, identity: planned.identity,
        threads: threads)
    } catch {
      hooks.note("no projection is kept: \(error)")
      return nil
    }
  }

  /// Assigns the scored images and scores the result, and reports how far that is. For a run that does
  /// not train it is all of the run.
  private func evaluate(
    _ task: RunTask, by method: any ClusteringMethod
  ) throws -> Evaluation {
    func report(_ done: Double) {
      hooks.report(
        RunProgress(
          phase: "assigning", epoch: planned.epochs, epochs: planned.epochs,
          fraction: planned.epochs > 0 ? 1 : done))
    }
    report(0)
    (method as? any ReportsProgress)?.progress = report
    return try task.evaluator.evaluation(of: method, on: task.scored)
  }

  /// Writes the folder's files, the record last. The last checkpoint is kept if a run of more
  /// epochs could continue from it; other checkpoints are removed.
  private func finish(_ outcome: Outcome) throws {
    let folder = planned.folder
    try hooks.checkLock()
    // What a process left that was killed before its record was written.
    for path in [
      folder.record, folder.history, folder.assignments, folder.encoder, folder.assignmentState,
      folder.projection, folder.lastEpoch,
    ] {
      try AtomicFile.remove(path)
    }
    try outcome.history?.write(to: planned.folder.history)
    try outcome.assignments.write(to: planned.folder.assignments)
    try outcome.projection?.write(to: planned.folder.projection)
    if let encoder = outcome.encoder {
      try SafeTensors.write(
        encoder,
        metadata: KeptState.metadata(
          settings: planned.settings, viewSize: planned.viewSize, outcome.fitted),
        to: planned.folder.encoder)
    }
    try KeptState(values: outcome.fitted, memory: outcome.memory)
      .write(clusters: planned.clusters, to: planned.folder.assignmentState)
    try outcome.record.write(to: planned.folder.record)
    planned.keepLastEpoch()
  }

  /// The content of `run.json`.
  private func record(
    _ result: Evaluation, checkpointEpoch: Int?, timing: RunTiming, file: BenchmarkInfo,
    presentation: PresentationProvenance
  ) -> RunRecord {
    let method = planned.method.description
    return RunRecord(
      identity: planned.identity, experiment: planned.experiment, benchmark: planned.benchmark.name,
      method: planned.row.name, methodTitle: planned.row.title, methodFamily: method.family,
      methodVersion: method.version, variantOf: planned.row.variantOf,
      stage: planned.identityInputs.stage, seed: planned.seed,
      profile: planned.profile,
      settings: planned.settings, departures: planned.departures, protocol: planned.runProtocol,
      metrics: result.metrics, readOuts: result.readOuts,
      checkpointEpoch: checkpointEpoch, timing: timing,
      provenance: Provenance(
        sourceRevision: sourceRevision,
        benchmarkFile: BenchmarkProvenance(file, of: planned.benchmark),
        presentation: presentation, libtorch: Torch.version, openBLAS: OpenBLAS.configuration,
        device: planned.device.rawValue, deviceName: Machine.name(of: planned.device),
        precision: planned.precision.rawValue,
        isFast: planned.device == .cuda && options.isFast ? true : nil, threads: threads,
        finishedAt: Date().formatted(.iso8601)))
  }
}

extension RunFolder {
  /// How often the run of this identity has failed so far.
  package func attempts(of identity: String) -> Int {
    guard let last = try? RunFailure.read(from: failure), last.identity == identity else {
      return 0
    }
    return last.attempts
  }

  /// The last lines of the log, for a failure's record. Only its last 64 KiB are read.
  package func lastLogLines(_ count: Int = 20) -> [String] {
    guard let log = FileHandle(forReadingAtPath: log) else { return [] }
    // A library may have filled it for days.
    let end = (try? log.seekToEnd()) ?? 0
    try? log.seek(toOffset: end > 1 << 16 ? end - 1 << 16 : 0)
    guard let data = try? log.read(upToCount: 1 << 16) else { return [] }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").suffix(count).map(
      String.init)
  }
}

/// The connections of a run to the process that computes it.
package struct RunHooks {
  /// Receives progress a few times a second.
  package var report: (RunProgress) -> Void
  /// Receives remarks for the log, one line each.
  package var note: (String) -> Void
  /// Asks training to stop after the current step.
  package var stop: StopRequest
  /// Throws if the folder's lock is no longer this process's. It is called before anything is
  /// written.
  package var checkLock: () throws -> Void

  package init(
    report: @escaping (RunProgress) -> Void = { _ in },
    note: @escaping (String) -> Void = { _ in }, stop: StopRequest = StopRequest(),
    checkLock: @escaping () throws -> Void = {}
  ) {
    self.report = report
    self.note = note
    self.stop = stop
    self.checkLock = checkLock
  }
}

extension FailureKind {
  /// The kind of failure, which decides whether a retry can help.
  package init(of error: any Error) {
    switch error {
    case ExperimentError.nonFiniteLoss: self = .nonFinite
    case MethodError.unsupported: self = .unsupported
    case let error as FileError where error.isFull: self = .diskFull
    case let error as HDF5Error where error.isFull: self = .diskFull
    case let error as TorchError where error.kind == .outOfMemory: self = .outOfMemory
    default: self = .error
    }
  }
}
