import Foundation

/// What the process table says of a process.
struct ProcessStatus {
  /// Whether it has ended and waits for its parent to hear of it.
  let hasEnded: Bool
  /// Processor time that it has used so far.
  let cpuSeconds: Double

  /// Nil if there is no such process.
  init?(_ pid: Int32) {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      // The program's name, in parentheses, may hold anything.
      let end = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    // proc(5): the state is field 3, user and system time are fields 14 and 15, threads field 20.
    guard fields.count > 17, let user = Double(fields[11]), let system = Double(fields[12]),
      let threads = Int(fields[17])
    else { return nil }
    // The state is that of the first thread, which may end before the others.
    hasEnded = (fields[0] == "Z" && threads <= 1) || fields[0] == "X"
    cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}
