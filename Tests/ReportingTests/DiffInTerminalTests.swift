import Foundation
import Reporting
import Testing

/// A diff in a terminal of 80 columns.
@Suite struct DiffInTerminalTests {
  private static let paper = """
    | method | row | CIFAR-10 | source | protocol | note |
    |---|---|---|---|---|---|
    | kmeans | k-means | 8.7/22.9/4.9 | P | unknown | |
    | pica | PICA | 59.1/69.6/51.2 | P | unknown | |

    | protocol | statistic | learns from | scored | image size | NMI | checkpoint | backbone |
    |---|---|---|---|---|---|---|---|
    | unknown | ? | ? | ? | ? | ? | ? | ? |

    | key | source |
    |---|---|
    | P | a paper |
    """

  @Test func `A score takes one line, beside which names, missing seeds and verdicts are wrapped`()
    throws
  {
    let diff = try TableDiff(
      SampleRuns.mixedTable(), against: PaperTables.parse(Self.paper, file: "tables.md"))
    let lines = diff.markdown(width: 80).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines.joined(separator: "\n"))")
    let rows = lines.filter { $0.hasPrefix("|") }.dropFirst(2).map { line in
      line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().map {
        $0.trimmingCharacters(in: .whitespaces)
      }
    }
    /// What stands in a column beside three scores.
    func text(_ column: Int, _ from: Int) -> String {
      rows[from..<from + 3].map { $0[column] }.filter { !$0.isEmpty }.joined(separator: " ")
    }
    try #require(rows.count >= 6)
    for (row, title) in [(0, "k-means"), (3, "PICA (n = 1 of 2)")] {
      #expect(text(2, row) == "NMI ACC ARI" && text(0, row) == title)
      #expect(text(6, row).hasPrefix("not comparable: data ("), "\(text(6, row))")
      #expect(text(6, row).hasSuffix(")"))
    }
  }

  @Test func `The example of every verdict fits`() throws {
    let text = try DiffExample.text(width: 80)
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
  }
}
