/// How runs are looked after. Nothing here changes a result.
public struct RunningOptions: Equatable, Sendable {
  /// Minutes between checkpoints within an epoch; there is one after every epoch in any case.
  public var checkpointMinutes: Double
  /// Minutes without progress after which a run is taken to hang.
  public var hangMinutes: Double
  /// How often a run is begun again after a failure that can pass.
  public var retries: Int
  /// GiB that all runs at a time may use; nil for what the machine has.
  public var memoryGiB: Double?

  public init(
    checkpointMinutes: Double = 10, hangMinutes: Double = 30, retries: Int = 2,
    memoryGiB: Double? = nil
  ) {
    self.checkpointMinutes = checkpointMinutes
    self.hangMinutes = hangMinutes
    self.retries = retries
    self.memoryGiB = memoryGiB
  }
}

/// What the `running` section of a file says; nil where it is silent.
struct RunningChoices: Sendable {
  var checkpointMinutes: Double?
  var hangMinutes: Double?
  var retries: Int?
  var memoryGiB: Double?

  /// These choices with those of `other` over them.
  func overlaid(with other: RunningChoices) -> RunningChoices {
    RunningChoices(
      checkpointMinutes: other.checkpointMinutes ?? checkpointMinutes,
      hangMinutes: other.hangMinutes ?? hangMinutes, retries: other.retries ?? retries,
      memoryGiB: other.memoryGiB ?? memoryGiB)
  }

  var options: RunningOptions {
    let usual = RunningOptions()
    return RunningOptions(
      checkpointMinutes: checkpointMinutes ?? usual.checkpointMinutes,
      hangMinutes: hangMinutes ?? usual.hangMinutes, retries: retries ?? usual.retries,
      memoryGiB: memoryGiB)
  }
}
