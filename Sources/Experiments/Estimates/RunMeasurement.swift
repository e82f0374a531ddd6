import ClassicalClustering
import Methods
import Torch
import Vision

/// Measures in this process what a run takes, without carrying it out. The process should do nothing
/// else: its peak memory is taken for the run's.
public struct RunMeasurement {
  private let run: PlannedRun
  private let context: MethodContext
  private let task: TaskImages
  private let shape: TaskShape
  private let clock = ContinuousClock()

  /// What the preparation of epochs (clusterings of all images) may take before fewer images are
  /// measured instead.
  private static let longestPreparation = 20.0

  public init(_ run: PlannedRun, options: RunOptions, threads: Int) throws {
    self.run = run
    context = MethodContext(
      clusters: run.benchmark.classCount, seed: run.seed, device: options.device,
      precision: options.precision.resolved(on: options.device), threads: threads)
    task = try TaskImages(run, data: options.data)
    shape = TaskShape(task, run: run)
  }

  public func measure() throws -> Measurement {
    Torch.keepFreedMemory()
    Torch.threads = context.threads
    OpenBLAS.useOneThread()
    let reading = try seconds { try task.file?.verify() }
    var measurement =
      run.method is any TrainedMethod.Type ? try measureTraining() : try measureClustering()
    measurement.setUpSeconds += reading
    return measurement
  }

  // MARK: - Methods that train

  /// The method is made on all images, and takes a few steps in each phase. Assignment is timed on a
  /// few hundred images and taken to grow with their number.
  private func measureTraining() throws -> Measurement {
    let part = try preparationOfAll() > Self.longestPreparation ? self.part(atMost: 4_000) : 1
    var measurement = Measurement(
      setUpSeconds: 0, phases: [], assignmentSeconds: 0, memoryBytes: 0)
    let start = clock.now
    let images = try sample(part).learnt
    let made = try run.makeMethod(context: context, images: images)
    measurement.setUpSeconds = (clock.now - start).seconds
    guard let method = made as? any TrainedMethod else { return measurement }
    let stepsPerEpoch = method.plan.training.steps(of: shape.learnt)
    var steps = StepMeasurement(
      TrainingSteps(method: method, images: images, seed: run.seed, device: context.device),
      batch: min(images.count, shape.learnt / stepsPerEpoch))
    for epoch in run.phases {
      let preparation = try prepare(method, epoch)
      measurement.phases.append(
        Measurement.Phase(
          firstEpoch: epoch, entrySeconds: preparation.first / part,
          epochSeconds: preparation.later / part, stepSeconds: try steps.seconds(in: epoch),
          stepsPerEpoch: stepsPerEpoch))
    }
    // All images lie there twice while they are handed to libtorch.
    let missing = Int(Double(shape.pixelBytes) * (1 - part)) * 2
    measurement.memoryBytes = steps.memoryBytes + missing
    measurement.assignmentSeconds = try assignmentOfAll()
    measurement.memoryBytes = max(measurement.memoryBytes, Machine.peakMemoryBytes + missing)
    return measurement
  }

  /// Seconds of an assignment of all images, from one of a few hundred, or of fewer where those take
  /// long.
  private func assignmentOfAll() throws -> Double {
    var all = 0.0
    for count in [64, 512] {
      let part = part(atMost: count)
      let sample = try sample(part)
      let method = try run.makeMethod(context: context, images: sample.learnt)
      // A method may need what happens before its first steps.
      try (method as? any TrainedMethod)?.beginEpoch(0)
      let seconds = try seconds { _ = try method.assign(sample.scored) }
      all = seconds / part
      if seconds > 1 { break }
    }
    return all
  }

  /// Seconds that the preparation of epochs (clusterings of all images, say) takes for all images,
  /// from that for a few.
  private func preparationOfAll() throws -> Double {
    let part = part(atMost: 256)
    let made = try run.makeMethod(context: context, images: sample(part).learnt)
    guard let method = made as? any TrainedMethod else { return 0 }
    return try run.phases.reduce(0) { sum, epoch in
      let seconds = try prepare(method, epoch)
      return sum + (seconds.first + seconds.later) / part
    }
  }

  /// Seconds of `beginEpoch` at the first epoch of a phase and at the one after it.
  private func prepare(
    _ method: any TrainedMethod, _ epoch: Int
  ) throws -> (first: Double, later: Double) {
    let first = try seconds { try method.beginEpoch(epoch) }
    guard epoch + 1 < run.epochs, !run.phases.contains(epoch + 1) else { return (first, 0) }
    return (first, try seconds { try method.beginEpoch(epoch + 1) })
  }

  // MARK: - Methods that do not train

  /// The method is carried out on 500, 1,000 and 2,000 images, and time and memory are taken to grow
  /// on with the power of their number that these show: 1 for k-means, more for linkages.
  private func measureClustering() throws -> Measurement {
    let part = min(1, 4 * part(atMost: 500))
    let sizes = part < 1 ? [part / 4, part / 2, part] : [part]
    var setUp = 0.0
    var times: [Double] = []
    var peaks: [Double] = []
    for part in sizes {
      let start = clock.now
      let sample = try sample(part)
      let method = try run.makeMethod(context: context, images: sample.learnt)
      setUp = (clock.now - start).seconds
      times.append(try seconds { _ = try method.assign(sample.scored) })
      peaks.append(Double(Machine.peakMemoryBytes))
    }
    return Measurement(
      setUpSeconds: setUp / part, phases: [],
      assignmentSeconds: Growth.ofTime(times).extrapolated(by: 1 / part),
      memoryBytes: Int(Growth.ofMemory(peaks).extrapolated(by: 1 / part)))
  }

  // MARK: - Small things

  private func sample(_ part: Double) throws -> SampleImages {
    try SampleImages(task, imageSize: shape.imageSize, part: part)
  }

  /// The part of the task that has at most so many images to learn from or to score, and enough for
  /// its clusters.
  private func part(atMost count: Int) -> Double {
    min(
      1,
      max(
        Double(count) / Double(max(shape.learnt, shape.scored)),
        Double(2 * shape.classes) / Double(min(shape.learnt, shape.scored))))
  }

  private func seconds(_ body: () throws -> Void) rethrows -> Double {
    try clock.measure(body).seconds
  }
}
