import Foundation
import Records
import Testing

/// `scl diff` and `scl report` on finished runs.
extension CommandLineTests {
  private func arguments(_ command: String, _ file: String, _ more: [String] = []) throws
    -> [String]
  {
    [command, file, "--data", try Self.data.get(), "--results", folder + "/results"] + more
  }

  /// An experiment of quick runs, finished once in `folder/results`.
  private func finished() throws -> String {
    let file = try write(
      "benchmarks: [rehearsal]\nmethods: [kmeans, random-labels]\nseeds: 2\n"
        + "settings: {defaults: {restarts: 1}}\n", to: "quick.yaml")
    let run = try program.run(arguments("run", file))
    try #require(run.exitCode == 0, "\(run.errors)")
    return file
  }

  /// Copies the results, with k-means's accuracy in them raised.
  private func copyResults(as name: String, raisedBy points: Double) throws -> String {
    let other = "\(folder)/\(name)"
    try FileManager.default.copyItem(atPath: folder + "/results", toPath: other)
    for seed: UInt64 in [0, 1] {
      let run = RunFolder(
        results: other, experiment: "quick", benchmark: "rehearsal", method: "kmeans", seed: seed)
      var record = try RunRecord.read(from: run.record)
      record.metrics.scores?[.acc]? += points / 100
      try record.write(to: run.record)
    }
    return other
  }

  @Test func `A diff against other results ends with 0 where they agree, with 1 where they do not`()
    throws
  {
    let file = try finished()
    let same = try copyResults(as: "same", raisedBy: 0)
    let diff = try program.run(arguments("diff", file, ["--against", same]))
    #expect(diff.exitCode == 0, "\(diff.errors)")
    #expect(diff.output.contains("Summary: reproduced 6 of 6 comparable,"), "\(diff.output)")
    // The experiment's own folder is understood as well.
    let own = try program.run(arguments("diff", file, ["--against", same + "/quick"]))
    #expect(own.exitCode == 0 && own.output == diff.output && own.errors.isEmpty)
    let itself = try program.run(arguments("diff", file, ["--against", folder + "/results"]))
    #expect(itself.exitCode == 0 && itself.errors.contains("they are compared with themselves"))

    let other = try copyResults(as: "other", raisedBy: 30)
    let failing = try program.run(arguments("diff", file, ["--against", other]))
    #expect(failing.exitCode == 1 && failing.output.contains("differs"))
    let wide = try program.run(arguments("diff", file, ["--against", other, "--within", "31"]))
    #expect(wide.exitCode == 0, "\(wide.output)")
    // Five of six scores are reproduced: k-means's accuracy alone was raised.
    let most = try program.run(arguments("diff", file, ["--against", other, "--fail-below", "83"]))
    #expect(most.exitCode == 0, "\(most.output)")
    let few = try program.run(arguments("diff", file, ["--against", other, "--fail-below", "84"]))
    #expect(few.exitCode == 1, "\(few.output)")
    // Nothing published can be compared with a rehearsal.
    #expect(try program.run(arguments("diff", file, ["--fail-below", "1"])).exitCode == 1)
    #expect(try program.run(arguments("diff", file, ["--fail-below", "101"])).exitCode == 64)
  }

  @Test func `A diff in which nothing is compared is no success against other results`() throws {
    let file = try finished()
    let other = try copyResults(as: "other", raisedBy: 0)
    try FileManager.default.moveItem(
      atPath: other + "/quick/rehearsal/kmeans", toPath: folder + "/kmeans")
    let only = ["--only", "method=kmeans", "--against", other]
    let diff = try program.run(arguments("diff", file, only))
    #expect(diff.exitCode == 1 && diff.errors == "no scores were comparable\n")
    let again = try program.run(arguments("reproduce", file, only))
    #expect(again.exitCode == 1 && again.errors.hasSuffix("no scores were comparable\n"))
    // A folder without the experiment, one that is not there, and results that are not there.
    try FileManager.default.createDirectory(
      atPath: folder + "/empty", withIntermediateDirectories: true)
    try expectRefusal(
      66, arguments("diff", file, ["--against", folder + "/empty"]), ["no finished run of quick"])
    try expectRefusal(
      66, arguments("diff", file, ["--against", folder + "/nowhere"]),
      ["a results folder", "paper-tables.md"])
    try FileManager.default.removeItem(atPath: folder + "/results")
    try expectRefusal(
      66, arguments("diff", file, ["--against", other]), ["no runs of quick", "scl run"])
  }

  @Test func `Every line of --json is an object, and text ends with one line break`() throws {
    let file = try finished()
    let other = try copyResults(as: "other", raisedBy: 0)
    for command in [
      ["report"], ["diff", "--against", other], ["reproduce", "--against", other], ["status"],
    ] {
      let call = try arguments(command[0], file, Array(command.dropFirst()))
      let result = try program.run(call + ["--json"])
      #expect(result.exitCode == 0, "\(command): \(result.errors)")
      #expect(!result.output.isEmpty && result.output.hasSuffix("}\n"))
      for line in result.output.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
      {
        let object = try? JSONSerialization.jsonObject(with: Data(line.utf8))
        #expect(object is [String: Any], "\(command): '\(line)'")
      }
      let text = try program.run(call).output
      #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"), "\(command)")
    }
    try expectRefusal(
      64, arguments("report", file, ["--format", "latex", "--json"]),
      ["--json conflicts with --format latex"])
  }

  @Test func `Results of another machine are read without its device`() throws {
    let file = try finished()
    let run = RunFolder(
      results: folder + "/results", experiment: "quick", benchmark: "rehearsal", method: "kmeans",
      seed: 0)
    let record = try RunRecord.read(from: run.record)
    var inputs = IdentityInputs(record)
    inputs.libtorch = "9.9.9"
    var other = record
    other.provenance.libtorch = "9.9.9"
    other.identity = try inputs.identity()
    try other.write(to: run.record)

    // A login node has no card, and need not have one.
    for command in ["status", "report", "plan"] {
      let more = command == "plan" ? ["--no-measure"] : []
      let result = try program.run(arguments(command, file, ["--device", "cuda"] + more))
      #expect(result.exitCode == 0 && !result.output.contains("stale"), "\(result.errors)")
    }
    let again = try program.run(arguments("run", file))
    #expect(again.errors.contains("1 of them used another engine (libtorch 9.9.9, now"))
    #expect(try RunRecord.read(from: run.record) == other)
    let renewed = try program.run(arguments("run", file, ["--recompute"]))
    #expect(renewed.exitCode == 0, "\(renewed.errors)")
    #expect(try RunRecord.read(from: run.record).identity == record.identity)
  }

  @Test func `Watching ends when nothing is running or queued`() throws {
    let file = try write("benchmarks: [rehearsal]\nmethods: [kmeans]\n", to: "watched.yaml")
    let watch = try program.run(arguments("status", file, ["--watch", "--json"]))
    #expect(watch.exitCode == 0)
    #expect(watch.errors.contains("nothing is running or queued"), "\(watch.errors)")
    #expect(watch.lines.count == 4)
  }
}
