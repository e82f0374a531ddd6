import Domain
import Foundation
import Page
import Records
import Reporting
import Testing

/// The marks of cells on the page, which are those of every other format (`CellMarkTests` of Reporting).
@Suite struct CellMarkPageTests {
  @Test func `The page marks cells without figures and those unlike the others`() throws {
    let results = try SampleResults(
      SampleResults.Size(methods: 3, benchmarks: ["cifar10"], seeds: 2))
    defer { results.remove() }
    var runs = results.table.allCells.flatMap(\.records).map { record in
      var record = record
      if record.method == "m1" { record.provenance.benchmarkFile.pixels = .reEncoded }
      if record.method == "m2" { record.protocol.imageSize = 48 }
      return RunOutcome(
        benchmark: record.benchmark, method: record.method, seed: record.seed,
        result: .finished(record))
    }
    let states: [(String, RunOutcome.Result)] = [
      ("failed", .failed(reason: "no memory")), ("stale", .stale(reason: "epochs 30")),
      ("damaged", .damaged(reason: "no JSON")), ("missing", .missing),
      ("unable", .notApplicable(reason: "too few images")),
    ]
    for (name, result) in states {
      runs.append(RunOutcome(benchmark: "cifar10", method: name, seed: 0, result: result))
    }
    // One of three planned seeds of the first row.
    runs.append(RunOutcome(benchmark: "cifar10", method: "m0", seed: 2, result: .missing))
    let names = ["m0", "m1", "m2"] + states.map(\.0)
    let table = try ResultTable(
      ExperimentResults(
        experiment: "sample", profile: "default",
        methods: names.map { TableMethod(name: $0, title: "Row \($0)", family: .classical) },
        runs: runs))
    let page = table.rendered(as: .html)
    for text in [
      "Failed: Row failed on CIFAR-10, seed 0: no memory",
      "Stale, left out: Row stale on CIFAR-10, seed 0: epochs 30",
      "Damaged, left out: Row damaged on CIFAR-10, seed 0: no JSON",
      "n/a: Row unable on CIFAR-10: too few images", "n = 2 of 3: Row m0 on CIFAR-10.",
      "Not run, seed 0: Row missing on CIFAR-10", "re-encoded pixels, prepared from JPEG copies",
      "other protocol: image size 48 px",
    ] {
      #expect(page.contains(text), "\(text)")
    }
    for state in ["failed", "stale", "damaged", "n/a", "2 of 3"] {
      #expect(page.contains(">\(state)</td>"), "\(state)")
    }
    for mark in ["†", "‡"] { #expect(page.contains("<sup>\(mark)</sup>"), "\(mark)") }
  }
}
