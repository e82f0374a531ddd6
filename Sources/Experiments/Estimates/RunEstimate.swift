/// What a run is expected to take on this machine.
public struct RunEstimate: Codable, Equatable, Sendable {
  /// Where an estimate comes from.
  public enum Source: String, Codable, Sendable {
    /// A few steps and a small assignment, timed on this machine.
    case measured
    /// A finished run that differs in seed and epochs at most, on a machine of the same name.
    case finishedRun = "finished run"
    /// The size of the task and of the network, and the speed of another machine.
    case rough
  }

  /// Wall-clock seconds of the whole run.
  public var seconds: Double
  /// Peak resident memory of the run's process.
  public var memoryBytes: Int
  public var source: Source

  public init(seconds: Double, memoryBytes: Int, source: Source) {
    self.seconds = seconds
    self.memoryBytes = memoryBytes
    self.source = source
  }
}
