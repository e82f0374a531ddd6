import Foundation
import Records
import Testing

extension CommandLineTests {
  @Test func `A checkpoint chosen by labels is marked wherever a table shows it`() throws {
    let file = try write(
      """
      benchmarks: [rehearsal]
      methods: [kmeans, instdisc]
      evaluate_every: 1
      protocol: {train: test, score: test, checkpoint: best-by-labels}
      settings:
        defaults: {epochs: 3, batch_size: 100, width: 16, stem: imagenet, restarts: 1}
      """, to: "chosen.yaml")
    let folders = ["--data", try Self.data.get(), "--results", "\(folder)/chosen"]
    let run = try program.run(["run", file, "--jobs", "2"] + folders)
    try #require(run.exitCode == 0, "\(run.errors)")
    func record(_ method: String) throws -> RunRecord {
      try RunRecord.read(
        from: RunFolder(
          results: "\(folder)/chosen", experiment: "chosen", benchmark: "rehearsal",
          method: method, seed: 0
        ).record)
    }
    #expect(try record("instdisc").protocol.checkpoint == .bestByLabels)
    #expect(try (1...3).contains(#require(record("instdisc").checkpointEpoch)))
    #expect(try record("kmeans").protocol.checkpoint == .last)

    let note = "checkpoint chosen by labels"
    for format in ["markdown", "html", "latex", "csv"] {
      let table = try program.run(["report", file, "--format", format] + folders)
      #expect(table.exitCode == 0 && table.output.contains(note), "\(table.output)")
    }
    let table = try program.run(["report", file] + folders)
    let rows = table.lines.filter { $0.hasPrefix("| ") && !$0.contains("---") }
    let mark = try #require(
      table.lines.first { $0.hasPrefix("- ") && $0.hasSuffix(note) }?.dropFirst(2).first)
    #expect(rows.contains { $0.contains("InstDisc") && $0.contains(mark) }, "\(table.output)")
    #expect(rows.contains { $0.contains("k-means ") && !$0.contains(mark) }, "\(table.output)")
    let cells = try program.run(["report", file, "--json"] + folders).objects()
      .filter { $0["kind"] as? String == "cell" }
    for cell in cells {
      let flags = try #require(cell["flags"] as? [String])
      #expect(flags.contains(note) == (cell["method"] as? String == "instdisc"))
    }
    #expect(cells.count == 2)
    let diff = try program.run(["diff", file, "--against", "\(folder)/chosen"] + folders)
    #expect(diff.exitCode == 0, "\(diff.errors)")
    #expect(diff.output.contains("Checkpoint chosen by labels: InstDisc + k-means on"))
  }

  @Test func `A choice by labels without scored epochs is refused before anything runs`() throws {
    let file = try write(
      "benchmarks: [rehearsal]\nmethods: [instdisc]\nprotocol: {checkpoint: best-by-labels}\n",
      to: "chosen.yaml")
    for command in ["run", "plan", "report"] {
      try expectRefusal(
        65, [command, file, "--data", try Self.data.get(), "--results", folder + "/none"],
        ["chosen.yaml: protocol.checkpoint: ", "set evaluate_every to 1 or more"])
    }
    #expect(!FileManager.default.fileExists(atPath: folder + "/none"))
  }
}
