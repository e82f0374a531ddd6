import Core
import Domain
import Foundation
import Records
import Reporting
import Testing

/// Several experiments in one table.
@Suite struct JoinedResultsTests {
  private static let protocols = RunProtocol(imageSize: 32)

  /// A finished run of SCL.
  private static func run(
    on benchmark: String = "cifar10", seed: UInt64 = 0, acc: Double, epochs: Int = 30,
    profile: String = "default", file: BenchmarkProvenance = SampleRuns.complete,
    of experiment: String
  ) -> RunOutcome {
    var record = SampleRuns.record(
      SampleRuns.scl, on: benchmark, seed: seed, 10, acc, 5, profile: profile, file: file)
    record.experiment = experiment
    record.settings = ["epochs": .integer(epochs)]
    record.departures =
      epochs == 200 ? [] : [Departure("epochs", value: .integer(epochs), standard: 200)]
    return SampleRuns.finished(record)
  }

  private static func results(
    _ experiment: String, _ runs: [RunOutcome], profile: String = "default",
    methods: [TableMethod] = [SampleRuns.scl], notes: [String] = []
  ) -> ExperimentResults {
    ExperimentResults(
      experiment: experiment, profile: profile, methods: methods, runs: runs, distance: notes)
  }

  private static func table(_ results: [ExperimentResults]) throws -> ResultTable {
    try ResultTable(.joined(results))
  }

  @Test func `A single experiment stays as it is`() {
    let results = Self.results("a", [Self.run(acc: 20, of: "a")])
    #expect(ExperimentResults.joined([results]) == results)
  }

  @Test func `A run that two experiments have is one run`() throws {
    let table = try Self.table([
      Self.results("a", [Self.run(acc: 20, of: "a"), Self.run(seed: 1, acc: 22, of: "a")]),
      Self.results("b", [Self.run(acc: 20, of: "b"), Self.run(seed: 2, acc: 24, of: "b")]),
    ])
    #expect(table.methods.map(\.title) == ["SCL"])
    let cell = try #require(table.cell(benchmark: "cifar10", method: "scl"))
    #expect(cell.records.map(\.seed) == [0, 1, 2] && cell.planned == 3)
    #expect(cell.records.map(\.experiment) == ["a", "a", "b"])
  }

  @Test func `A finished run is kept whichever experiment has it`() throws {
    let missing = RunOutcome(
      benchmark: "cifar10", method: "scl", seed: 0, result: .missing,
      recipe: RunRecipe(
        settings: ["epochs": 30], departures: [Departure("epochs", value: 30, standard: 200)],
        protocol: Self.protocols))
    let table = try Self.table([
      Self.results("a", [missing]), Self.results("b", [Self.run(acc: 20, of: "b")]),
    ])
    #expect(table.cell(benchmark: "cifar10", method: "scl")?.records.count == 1)
    #expect(table.methods.count == 1)
  }

  @Test func `Rows of one name with other settings are told apart by the experiment`() throws {
    let table = try Self.table([
      Self.results("short", [Self.run(acc: 20, of: "short")]),
      Self.results("long", [Self.run(acc: 30, epochs: 200, of: "long")]),
    ])
    #expect(table.methods.map(\.title) == ["SCL (short)", "SCL (long)"])
    #expect(table.methods.map(\.id) == ["short/scl", "long/scl"])
    let text = table.rendered(as: .markdown)
    #expect(text.hasPrefix("Experiments short and long: NMI, ACC and ARI"))
    let lines = table.rendered(as: .csv).split(separator: "\n")
    #expect(lines[1].hasPrefix("short,default,cifar10,scl,SCL (short),"))
    #expect(lines[4].hasPrefix("long,default,cifar10,scl,SCL (long),"))
    #expect(table.rendered(as: .latex).contains("\\label{tab:short-long}"))

    var compared = table
    try compared.compare(with: "long/scl")
    #expect(compared.references == ["short/scl": "long/scl"])
    let error = #expect(throws: ReportError.self) { try compared.compare(with: "scl") }
    #expect("\(error.map { "\($0)" } ?? "")".contains("short/scl, long/scl"))
    let comparison = try MethodComparison(
      table, metric: .acc, reference: "long/scl", paper: nil)
    #expect(comparison.differences.compactMap { $0.result?.difference.rounded() } == [-10])
  }

  @Test func `Profiles of one experiment are told apart, and none is left out`() throws {
    let table = try Self.table([
      Self.results("a", [Self.run(acc: 20, of: "a")]),
      Self.results(
        "a@quick", [Self.run(acc: 25, profile: "quick", of: "a@quick")], profile: "quick"),
    ])
    #expect(table.methods.map(\.title) == ["SCL (a)", "SCL (a@quick)"])
    #expect(table.allCells.allSatisfy { $0.records.count == 1 && $0.otherProfiles.isEmpty })
  }

  @Test func `Benchmarks of two experiments are joined in a row of equal departures`() throws {
    let joined = try Self.table([
      Self.results("a", [Self.run(acc: 20, of: "a")]),
      Self.results("b", [Self.run(on: "stl10", acc: 30, of: "b")]),
    ])
    #expect(joined.methods.map(\.title) == ["SCL"])
    #expect(joined.benchmarks == ["cifar10", "stl10"])
    let apart = try Self.table([
      Self.results("a", [Self.run(acc: 20, of: "a")]),
      Self.results("b", [Self.run(on: "stl10", acc: 30, epochs: 40, of: "b")]),
    ])
    #expect(apart.methods.map(\.title) == ["SCL (a)", "SCL (b)"])
    // Programs tell them apart by a column.
    for format in [TableFormat.csv, .csvRuns] {
      let lines = apart.rendered(as: format).split(separator: "\n")
      #expect(lines[0].hasSuffix(",flags,row"))
      #expect(lines.dropFirst().allSatisfy { $0.hasSuffix(",a/scl") || $0.hasSuffix(",b/scl") })
    }
    #expect(apart.rendered(as: .json).contains(#""row":"b/scl""#))
    #expect(apart.cell(benchmark: "stl10", method: "a/scl") == nil)
  }

  @Test func `Runs on other images are a row of their own`() throws {
    let table = try Self.table([
      Self.results("a", [Self.run(acc: 20, of: "a")]),
      Self.results("b", [Self.run(seed: 1, acc: 30, file: SampleRuns.incomplete, of: "b")]),
    ])
    #expect(table.methods.map(\.title) == ["SCL (a)", "SCL (b)"])
  }

  @Test func `A departure of one experiment is named with it, one of all by itself`() throws {
    let results = [
      Self.results("a", [Self.run(acc: 20, of: "a")], notes: ["30 epochs", "no GPU"]),
      Self.results("b", [Self.run(acc: 20, of: "b")], notes: ["no GPU"]),
    ]
    #expect(ExperimentResults.joined(results).distance == ["30 epochs (a)", "no GPU"])
  }
}
