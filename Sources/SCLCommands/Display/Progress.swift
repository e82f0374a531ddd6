import Benchmarks
import Core
import Downloads
import Synchronization

/// "[######..................]", the bar of all progress lines, 24 characters wide.
/// - Parameter share: the part that is done; clamped to 0...1.
func progressBar(_ share: Double) -> String {
  let width = 24
  let filled = Int(min(max(share, 0), 1) * Double(width))
  return
    "[\(String(repeating: "#", count: filled))\(String(repeating: ".", count: width - filled))]"
}

/// The progress line of work of known size: share, amount, recent rate and time left.
///
///     var gauge = ProgressGauge()
///     gauge.begin(at: 0)
///     if let line = gauge.line("cifar10", done, of: total) { Console.note(line) }
struct ProgressGauge {
  /// What is counted.
  enum Unit {
    case bytes
    case images
  }

  /// The rate is that of this recent period, so that it follows changes.
  private static let window = Duration.seconds(15)

  /// Recent counts and their times.
  private var samples: [(time: ContinuousClock.Instant, count: Int64)] = []
  /// When the last line was returned.
  private var lastLine = ContinuousClock.now

  /// Starts or restarts counting.
  /// - Parameter count: what is done already, such as the bytes of an earlier download.
  mutating func begin(at count: Int64) {
    samples = [(.now, count)]
    lastLine = .now
  }

  /// The line to show.
  /// - Parameters:
  ///   - title: its beginning.
  ///   - count: what is done.
  ///   - total: what there is to do.
  ///   - unit: of both.
  /// - Returns: nil if the last line is younger than 0.2 s, or 15 s without a terminal.
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

  /// "12.0 MiB of 162.2 MiB  3.1 MiB/s", "4096 of 13000 images  850 images/s".
  private func amount(_ count: Int64, of total: Int64, rate: Double, _ unit: Unit) -> String {
    switch unit {
    case .bytes:
      "\(Quantities.size(count)) of \(Quantities.size(total))  \(Quantities.size(Int64(rate)))/s"
    case .images: "\(count) of \(total) images  \(Int(rate)) images/s"
    }
  }
}

/// Shows the progress of a preparation or verification on standard error: a redrawn bar on a
/// terminal, plain lines elsewhere.
///
///     CIFAR-10: reading  [##########..............] 45 %  73.0 MiB of 162.2 MiB  ...
final class PreparationMeter {
  private let title: String
  private var gauge = ProgressGauge()
  private var region = TerminalRegion()
  /// The current step and archive. The rate starts anew with each.
  private var work = (name: "", archive: String?.none)
  /// Whether progress is counted in bytes of the archive. Its images may all be at its end, so
  /// their number says little.
  private var readsArchive = false
  /// "4096 of 13000 images", once there are any.
  private var images: String?

  /// - Parameter title: the beginning of each line, such as the benchmark's title.
  init(_ title: String) {
    self.title = title
  }

  /// Shows a step. It is passed as the report of a preparation.
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

  /// Shows the progress of a step, at most as often as the gauge says.
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

  /// Removes the redrawn lines. It may be called again.
  func end() {
    if Console.isTerminal { region.show([]) }
  }
}

/// Shows the progress of a download on standard error: a redrawn bar on a terminal, plain lines
/// elsewhere. Interruptions and retries are lines that stay.
///
///     cifar-10-binary.tar.gz: resumed at 40.1 MiB
///     cifar-10-binary.tar.gz  45 %  73.0 MiB of 162.2 MiB  3.1 MiB/s  29 s left
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

  /// - Parameters:
  ///   - name: the file, for the beginning of each line.
  ///   - size: of the whole file in bytes.
  init(_ name: String, size: Int64) {
    self.name = name
    self.size = size
  }

  /// Shows an event. It may be called from any thread.
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

  /// Shows a line that stays.
  private func note(_ text: String, _ state: inout State) {
    let line = "\(name): \(text)"
    if isTerminal {
      state.region.show(notes: [line], [])
    } else {
      Console.note(line)
    }
  }

  /// Shows the number of bytes, at most as often as the gauge says.
  private func received(_ count: Int64, _ state: inout State) {
    guard let line = state.gauge.line(name, count, of: size) else { return }
    if isTerminal { state.region.show([line]) } else { Console.note(line) }
  }
}
