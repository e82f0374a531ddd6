/// How the process of one run ends, for those that started it.
public enum RunExit {
  public static let finished: Int32 = 0
  /// It failed, and failed.json says why.
  public static let failed: Int32 = 1
  /// Another living process has the run; nothing was done (sysexits' EX_TEMPFAIL).
  public static let elsewhere: Int32 = 75

  /// It wrote a checkpoint and stopped because of a signal.
  public static func interrupted(by signal: Int32) -> Int32 { 128 + signal }
}
