import Foundation

/// A queue of the signals that this process has received: the handler writes each number into a pipe
/// (the self-pipe trick). No thread is involved, and child processes start with default actions.
package enum SignalInbox {
  /// The ends of the pipe; -1 before signals are caught. Set before any handler is installed.
  nonisolated(unsafe) private static var readEnd: Int32 = -1
  nonisolated(unsafe) private static var writeEnd: Int32 = -1

  /// The descriptor to poll(2); -1 if no signals are caught.
  package static var descriptor: Int32 { readEnd }

  /// Catches signals from now on. Not thread-safe.
  /// - Throws: `FileError` if no pipe can be created.
  package static func catchSignals(_ signals: [Int32]) throws {
    if readEnd < 0 {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else { throw FileError("create a pipe for", "signals", errno: errno) }
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
    // A blocked signal mask is inherited from the parent.
    var mask = sigset_t()
    sigemptyset(&mask)
    for number in signals { sigaddset(&mask, number) }
    pthread_sigmask(SIG_UNBLOCK, &mask, nil)
  }

  /// Restores the default actions.
  package static func release(_ signals: [Int32]) {
    for number in signals { signal(number, SIG_DFL) }
  }

  /// Removes and returns the oldest signal; nil if there is none.
  package static func take() -> Int32? {
    var byte: UInt8 = 0
    return readEnd >= 0 && read(readEnd, &byte, 1) == 1 ? Int32(byte) : nil
  }

  /// Whether a signal is ignored, as SIGHUP is under nohup(1).
  package static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    return sigaction(number, nil, &action) == 0
      && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
