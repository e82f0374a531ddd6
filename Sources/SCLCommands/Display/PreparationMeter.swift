import Benchmarks

/// How a preparation or a verification goes on: what it does with a bar, rate and time left on a
/// terminal, plain lines elsewhere.
final class PreparationMeter {
  private let title: String
  private var gauge = ProgressGauge()
  private var region = TerminalRegion()
  /// What is being done with what: another thing has another rate.
  private var work = (name: "", archive: String?.none)
  /// Whether the bytes of an archive tell how far it is: its images may all lie at its end.
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

  /// Removes what was redrawn.
  func end() {
    if Console.isTerminal { region.show([]) }
  }
}
