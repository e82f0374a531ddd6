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

  /// What measuring may spend on one kind of step.
  private static let patience = 5.0
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
    let few = try measureFew()
    var part = 1.0
    if few.preparation > Self.longestPreparation { part = self.part(atMost: 4_000) }
    var measurement = Measurement(
      setUpSeconds: 0, phases: [], assignmentSeconds: few.assignment, memoryBytes: 0)
    let start = clock.now
    let images = try sample(part).learnt
    let made = try run.makeMethod(context: context, images: images)
    measurement.setUpSeconds = (clock.now - start).seconds
    guard let made = made as? any TrainedMethod else { return measurement }
    let settings = made.plan.training
    let optimiser = settings.makeOptimiser(made.network.parameters)
    let step = TrainingStep(
      method: made, images: images, device: context.device, optimiser: optimiser)
    for epoch in run.phases {
      let preparation = try prepare(made, epoch)
      optimiser.learningRate = settings.learningRate(epoch: epoch, step: 0, of: 1)
      measurement.phases.append(
        Measurement.Phase(
          firstEpoch: epoch, entrySeconds: preparation.first / part,
          epochSeconds: preparation.later / part, stepSeconds: try stepSeconds(step, epoch),
          stepsPerEpoch: settings.steps(of: shape.learnt)))
    }
    // All images lie there twice while they are handed to libtorch.
    let missing = Int(Double(shape.pixelBytes) * (1 - part)) * 2
    measurement.memoryBytes = Machine.peakMemoryBytes + missing
    return measurement
  }

  /// A method on a few hundred images: the time of an assignment, and of the preparation of epochs,
  /// for all images.
  private func measureFew() throws -> (assignment: Double, preparation: Double) {
    let part = part(atMost: 512)
    let sample = try sample(part)
    let method = try run.makeMethod(context: context, images: sample.learnt)
    var preparation = 0.0
    if let method = method as? any TrainedMethod {
      for epoch in run.phases {
        let seconds = try prepare(method, epoch)
        preparation += seconds.first + seconds.later
      }
    }
    // The first time chooses and compiles kernels.
    _ = try method.assign(sample.scored)
    let assignment = try seconds { _ = try method.assign(sample.scored) }
    return (assignment / part, preparation / part)
  }

  /// Seconds of `beginEpoch` at the first epoch of a phase and at the one after it.
  private func prepare(
    _ method: any TrainedMethod, _ epoch: Int
  ) throws -> (first: Double, later: Double) {
    let first = try seconds { try method.beginEpoch(epoch) }
    guard epoch + 1 < run.epochs, !run.phases.contains(epoch + 1) else { return (first, 0) }
    return (first, try seconds { try method.beginEpoch(epoch + 1) })
  }

  /// The median of a few steps, after one that is not counted.
  private func stepSeconds(_ step: TrainingStep, _ epoch: Int) throws -> Double {
    let steps = step.method.plan.training.steps(of: shape.learnt)
    let size = min(step.images.count, shape.learnt / steps)
    var taken = 0
    func takeOne() throws {
      let start = taken * size % (step.images.count - size + 1)
      _ = try step.take(epoch: epoch, step: taken, positions: Array(start..<start + size))
      taken += 1
    }
    try takeOne()
    var times: [Double] = []
    let start = clock.now
    while times.isEmpty || (clock.now - start).seconds < (times.count < 5 ? Self.patience : 0.5) {
      times.append(try seconds(takeOne))
    }
    return times.sorted()[times.count / 2]
  }

  // MARK: - Methods that do not train

  /// The method is carried out on 500, 1,000 and 2,000 images, and time and memory are taken to grow
  /// on with the power of their number that these show: 1 for k-means, more for linkages.
  private func measureClustering() throws -> Measurement {
    let part = part(atMost: 2_000)
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
    min(1, Double(max(count, 4 * shape.classes)) / Double(max(shape.learnt, shape.scored)))
  }

  private func seconds(_ body: () throws -> Void) rethrows -> Double {
    try clock.measure(body).seconds
  }
}
