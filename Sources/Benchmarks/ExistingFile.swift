import Foundation

/// What is at the place of a benchmark file that is to be made.
struct ExistingFile {
  /// Ends a preparation whose file has the content of the one that is there.
  struct Kept: Error {
    let summary: BenchmarkSummary
  }

  private let file: String
  private let isThere: Bool
  /// Nil where it is no benchmark file that can be opened.
  private let info: BenchmarkInfo?

  /// - Parameter isKept: whether another file may not take its place.
  /// - Throws: `BenchmarkError.alreadyThere` for a file that cannot be compared with a new one.
  init(_ file: String, isKept: Bool) throws(BenchmarkError) {
    self.file = file
    isThere = FileManager.default.fileExists(atPath: file)
    info = isThere ? try? BenchmarkFile.open(file).info : nil
    if isThere, info == nil, isKept {
      throw .alreadyThere(
        file: file, difference: "it is no benchmark file, or is damaged", dependents: "")
    }
  }

  /// What becomes of it.
  /// - Throws: `BenchmarkError.alreadyThere` if it is to be kept and has other content.
  func outcome(
    for summary: BenchmarkSummary, isKept: Bool
  ) throws(BenchmarkError) -> BenchmarkSummary.Outcome {
    guard isThere else { return .made }
    guard isKept, let info else { return .replaced(contentSHA256: info?.contentSHA256) }
    if info.contentSHA256 == summary.contentSHA256, info.benchmark == summary.benchmark {
      return .kept
    }
    let difference =
      info.benchmark != summary.benchmark
      ? "it is of \(info.benchmark)"
      : info.counts != summary.counts
        ? "it has \(info.counts), the new one \(summary.counts)" : "its images or labels differ"
    throw .alreadyThere(file: file, difference: difference, dependents: "")
  }
}
