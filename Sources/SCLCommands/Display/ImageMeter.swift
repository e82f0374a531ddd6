/// Counts images on a terminal while they are read.
final class ImageMeter {
  private let title: String
  private var last = ContinuousClock.now

  init(_ title: String) {
    self.title = title
  }

  func show(done: Int, total: Int) {
    guard Console.isTerminal, ContinuousClock.now - last > .milliseconds(200) else { return }
    last = .now
    Console.errorPart("\r\u{1B}[K\(title): \(done) of \(total) images")
  }

  /// Removes the line.
  func end() {
    if Console.isTerminal { Console.errorPart("\r\u{1B}[K") }
  }
}
