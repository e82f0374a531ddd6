import Foundation
import Testing

/// A headless browser of the Chromium family, as Debian's package `chromium` installs it.
struct Browser {
  /// What became of a page.
  struct Result {
    /// The document after its scripts have run.
    let document: String
    /// What the page wrote to the console, errors of its policy included.
    let console: [Substring]
  }

  private let path: String

  /// Nil where no browser is installed.
  init?() {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let names = ["chromium", "chromium-browser", "google-chrome"]
    let found = folders.lazy.flatMap { folder in names.map { "\(folder)/\($0)" } }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
    guard let found else { return nil }
    path = found
  }

  /// Opens a page, runs its scripts, and returns the document.
  func open(_ html: String, in folder: String) throws -> Result {
    let page = "\(folder)/page-\(UUID().uuidString).html"
    try Data(html.utf8).write(to: URL(fileURLWithPath: page))
    let (output, errors) = (page + ".out", page + ".err")
    for file in [output, errors] { try Data().write(to: URL(fileURLWithPath: file)) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
      "--user-data-dir=\(page).profile", "--enable-logging=stderr", "--dump-dom",
      "--virtual-time-budget=5000", "file://\(page)",
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    try process.run()
    let limit = ContinuousClock.now + .seconds(120)
    while process.isRunning, ContinuousClock.now < limit { usleep(20_000) }
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    return Result(
      document: try String(contentsOfFile: output, encoding: .utf8),
      console: try String(contentsOfFile: errors, encoding: .utf8).split(separator: "\n")
        .filter { $0.contains("CONSOLE") })
  }
}
