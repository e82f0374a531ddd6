import Foundation
import Reporting
import Testing

/// The canned diff of `scl diff example`.
@Suite struct DiffExampleTests {
  /// Every verdict and mark that a diff can print.
  private static let all = [
    "reproduced", "differs", "agrees, protocol unknown", "differs, protocol unknown",
    "not comparable", "no published figure", "failed", "stale", "damaged", "not run", "n/a",
    "one seed", "best of 3 seeds", "re-encoded pixels",
  ]

  @Test func `Every verdict and every mark occurs and is explained`() throws {
    let diff = try DiffExample.diff()
    let verdicts = Set(diff.comparisons.map(\.verdict.title))
    let marks = Set(
      diff.comparisons.filter { $0.verdict.isComparison }.flatMap { $0.marks.map(\.text) })
    #expect(verdicts.union(marks) == Set(Self.all))
    let text = try DiffExample.text()
    for name in Self.all { #expect(text.contains("\n- \(name): "), "\(name)") }
    #expect(text.contains("Summary: reproduced "))
  }

  @Test func `docs/diff.md shows it as the program prints it`() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
        "docs/diff.md")
    let document = try String(contentsOf: file, encoding: .utf8)
    let table = try DiffExample.diff().markdown().split(separator: "\n").filter {
      $0.hasPrefix("|")
    }
    for line in table { #expect(document.contains(line), "\(line)") }
  }
}
