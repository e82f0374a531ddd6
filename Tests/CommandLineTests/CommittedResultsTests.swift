import Foundation
import Testing

/// The records in results/ and what the pages say of them.
extension CommandLineTests {
  /// The experiments whose runs are committed.
  private static let committed: [String] = {
    let results = repository.appendingPathComponent("results").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: results)) ?? []
    return names.filter { name in
      FileManager.default.fileExists(
        atPath: repository.appendingPathComponent("experiments/\(name).yaml").path)
    }.sorted()
  }()

  /// `scl report`, or another command, of committed runs, on a machine without their images.
  private func report(
    _ experiment: String, _ more: [String] = [], command: String = "report"
  ) throws -> Program.Result {
    let place = { Self.repository.appendingPathComponent($0).path }
    return try program.run(
      [command, place("experiments/\(experiment).yaml"), "--results", place("results")]
        + ["--data", "\(folder)/none"] + more)
  }

  private func page(_ path: String) throws -> String {
    try String(contentsOf: Self.repository.appendingPathComponent(path), encoding: .utf8)
  }

  @Test(arguments: committed)
  func `Committed runs are neither stale nor damaged`(experiment: String) throws {
    let report = try report(experiment)
    #expect(report.exitCode == 0, "\(report.errors)")
    #expect(
      !report.output.contains("Stale") && !report.output.contains("Damaged"), "\(report.output)")
  }

  @Test(arguments: [
    ("cifar10-cpu", "README.md"), ("cifar10-cpu", "results/README.md"),
    ("scl-readings", "results/README.md"), ("equal-budget", "results/README.md"),
  ])
  func `The table of an experiment is what its records give`(
    experiment: String, path: String
  ) throws {
    let page = try page(path)
    let rows = try report(experiment).lines.filter { $0.hasPrefix("| ") }
    #expect(rows.count >= 7)
    for row in rows { #expect(page.contains(row), "\(row)") }
  }

  @Test(arguments: [
    ("instdisc", "InstDisc + k-means"), ("without-both", "SCL without both terms"),
    ("simclr", "SimCLR + k-means"),
  ])
  func `The differences that decide SCL's claim are those of its records`(
    reference: String, title: String
  ) throws {
    var cells: [String] = []
    for benchmark in ["cifar10", "tiny-ten"] {
      for score in ["nmi", "acc"] {
        let compared = try report(
          "equal-budget",
          ["--only", "benchmark=\(benchmark),method=\(reference),method=scl"]
            + ["--reference", reference, "--score", score], command: "compare")
        let row = compared.lines.first { $0.hasPrefix("| SCL (our reading) ") }
        let columns = row?.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        // Where one of the two has no runs, there is no row.
        cells.append(columns.map { "\($0[3]) (\($0[4]))" } ?? "–")
      }
    }
    #expect(cells.prefix(2).allSatisfy { $0 != "–" })
    let row = "| \(title) | \(cells.joined(separator: " | ")) |"
    #expect(try page("results/README.md").contains(row), "\(row)")
  }

  @Test func `Figures of the study of pixels are those of its records`() throws {
    let figures = try report("pixels", ["--only", "seed=0"]).lines.compactMap(Self.figures)
    let section = try page("results/README.md").components(separatedBy: "\n## ").first {
      $0.hasPrefix("pixels\n")
    }
    let rows = try #require(section).split(separator: "\n").filter { !$0.contains("printed") }
      .compactMap(Self.figures)
    #expect(rows.count == figures.count && rows.count > 10)
    for row in rows { #expect(figures.contains(row), "\(row)") }
  }

  /// The three scores of a table's row, without marks; nil for another line.
  private static func figures(_ line: Substring) -> [String]? {
    guard line.hasPrefix("| ") else { return nil }
    let cells = line.split(separator: "|").dropFirst().prefix(3).map {
      String($0.filter { "0123456789.".contains($0) })
    }
    return cells.count == 3 && cells.allSatisfy { Double($0) != nil } ? cells : nil
  }
}
