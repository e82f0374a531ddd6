/// What was measured of a run without carrying it out: enough to tell the time of any number of
/// epochs.
public struct MeasuredCosts: Codable, Equatable, Sendable {
  /// Epochs whose steps take the same time: a warm-up, and what follows it.
  public struct Phase: Codable, Equatable, Sendable {
    /// The first epoch of the phase.
    public var firstEpoch: Int
    /// What precedes the steps of that epoch, such as a clustering of all images.
    public var entrySeconds: Double
    /// What precedes the steps of each later epoch.
    public var epochSeconds: Double
    public var stepSeconds: Double
    public var stepsPerEpoch: Int

    public init(
      firstEpoch: Int, entrySeconds: Double, epochSeconds: Double, stepSeconds: Double,
      stepsPerEpoch: Int
    ) {
      self.firstEpoch = firstEpoch
      self.entrySeconds = entrySeconds
      self.epochSeconds = epochSeconds
      self.stepSeconds = stepSeconds
      self.stepsPerEpoch = stepsPerEpoch
    }

    fileprivate func seconds(epochs: Int) -> Double {
      guard epochs > 0 else { return 0 }
      let training = Double(epochs) * Double(stepsPerEpoch) * stepSeconds
      return entrySeconds + Double(epochs - 1) * epochSeconds + training
    }
  }

  /// Reading and checking the benchmark file and making the method.
  public var setUpSeconds: Double
  /// In the order of their epochs; none for a method that does not train.
  public var phases: [Phase]
  /// Assigning all scored images once.
  public var assignmentSeconds: Double
  /// Peak resident memory of a whole run.
  public var memoryBytes: Int

  public init(
    setUpSeconds: Double, phases: [Phase], assignmentSeconds: Double, memoryBytes: Int
  ) {
    self.setUpSeconds = setUpSeconds
    self.phases = phases
    self.assignmentSeconds = assignmentSeconds
    self.memoryBytes = memoryBytes
  }

  /// Whether the numbers are those of a measurement; what lies in a file may be anything.
  var isPossible: Bool {
    let times =
      [setUpSeconds, assignmentSeconds]
      + phases.flatMap { [$0.entrySeconds, $0.epochSeconds, $0.stepSeconds] }
    let counts = phases.flatMap { [$0.firstEpoch, $0.stepsPerEpoch] }
    // A preparation that is told from a difference may be a little under nothing.
    return times.allSatisfy { (-1e9...1e12).contains($0) } && (0...1 << 50).contains(memoryBytes)
      && counts.allSatisfy { (0...1_000_000_000).contains($0) }
  }

  /// Seconds of a run.
  /// - Parameters:
  ///   - epochs: 0 for a method that does not train.
  ///   - assignments: how often all scored images are assigned.
  public func seconds(epochs: Int, assignments: Int) -> Double {
    let ends = phases.dropFirst().map(\.firstEpoch) + [epochs]
    let training = zip(phases, ends).reduce(0) { sum, pair in
      sum + pair.0.seconds(epochs: min(pair.1, epochs) - pair.0.firstEpoch)
    }
    return setUpSeconds + training + Double(assignments) * assignmentSeconds
  }
}
