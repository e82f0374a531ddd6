import Foundation
import Records
import Testing

extension CommandLineTests {
  @Test func `Methods of two stages share one pretext, which no table shows`() throws {
    let file = try write(
      """
      benchmarks: [rehearsal]
      methods: [scan-cluster, few]
      variants:
        few: {method: scan-cluster, title: SCAN with three neighbours, settings: {neighbours: 3}}
      protocol: {train: test, score: test}
      settings:
        defaults:
          {pretext: instdisc, epochs: 2, batch_size: 100, width: 16, stem: imagenet, neighbours: 5}
      """, to: "stages.yaml")
    let folders = ["--data", try Self.data.get(), "--results", "\(folder)/stages"]
    let run = try program.run(["run", file, "--jobs", "2"] + folders)
    #expect(run.exitCode == 0, "\(run.errors)")
    let results = try ResultsFolder("\(folder)/stages").runs()
    #expect(results.count == 3)
    let records = results.compactMap { stored -> RunRecord? in
      guard case .finished(let record) = stored.state else { return nil }
      return record
    }
    try #require(records.count == 3)
    let stage = try #require(records.first { $0.stage == nil })
    #expect(stage.method.hasPrefix("instdisc@") && stage.variantOf == "instdisc")
    #expect(records.count { $0.stage == stage.identity } == 2)
    let table = try program.run(["report", file] + folders)
    #expect(table.output.contains("SCAN (clustering step)"))
    #expect(table.output.contains("SCAN with three neighbours"))
    #expect(!table.output.contains("InstDisc"))
  }

  @Test func `What starts from a run that fails does not train, and says why`() throws {
    let file = try write(
      """
      benchmarks: [rehearsal]
      methods: [scan-cluster]
      protocol: {train: test, score: test}
      settings:
        defaults: {pretext: instdisc, epochs: 2, batch_size: 100, width: 16, stem: imagenet}
        methods:
          instdisc: {learning_rate: 100, temperature: 0.01, weight_decay: 1}
      """, to: "stages.yaml")
    let folders = ["--data", try Self.data.get(), "--results", "\(folder)/failing"]
    let run = try program.run(["run", file] + folders)
    #expect(run.exitCode == 1)
    let states = try ResultsFolder("\(folder)/failing").runs().map(\.state)
    let failures = states.compactMap { state -> RunFailure? in
      guard case .failed(let failure) = state else { return nil }
      return failure
    }
    #expect(failures.map(\.kind.rawValue).sorted() == ["error", "non-finite"], "\(failures)")
    #expect(failures.contains { $0.reason.hasPrefix("the run that it starts from failed") })
  }
}
