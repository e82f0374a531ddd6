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

  /// Where results are copied without what runs started from.
  @Test func `Runs stay finished when the folder of their stage is gone`() throws {
    let copy = URL(fileURLWithPath: "\(folder)/without-stages")
    try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: Self.repository.appendingPathComponent("results/cifar10-cpu"),
      to: copy.appendingPathComponent("cifar10-cpu"))
    let stages = try FileManager.default.contentsOfDirectory(
      atPath: copy.path + "/cifar10-cpu/cifar10"
    ).filter { $0.contains("@") }
    #expect(!stages.isEmpty)
    for stage in stages {
      try FileManager.default.removeItem(atPath: "\(copy.path)/cifar10-cpu/cifar10/\(stage)")
    }
    let report = try program.run([
      "report", Self.repository.appendingPathComponent("experiments/cifar10-cpu.yaml").path,
      "--results", copy.path, "--data", "\(folder)/none",
    ])
    #expect(report.output == (try self.report("cifar10-cpu").output))
  }

  @Test func `What runs start from is no row of another results folder`() throws {
    let results = Self.repository.appendingPathComponent("results").path
    let diff = try report("cifar10-cpu", ["--against", results], command: "diff")
    #expect(diff.exitCode == 0, "\(diff.errors)")
    #expect(diff.output.contains("reproduced 9 of 9") && !diff.output.contains("stage"))
  }

  @Test func `A stage can be chosen among several experiments`() throws {
    let other = Self.repository.appendingPathComponent("experiments/equal-budget.yaml").path
    let stage = "scl-warmup@3bc4994b"
    let chosen = try report("cifar10-cpu", [other, "--only", "method=\(stage)"])
    #expect(chosen.exitCode == 0, "\(chosen.errors)")
    let unknown = try report("cifar10-cpu", [other, "--only", "method=scl-warmup@00000000"])
    #expect(unknown.errors.contains("no run starts from 'scl-warmup@00000000'"))
  }

  /// The rows of cpu.yaml that are computed, and how its table is asked for.
  private static let untrained =
    ["--score", "nmi", "--score", "acc"]
    + ["kmeans", "spectral", "agglomerative", "nmf", "random-labels"]
    .flatMap { ["--only", "seed=0,method=\($0)"] }

  @Test(arguments: [
    ("cifar10-cpu", "README.md", 8, []), ("cifar10-cpu", "results/README.md", 8, []),
    ("scl-readings", "results/README.md", 17, []), ("equal-budget", "results/README.md", 48, []),
    ("rehearsal-methods", "results/README.md", 42, []),
    ("official-code", "results/README.md", 6, []), ("cpu", "results/README.md", 9, untrained),
  ])
  func `The table of an experiment is what its records give`(
    experiment: String, path: String, lines: Int, options: [String]
  ) throws {
    let page = try page(path)
    let rows = try report(experiment, options).lines.filter { $0.hasPrefix("| ") }
    #expect(rows.count == lines)
    for row in rows { #expect(page.contains(row), "\(row)") }
  }

  @Test func `The figures of README's picture are those of the records`() throws {
    let printed = try [
      report("cifar10-cpu"), report("cifar10-cpu", command: "diff"),
      report("pixels", ["--only", "seed=0"], command: "diff"),
    ]
    let cells = Set(
      printed.flatMap(\.lines).flatMap { $0.split(separator: "|") }.map {
        $0.trimmingCharacters(in: .whitespaces).filter { $0 != "*" }
      })
    let picture = try page("docs/images/table-and-verdicts.svg")
    let figures = picture.matches(of: />([0-9.]+(?: ± [0-9.]+)?)</).map { String($0.1) }
    #expect(figures.count == 30)
    for figure in figures { #expect(cells.contains(figure), "\(figure)") }
  }

  @Test(arguments: [
    ("instdisc", "InstDisc + k-means"), ("without-both", "SCL without both terms"),
    ("without-semantics", "SCL without the semantic term"),
    ("without-consistency", "SCL without the consensus term"),
    ("without-views", "SCL without view consistency"),
    ("classifier-alone", "InstDisc with PICA's classifier"), ("simclr", "SimCLR + k-means"),
    ("idfd", "IDFD"),
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
