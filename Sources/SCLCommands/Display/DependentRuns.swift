import Benchmarks
import Foundation
import Records

/// Finished runs that have been computed from a benchmark file.
struct DependentRuns {
  /// How many are named.
  private static let shown = 3

  private let results: String

  /// - Parameter results: the folder in which runs are looked for.
  init(results: String) {
    self.results = results
  }

  /// "; 4 finished runs in 'results' depend on it (...)", or that none does; nothing where there was no file.
  func words(of info: BenchmarkInfo?) -> String {
    guard let info else { return "" }
    let runs = labels(ofContent: info.contentSHA256)
    if runs.isEmpty { return "; no finished run in '\(results)' depends on it" }
    let names = runs.prefix(Self.shown).joined(separator: ", ")
    let more = runs.count > Self.shown ? " and \(runs.count - Self.shown) more" : ""
    let verb = runs.count == 1 ? "1 finished run" : "\(runs.count) finished runs"
    return
      "; \(verb) in '\(results)' depend\(runs.count == 1 ? "s" : "") on the content that was there "
      + "(\(names)\(more))"
  }

  /// Records that cannot be read say nothing of their data.
  private func labels(ofContent content: String) -> [String] {
    guard let files = FileManager.default.enumerator(atPath: results) else { return [] }
    var labels: [String] = []
    for case let file as String in files where file.hasSuffix("/run.json") {
      let record = try? RunRecord.read(from: "\(results)/\(file)")
      guard let record, record.provenance.benchmarkFile.contentHash == content else { continue }
      labels.append("\(record.experiment)/\(record.benchmark)/\(record.method)/seed-\(record.seed)")
    }
    return labels.sorted()
  }
}
