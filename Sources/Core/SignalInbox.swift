import Foundation

/// A queue of the signals that this process has received. The handler writes each signal's
/// number into a pipe (the self-pipe trick), which is all that a handler may safely do.
///
///     try SignalInbox.catchSignals([SIGINT, SIGTERM])
///     defer { SignalInbox.release([SIGINT, SIGTERM]) }
///     // poll(2) on SignalInbox.descriptor, then:
///     while let signal = SignalInbox.take() { stop(signal) }
///
/// No thread is involved. Child processes start with the default actions, because exec(2)
/// resets handlers.
package enum SignalInbox {
  /// The ends of the pipe; -1 before signals are caught. They are set before any handler is
  /// installed, and never change afterwards.
  nonisolated(unsafe) private static var readEnd: Int32 = -1
  nonisolated(unsafe) private static var writeEnd: Int32 = -1

  /// The descriptor to poll(2); -1 if no signals are caught.
  package static var descriptor: Int32 { readEnd }

  /// Catches signals from now on. Interrupted system calls restart (SA_RESTART). Not
  /// thread-safe.
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
    // The parent may have blocked them, and a process inherits the mask.
    var mask = sigset_t()
    sigemptyset(&mask)
    for number in signals { sigaddset(&mask, number) }
    pthread_sigmask(SIG_UNBLOCK, &mask, nil)
  }

  /// Restores the default actions. Signals that `take` has not returned stay in the queue.
  package static func release(_ signals: [Int32]) {
    for number in signals { signal(number, SIG_DFL) }
  }

  /// Removes and returns the oldest signal; nil if there is none. Does not block.
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
