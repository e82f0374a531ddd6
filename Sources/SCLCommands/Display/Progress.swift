import Benchmarks
import Downloads
import Synchronization

/// "[######..................]", the bar of every progress line.
func progressBar(_ share: Double) -> String {
  let width = 24
  let filled = Int(min(max(share, 0), 1) * Double(width))
  return
    "[\(String(repeating: "#", count: filled))\(String(repeating: ".", count: width - filled))]"
}

/// The progress line of work of known size: share, amount, recent rate and time left.
struct ProgressGauge {
  /// What is counted.
  enum Unit {
    case bytes
    case images
  }

  private static let window = Duration.seconds(15)

  /// Recent counts and their times, from which the rate is computed.
  private var samples: [(time: ContinuousClock.Instant, count: Int64)] = []
  private var lastLine = ContinuousClock.now

  /// Starts or restarts counting.
  mutating func begin(at count: Int64) {
    samples = [(.now, count)]
    lastLine = .now
  }

  /// The line to show; nil if the last one is younger than 0.2 s (15 s without a terminal).
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
    let left = rate > 0 ? Quantities.time(Double(total - count) / rate) + " left" : "stalled"
    return "\(title)  " + (Console.isTerminal ? progressBar(share) + "  " : "")
      + "\(Int(share * 100)) %  "
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

/// Shows the progress of a preparation or verification: a bar with rate and time left on a terminal, plain
/// lines elsewhere.
final class PreparationMeter {
  private let title: String
  private var gauge = ProgressGauge()
  private var region = TerminalRegion()
  /// The current step and archive. The rate is computed anew for each.
  private var work = (name: "", archive: String?.none)
  /// Whether progress is counted in bytes of the archive, whose images may all lie at its end.
  private var readsArchive = false
  /// "4096 of 13000 images", once there are some.
  private var images: String?

  init(_ title: String) {
    self.title = title
  }

  func show(_ step: PreparationStep) {
    if case .images = step {} else { readsArchive = false }
    switch step {
    case .listing(let archive, let bytes, let total):
      readsArchive = true
      show("\(title): listing", archive, bytes, of: total)
    case .reading(let archive, let bytes, let total):
      readsArchive = true
      show("\(title): reading", archive, bytes, of: total)
    case .hashing(let archive, let bytes, let total):
      show("\(title): checksum", archive, bytes, of: total)
    case .rereading(let bytes, let total):
      show("\(title): checksum of the images", nil, bytes, of: total)
    case .images(let done, let total):
      images = "\(done) of \(total) images"
      if !readsArchive { show(title, nil, done, of: total, in: .images) }
    }
  }

  private func show(
    _ name: String, _ archive: String?, _ done: Int, of total: Int,
    in unit: ProgressGauge.Unit = .bytes
  ) {
    if work != (name, archive) {
      work = (name, archive)
      gauge.begin(at: Int64(done))
    }
    guard let line = gauge.line(name, Int64(done), of: Int64(total), in: unit) else { return }
    let notes = archive.map { [$0, images].compactMap(\.self).joined(separator: ", ") }
    let text = line + (notes.map { "  \($0)" } ?? "")
    if Console.isTerminal { region.show([text]) } else { Console.note(text) }
  }

  /// Removes the redrawn lines.
  func end() {
    if Console.isTerminal { region.show([]) }
  }
}

/// Shows the progress of a download: a bar with rate and time left on a terminal, plain lines elsewhere.
final class TransferMeter: Sendable {
  /// The mutable state, which download threads share.
  private struct State {
    var gauge = ProgressGauge()
    var region = TerminalRegion()
  }

  private let name: String
  private let size: Int64
  private let isTerminal = Console.isTerminal
  private let state = Mutex(State())

  init(_ name: String, size: Int64) {
    self.name = name
    self.size = size
  }

  func show(_ event: Download.Event) {
    state.withLock { state in
      switch event {
      case .started(let offset):
        state.gauge.begin(at: offset)
        if offset > 0 { note("resumed at \(Quantities.size(offset))", &state) }
      case .received(let count): received(count, &state)
      case .retrying(let reason, let seconds):
        note("interrupted: \(reason); retrying in \(Quantities.time(seconds))", &state)
      case .verifying: note("verifying the MD5", &state)
      }
    }
  }

  /// Removes the redrawn lines.
  func end() {
    state.withLock { if isTerminal { $0.region.show([]) } }
  }

  private func note(_ text: String, _ state: inout State) {
    let line = "\(name): \(text)"
    if isTerminal {
      state.region.show(notes: [line], [])
    } else {
      Console.note(line)
    }
  }

  private func received(_ count: Int64, _ state: inout State) {
    guard let line = state.gauge.line(name, count, of: size) else { return }
    if isTerminal { state.region.show([line]) } else { Console.note(line) }
  }
}
