import Foundation

/// What the process table says of a process (proc(5), /proc/PID/stat).
public struct ProcessEntry: Sendable {
  /// Whether it has ended and waits for its parent to hear of it.
  public let hasEnded: Bool
  /// Processor time that it has used so far.
  public let cpuSeconds: Double
  /// When it began, in the kernel's ticks since the machine did: tells apart processes of one number.
  public let startTicks: String

  /// Nil if there is no such process.
  public init?(_ pid: Int32) {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      // The program's name, in parentheses, may hold anything.
      let end = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    // The state is field 3, user and system time are fields 14 and 15, threads field 20, the start field 22.
    guard fields.count > 19, let user = Double(fields[11]), let system = Double(fields[12]),
      let threads = Int(fields[17])
    else { return nil }
    // The state is that of the first thread, which may end before the others.
    hasEnded = (fields[0] == "Z" && threads <= 1) || fields[0] == "X"
    cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    startTicks = String(fields[19])
  }
}
