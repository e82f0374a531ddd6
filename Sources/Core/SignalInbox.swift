import Foundation

/// The signals that this process has got, in their order, for whoever looks: a handler writes each into a
/// pipe. Nothing has to wait for a thread of somebody else's, and a process started meanwhile has the usual
/// actions again.
public enum SignalInbox {
  /// The pipe's ends; -1 before signals are caught. Set before any handler is installed.
  nonisolated(unsafe) private static var readEnd: Int32 = -1
  nonisolated(unsafe) private static var writeEnd: Int32 = -1

  /// To be waited for with poll(2); -1 where nothing is caught.
  public static var descriptor: Int32 { readEnd }

  /// Catches signals from now on. Not to be called by two threads at a time.
  /// - Throws: `FileError` where the system gives no pipe.
  public static func catchSignals(_ signals: [Int32]) throws {
    if readEnd < 0 {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else { throw FileError("make a pipe for", "signals", errno: errno) }
      for end in ends {
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
      }
      (readEnd, writeEnd) = (ends[0], ends[1])
    }
    for number in signals {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { number in
        let code = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(SignalInbox.writeEnd, &byte, 1)
        errno = code
      }
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESTART))
      sigaction(number, &action, nil)
    }
    // Who started this process may have had them blocked, which is inherited.
    var mask = sigset_t()
    sigemptyset(&mask)
    for number in signals { sigaddset(&mask, number) }
    pthread_sigmask(SIG_UNBLOCK, &mask, nil)
  }

  /// Gives signals their usual actions back.
  public static func release(_ signals: [Int32]) {
    for number in signals { signal(number, SIG_DFL) }
  }

  /// The oldest signal that nobody has taken; nil where there is none.
  public static func take() -> Int32? {
    var byte: UInt8 = 0
    return readEnd >= 0 && read(readEnd, &byte, 1) == 1 ? Int32(byte) : nil
  }

  /// Whether a signal is ignored, as nohup(1) has that of a closed terminal.
  public static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    return sigaction(number, nil, &action) == 0
      && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
