/// Lines about work whose amount is known: share, amount, and the rate of late with what it leaves.
struct ProgressGauge {
  enum Unit {
    case bytes
    case images
  }

  private static let barWidth = 24
  private static let window = Duration.seconds(15)

  /// What was there at which times, lately: what the rate is taken from.
  private var samples: [(time: ContinuousClock.Instant, count: Int64)] = []
  private var lastLine = ContinuousClock.now

  /// Begins to count, or begins anew.
  mutating func begin(at count: Int64) {
    samples = [(.now, count)]
    lastLine = .now
  }

  /// The line to show; nil if the last is not yet 0.2 s old, or 15 s where there is no terminal.
  mutating func line(
    _ title: String, _ count: Int64, of total: Int64, in unit: Unit = .bytes
  ) -> String? {
    let now = ContinuousClock.now
    let interval = Console.isTerminal ? Duration.milliseconds(200) : .seconds(15)
    guard now - lastLine >= interval else { return nil }
    lastLine = now
    samples.append((now, count))
    while samples.count > 2, now - samples[0].time > Self.window { samples.removeFirst() }
    let seconds = (now - samples[0].time) / .seconds(1)
    let rate = seconds > 0 ? Double(count - samples[0].count) / seconds : 0
    let share = min(Double(count) / Double(max(total, 1)), 1)
    let filled = Int(share * Double(Self.barWidth))
    let bar =
      String(repeating: "#", count: filled)
      + String(repeating: ".", count: Self.barWidth - filled)
    let left =
      rate > 0 ? Quantities.time(Double(total - count) / rate) + " left" : "no \(unit) come"
    return "\(title)  " + (Console.isTerminal ? "[\(bar)]  " : "") + "\(Int(share * 100)) %  "
      + "\(amount(count, of: total, rate: rate, unit))  \(left)"
  }

  private func amount(_ count: Int64, of total: Int64, rate: Double, _ unit: Unit) -> String {
    switch unit {
    case .bytes:
      "\(Quantities.size(count)) of \(Quantities.size(total))  \(Quantities.size(Int64(rate)))/s"
    case .images: "\(count) of \(total) images  \(Int(rate)) images/s"
    }
  }
}
