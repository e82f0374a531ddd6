import Methods
import Torch
import Vision

/// Measures in this process what a run takes, without running it: a few steps of each phase and
/// small assignments, extrapolated to all images. The process should do nothing else, because its
/// peak memory counts as the run's.
package struct RunMeasurement {
  private let run: PlannedRun
  private var context: MethodContext
  /// An untrained network for the run to start from; nil if it starts from nothing.
  private let stage: MeasuredStage?
  /// The images of the whole run.
  private let task: TaskImages
  /// The numbers of images of the whole run.
  private let shape: TaskShape
  private let clock = ContinuousClock()

  /// Seconds of preparation (clusterings of all images) above which fewer images are measured.
  private static let longestPreparation = 20.0
  /// Seconds of clustering 1,000 images above which 2,000 are not tried.
  private static let longestClustering = 5.0

  /// - Parameters:
  ///   - run: the run to measure.
  ///   - runs: the plan's, among which the stage is found.
  ///   - options: the folder of the benchmark files.
  ///   - threads: of the run.
  /// - Throws: errors of the benchmark file and of the method.
  package init(
    _ run: PlannedRun, among runs: [PlannedRun], options: RunOptions, threads: Int
  ) throws {
    self.run = run
    task = try TaskImages(run, data: options.data)
    shape = TaskShape(task, run: run)
    context = MethodContext(
      clusters: run.clusters, seed: run.seed, device: run.device,
      precision: run.precision, threads: threads)
    // Its network need not have learnt anything, and is made on as few images as that takes.
    let sample = try SampleImages(
      task, imageSize: shape.imageSize, part: shape.part(atMost: 64), seed: run.seed)
    stage = try MeasuredStage.stage(
      of: run, among: runs, context: context, images: sample.learnt)
    context = context.starting(from: stage)
  }

  /// Measures. It takes seconds to about a minute.
  package func measure() throws -> MeasuredCosts {
    Machine.prepareRun(on: context.device, threads: context.threads)
    var measurement =
      run.method is any TrainedMethod.Type ? try measureTraining() : try measureClustering()
    // A run does this first. Here its memory would hide what a few images need.
    measurement.setUpSeconds += try seconds { try task.file?.verify() }
    measurement.memoryBytes = max(measurement.memoryBytes, Machine.peakMemoryBytes)
    return measurement
  }

  // MARK: - Methods that train

  /// The costs of a trained method, which is made on all images and takes a few steps of each
  /// phase. Assignment is timed on a few hundred images; its time grows with their number.
  private func measureTraining() throws -> MeasuredCosts {
    let part = try preparationOfAll() > Self.longestPreparation ? shape.part(atMost: 1_000) : 1
    var measurement = MeasuredCosts(
      setUpSeconds: 0, phases: [], assignmentSeconds: 0, memoryBytes: 0)
    let start = clock.now
    let images = try sample(part).learnt
    let made = try run.configured.make(context: context, images: images)
    measurement.setUpSeconds = (clock.now - start).seconds
    guard let method = made as? any TrainedMethod else { return measurement }
    let training = TrainingSteps(
      method: method, images: images, seed: run.seed, device: context.device)
    var steps = StepMeasurement(
      training,
      batch: min(images.count, shape.learnt / method.plan.training.steps(of: shape.learnt)))
    for epoch in run.phases {
      let preparation = try prepare(method, epoch)
      measurement.phases.append(
        MeasuredCosts.Phase(
          firstEpoch: epoch, entrySeconds: preparation.first / part,
          epochSeconds: preparation.later / part, stepSeconds: try steps.seconds(in: epoch),
          stepsPerEpoch: stepsPerEpoch(training, in: epoch)))
    }
    let missing = missingBytes(part)
    measurement.memoryBytes = steps.memoryBytes + missing
    measurement.assignmentSeconds = try assignmentOfAll()
    measurement.memoryBytes = max(measurement.memoryBytes, Machine.peakMemoryBytes + missing)
    return measurement
  }

  /// Steps of an epoch of the run, from those of one with fewer images.
  private func stepsPerEpoch(_ training: TrainingSteps, in epoch: Int) -> Int {
    training.passes(of: epoch).reduce(0) { steps, pass in
      steps
        + training.method.plan.steps(
          of: shape.learnt * pass.positions.count / training.images.count)
    }
  }

  /// Seconds of an assignment of all images, extrapolated from 512 images, or from 64 if those take
  /// over a second.
  private func assignmentOfAll() throws -> Double {
    var all = 0.0
    for count in [64, 512] {
      let part = shape.part(atMost: count)
      let sample = try sample(part)
      let method = try run.configured.make(context: context, images: sample.learnt)
      // A method may need what happens before its first steps.
      try (method as? any TrainedMethod)?.beginEpoch(run.firstEpoch)
      let seconds = try seconds { _ = try method.allReadOuts(of: sample.scored) }
      all = seconds / part
      if seconds > 1 { break }
    }
    return all
  }

  /// Seconds of what precedes steps, for all images: making the method and preparing epochs, both
  /// of which may process every image. The difference between two sizes leaves out what does not
  /// depend on the number of images.
  private func preparationOfAll() throws -> Double {
    let (few, more) = (shape.part(atMost: 64), shape.part(atMost: 256))
    guard more > few else { return 0 }
    /// Seconds to make the method on a part of the images and to prepare the first epochs of its
    /// phases.
    func prepareAll(_ part: Double) throws -> Double {
      let sample = try sample(part)
      return try seconds {
        let method = try run.configured.make(context: context, images: sample.learnt)
        guard let method = method as? any TrainedMethod else { return }
        for epoch in run.phases { _ = try prepare(method, epoch) }
      }
    }
    // The first time chooses and compiles kernels.
    _ = try prepareAll(few)
    return try (prepareAll(more) - prepareAll(few)) / (more - few)
  }

  /// Seconds of `beginEpoch` at the first epoch of a phase and at the next one.
  private func prepare(
    _ method: any TrainedMethod, _ epoch: Int
  ) throws -> (first: Double, later: Double) {
    let first = try seconds { try method.beginEpoch(epoch) }
    guard epoch + 1 < run.epochs, !run.phases.contains(epoch + 1) else { return (first, 0) }
    return (first, try seconds { try method.beginEpoch(epoch + 1) })
  }

  // MARK: - Methods that do not train

  /// The costs of a method that does not train, from runs on 500, 1,000 and 2,000 images, or the
  /// first two if those take long. Time and memory grow with the power of the number of images that
  /// these runs show: 1 for k-means, more for linkages.
  private func measureClustering() throws -> MeasuredCosts {
    let largest = min(1, 4 * shape.part(atMost: 500))
    var part = 1.0
    var setUp = 0.0
    var times: [Double] = []
    var peaks: [Double] = []
    for size in largest < 1 ? [largest / 4, largest / 2, largest] : [1] {
      let start = clock.now
      let sample = try sample(size)
      let method = try run.configured.make(context: context, images: sample.learnt)
      setUp = (clock.now - start).seconds
      times.append(
        try run.isAnsweredByEvaluator
          ? 0 : seconds { _ = try method.allReadOuts(of: sample.scored) })
      peaks.append(Double(Machine.peakMemoryBytes))
      part = size
      if times.count == 2, times[1] > Self.longestClustering { break }
    }
    return MeasuredCosts(
      setUpSeconds: setUp / part, phases: [],
      assignmentSeconds: Growth.ofTime(times).extrapolated(by: 1 / part),
      memoryBytes: max(
        Int(min(max(Growth.ofMemory(peaks).extrapolated(by: 1 / part), 0), 1e15)),
        Machine.peakMemoryBytes + missingBytes(part)))
  }

  // MARK: - Small things

  /// Bytes of the pixels that a part of the task lacks. All images are in memory twice while
  /// libtorch takes them over.
  private func missingBytes(_ part: Double) -> Int {
    Int(Double(shape.pixelBytes) * (1 - part)) * 2
  }

  /// Images for a part, in 0...1, of the task.
  private func sample(_ part: Double) throws -> SampleImages {
    try SampleImages(task, imageSize: shape.imageSize, part: part, seed: run.seed)
  }

  /// Wall-clock seconds of `body`, with the first error of its tensors thrown.
  private func seconds(_ body: () throws -> Void) throws -> Double {
    try clock.measure { try Torch.checked(body) }.seconds
  }
}
