import Foundation
import Records
import Testing

/// `scl compare`, and the figures of `scl report`, on finished runs.
extension CommandLineTests {
  private static let seeds = """
    benchmarks: [rehearsal]
    methods: [kmeans, random-labels, one-start]
    seeds: 3
    settings: {defaults: {restarts: 2, iterations: 5}}
    variants:
      one-start: {method: kmeans, title: One start, settings: {restarts: 1}}
    """

  private func compared(_ command: String, _ more: [String] = []) throws -> Program.Result {
    try program.run(
      [
        command, write(Self.seeds, to: "compared.yaml"), "--data", Self.data.get(), "--results",
        "\(folder)/compared",
      ] + more)
  }

  @Test func `Rows are compared with a reference row, and a wrong one is named`() throws {
    #expect(try compared("compare").exitCode == 66)
    #expect(try compared("run").exitCode == 0)
    let comparison = try compared("compare", ["--reference", "kmeans", "--json"]).objects()
    let row = try #require(
      comparison.first {
        $0["method"] as? String == "one-start" && $0["metric"] as? String == "acc"
      })
    #expect(row["pairs"] as? Int == 3 && row["isPaired"] as? Bool == true)
    #expect(row["tTest"] is Double && row["permutation"] is Double && row["holm"] is Double)
    let text = try compared("compare", ["--score", "nmi"])
    #expect(text.exitCode == 0 && text.output.contains("NMI in per cent"), "\(text.errors)")
    #expect(text.output.contains("One start") && !text.output.contains("Random labels"))
    let refused = try compared("compare", ["--reference", "kmean"])
    #expect(refused.exitCode == 66 && refused.errors.contains("kmeans, one-start"))
    #expect(try compared("compare", ["--score", "accuracy"]).exitCode == 64)
    let help = try program.run(["compare", "--help"])
    // Help is wrapped anywhere between two words.
    let words = help.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("default: acc") && !words.contains("Metric("), "\(help.output)")
  }

  @Test func `A score that a record lacks is computed from its assignments`() throws {
    #expect(try compared("run").exitCode == 0)
    let place = RunFolder(
      results: "\(folder)/compared", experiment: "compared", benchmark: "rehearsal",
      method: "kmeans", seed: 0)
    func purity() throws -> [Double] {
      let cells = try compared("report", ["--score", "purity", "--json"]).objects()
      let cell = try #require(cells.first { $0["method"] as? String == "kmeans" })
      return try #require((cell["purity"] as? [String: Any])?["values"] as? [Double])
    }
    let recorded = try purity()
    var record = try RunRecord.read(from: place.record)
    record.metrics.scores = record.metrics.scores.map { scores in
      .init(byName: scores.byName.filter { $0.key != "purity" })
    }
    try record.write(to: place.record)
    #expect(try purity() == recorded)
    // Assignments of another result are not taken for this one's.
    let other = RunFolder(
      results: "\(folder)/compared", experiment: "compared", benchmark: "rehearsal",
      method: "kmeans", seed: 1)
    try FileManager.default.removeItem(atPath: place.assignments)
    try FileManager.default.copyItem(atPath: other.assignments, toPath: place.assignments)
    let left = try compared("report", ["--score", "purity"])
    #expect(left.exitCode == 0, "\(left.errors)")
    #expect(
      left.output.contains("Damaged, left out: k-means") && left.output.contains(place.assignments),
      "\(left.output)")
  }

  @Test func `Figures, best of seeds and formats are chosen by options`() throws {
    #expect(try compared("run").exitCode == 0)
    let median = try compared("report", ["--statistic", "median", "--best-of-seeds"])
    #expect(median.output.contains("median and range over 3 seeds"), "\(median.errors)")
    #expect(median.output.contains("best of seeds"))
    #expect(try compared("report", ["--statistic", "mode"]).exitCode == 64)
    let runs = try compared("report", ["--format", "csv-runs"])
    #expect(runs.lines.count == 1 + 3 * 3 * 3)
    #expect(try compared("report", ["--published"]).exitCode == 0)
    // Nothing is published on a rehearsal.
    let none = try compared("report", ["--published-only"])
    #expect(none.exitCode == 66 && none.errors.contains("has no figure"), "\(none.errors)")
    for option in [["--best-of-seeds"], ["--statistic", "median"]] {
      let both = try compared("report", ["--published-only"] + option)
      #expect(both.exitCode == 64 && both.errors.contains("leave out \(option[0])"))
    }
  }

  @Test func `Published rows alone need no results, in every format of tables`() throws {
    let file = try write(
      "benchmarks: [cifar10, stl10]\nmethods: [kmeans, pica]\n", to: "published.yaml")
    func published(_ more: [String]) throws -> Program.Result {
      try program.run(
        [
          "report", file, "--published-only", "--results", "\(folder)/none", "--data",
          "\(folder)/none",
        ]
          + more)
    }
    // The figures of PICA's Table 1 in paper-tables.md.
    for (format, figure) in [
      ("markdown", "| PICA (mean), from P"), ("latex", "PICA (mean), from P & 56.1"),
      ("latex-siunitx", "PICA (mean), from P & 56.1"), ("csv", ",pica,PICA (mean),"),
      ("json", "\"title\":\"PICA (mean)\""), ("html", ">PICA (mean), from P<"),
    ] {
      let table = try published(["--format", format])
      #expect(table.exitCode == 0 && table.output.contains(figure), "\(format): \(table.errors)")
    }
    #expect(try published(["--format", "csv-runs"]).exitCode == 64)
    let one = try published(["--only", "method=kmeans,benchmark=stl10", "--json"])
    #expect(
      Set(try one.objects().compactMap { $0["method"] as? String }) == ["kmeans"], "\(one.errors)")
  }
}
