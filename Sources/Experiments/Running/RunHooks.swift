import Records

/// What a run's process has to do with its surroundings while it computes.
public struct RunHooks {
  /// Hears how far the run has come, a few times a second.
  public var report: (RunProgress) -> Void
  /// Hears remarks for the log, a line each.
  public var note: (String) -> Void
  public var stop: StopRequest
  /// Makes sure, before anything that counts is written, that the run's folder is still this
  /// process's.
  public var checkLock: () throws -> Void

  public init(
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
