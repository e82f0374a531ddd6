/// The line for the whole of a sweep: "[####----] 41 %  12 of 30 runs, 1 failed  ETA 2 h 10 min".
struct SweepSummary {
  let text: String

  init(_ lines: [RunLine]) {
    let work = lines.reduce(0) { $0 + $1.work }
    let left = lines.reduce(0) { $0 + (Self.isOver($1) ? 0 : $1.work * (1 - $1.fraction)) }
    let share = work > 0 ? 1 - left / work : 1
    let done = share.isFinite ? min(max(share, 0), 1) : 0
    let filled = Int(done * 20)
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 20 - filled)
    var parts = ["[\(bar)] \(Int(done * 100)) %"]
    let finished = lines.count { $0.state == "finished" }
    let failed = lines.count { $0.state == "failed" }
    parts.append("\(finished) of \(lines.count) runs" + (failed > 0 ? ", \(failed) failed" : ""))
    // What is left, at the pace of the runs that go on now.
    let pace = lines.reduce(0) { sum, line in
      guard line.state == "running", let seconds = line.secondsLeft, seconds > 0 else { return sum }
      return sum + line.work * (1 - line.fraction) / seconds
    }
    if pace > 0 { parts.append("ETA " + Quantities.time(left / pace)) }
    text = parts.joined(separator: "  ")
  }

  private static func isOver(_ line: RunLine) -> Bool {
    line.state == "finished" || line.state == "failed"
  }
}
