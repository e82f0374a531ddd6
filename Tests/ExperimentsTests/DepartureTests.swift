import Core
import Experiments
import Foundation
import Methods
import Records
import Testing

/// In which settings runs depart from their methods' defaults, as run.json says.
extension ExperimentsTests {
  private func departures(
    _ text: String, overrides: [String] = [], profile: String? = nil
  ) throws -> [[Departure]] {
    try Plan(
      read(text, profile: profile, overrides: overrides),
      options: RunOptions(data: folder, results: folder, precision: .float32, threads: 1),
      registry: .builtIn, needsData: false
    ).runs.map(\.departures)
  }

  @Test func `What a file, a profile or the command line sets otherwise is a departure`() throws {
    let text = """
      benchmarks: [cifar10]
      methods: [cc]
      settings: {defaults: {width: 32}}
      profiles:
        short: {settings: {methods: {cc: {epochs: 20}}}}
      """
    let found = try departures(text, overrides: ["optimiser=sgd"], profile: "short")
    #expect(
      found == [
        [
          Departure("epochs", value: 20, standard: 1000),
          Departure("optimiser", value: "sgd", standard: "adam"),
          Departure("width", value: 32, standard: 64),
        ]
      ])
    #expect(try departures(text).map { $0.map(\.name) } == [["width"]])
  }

  @Test func `Defaults are those of the benchmark, and to set what is the default is no departure`()
    throws
  {
    let methods = "methods: [byol]\n"
    #expect(try departures("benchmarks: [cifar10, stl10]\n" + methods) == [[], []])
    let batch = "settings: {defaults: {batch_size: 512}}\n"
    #expect(
      try departures("benchmarks: [cifar10]\n" + methods + batch) == [[]])
    #expect(
      try departures("benchmarks: [stl10]\n" + methods + batch) == [
        [Departure("batch_size", value: 512, standard: 256)]
      ])
    // A rehearsal has its original's defaults.
    #expect(try departures("benchmarks: [rehearsal-cifar10]\n" + methods + batch) == [[]])
  }

  @Test func `What a run starts from departs too, and is named by its method`() throws {
    let text = """
      benchmarks: [cifar10]
      methods: [scan]
      settings: {methods: {simclr: {epochs: 20}, scan-cluster: {neighbours: 10}, scan: {width: 32}}}
      """
    let scan = try #require(try departures(text).last)
    // The stages have the width of what starts from them, which is its departure and not theirs.
    #expect(
      scan == [
        Departure("width", value: 32, standard: 64),
        Departure("scan-cluster.neighbours", value: 10, standard: 20),
        Departure("simclr.epochs", value: 20, standard: 500),
      ])
    #expect(try departures("benchmarks: [cifar10]\nmethods: [scan]\n").last == [])
  }

  @Test func `A finished run's record lists them, and is the same run without the list`() throws {
    let text = "benchmarks: [rehearsal]\nmethods: [kmeans]\nsettings: {defaults: {restarts: 1}}\n"
    let plan = try Plan(
      read(text),
      options: RunOptions(
        data: Self.data.get(), results: folder + "/results", precision: .float32, threads: 1),
      registry: .builtIn)
    try RunExecution(plan.runs[0], options: plan.options, experiment: plan.experiment).run()
    let record = try RunRecord.read(from: plan.runs[0].folder.record)
    #expect(record.departures == [Departure("restarts", value: 1, standard: 10)])
    #expect(record.provenance.benchmarkFile.pixels == .original)
    var older = record
    older.departures = nil
    #expect(try IdentityInputs(older).identity() == record.identity)
  }
}
