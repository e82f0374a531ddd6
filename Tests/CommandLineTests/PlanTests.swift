import Foundation
import Records
import Testing

/// A line of `scl plan --json`. JSONSerialization rounds some numbers in their last digit, JSONDecoder
/// none.
private struct PlanLine: Decodable {
  let method: String?
  let seed: Int?
  let source: String?
  let seconds: Double?
}

extension CommandLineTests {
  private static let trial = """
    benchmarks: [rehearsal]
    methods: [kmeans, scl]
    seeds: 2
    protocol: {train: test, score: test}
    settings:
      defaults: {epochs: 12, batch_size: 100, width: 16, stem: small-pool, dimensions: 16}
      methods: {scl: {warmup_epochs: 0}}
    """

  private func arguments(
    _ command: String, _ file: String, results: String, data: String? = nil
  ) throws -> [String] {
    [
      command, file, "--data", try data ?? Self.data.get(), "--results", "\(folder)/\(results)",
      "--precision", "float32", "--threads", "1",
    ]
  }

  private func objects(_ output: String) throws -> [[String: Any]] {
    try output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func `What a plan estimates is what the run takes, and is measured once`() throws {
    let file = try write(Self.trial, to: "trial.yaml")
    let arguments = try arguments("plan", file, results: "estimates") + ["--json"]
    let first = try program.run(arguments)
    #expect(first.exitCode == 0, "\(first.errors)")
    #expect(
      first.errorLines.filter { $0.hasPrefix("measuring") } == [
        "measuring 1 of 2: rehearsal kmeans", "measuring 2 of 2: rehearsal scl",
      ])
    // An answer before anything is measured, and each measurement's.
    #expect(first.errorLines.first?.hasPrefix("preliminary: on this machine, ") == true)
    #expect(first.errorLines.count { $0.hasPrefix("  a run takes ") } == 2)
    let again = try program.run(arguments)
    #expect(again.errors.isEmpty && again.output == first.output)

    // Other numbers of epochs are known from that as well: each epoch has the same share.
    let byEpochs = try [12, 20, 28].map { epochs in
      let other = try program.run(arguments + ["--set", "epochs=\(epochs)"])
      #expect(other.errors.isEmpty, "\(other.errors)")
      return try #require(
        try other.lines.map { try JSONDecoder().decode(PlanLine.self, from: Data($0.utf8)) }
          .first { $0.method == "scl" }?.seconds)
    }
    let (share, further) = (byEpochs[1] - byEpochs[0], byEpochs[2] - byEpochs[1])
    #expect(byEpochs[0] > share && share > 0 && abs(further / share - 1) < 1e-6, "\(byEpochs)")

    let run = try program.run(
      self.arguments("run", file, results: "estimates") + ["--only", "seed=0,method=scl"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let record = try RunRecord.read(
      from: RunFolder(
        results: "\(folder)/estimates", experiment: "trial", benchmark: "rehearsal",
        method: "scl", seed: 0
      ).record)
    let planned = try #require(
      try objects(first.output).first {
        $0["method"] as? String == "scl" && $0["seed"] as? Int == 0
      })
    let seconds = try #require(planned["seconds"] as? Double)
    // Beside other tests either may take several times as long as it would alone.
    if Program.isSlow {
      #expect(record.timing.seconds < 3 * seconds && seconds < 3 * record.timing.seconds)
    }
    let memory = try #require(planned["memoryBytes"] as? Double)
    let peak = Double(record.timing.peakMemoryBytes)
    #expect(peak < 2 * memory && memory < 2 * peak)

    // The other seed is now known from the finished one.
    let after = try program.run(arguments)
    let sibling = try #require(
      try after.lines.map { try JSONDecoder().decode(PlanLine.self, from: Data($0.utf8)) }
        .first { $0.method == "scl" && $0.seed == 1 })
    #expect(sibling.source == "finished run")
    #expect(sibling.seconds == record.timing.seconds)
    let total = try #require(
      try objects(after.output).first { $0["total"] as? String == "all" })
    #expect(total["runs"] as? Int == 4 && total["finished"] as? Int == 1)
  }

  @Test func `What was measured is measured again where that is asked for`() throws {
    let file = try write(Self.trial.replacing("[kmeans, scl]", with: "[kmeans]"), to: "trial.yaml")
    let arguments = try arguments("plan", file, results: "again")
    #expect(try program.run(arguments).errors.contains("measuring 1 of 1"))
    #expect(try program.run(arguments).errors.isEmpty)
    #expect(try program.run(arguments + ["--remeasure"]).errors.contains("measuring 1 of 1"))
    let quiet = try program.run(arguments + ["--remeasure", "--quiet"])
    #expect(quiet.exitCode == 0 && quiet.errors.isEmpty && quiet.output.contains("kmeans"))
  }

  @Test func `An interrupted plan prints what it knows, and ends as the signal says`() throws {
    let file = try write(Self.trial, to: "trial.yaml")
    let (output, errors) = (folder + "/plan.txt", folder + "/errors.txt")
    let process = try program.start(
      arguments("plan", file, results: "interrupted") + ["--set", "width=256"], output: output,
      errors: errors)
    let limit = ContinuousClock.now + .seconds(60)
    func told() throws -> String { try String(contentsOfFile: errors, encoding: .utf8) }
    while try !told().contains("measuring 1 of 2"), ContinuousClock.now < limit { usleep(5_000) }
    kill(process.processIdentifier, SIGINT)
    try process.waitForEnd()
    let said = try told()
    #expect(process.terminationStatus == 128 + SIGINT, "\(said)")
    #expect(said.contains("run the same command to resume"))
    let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
    #expect(lines.contains { $0.contains("scl") && $0.contains("~") }, "\(lines)")
    #expect(lines.last?.hasPrefix("on this machine, ") == true)
  }

  @Test func `A run that others start from is named as their pretext`() throws {
    let file = try write(
      "benchmarks: [rehearsal]\nmethods: [scan-cluster, scan]\n", to: "pretext.yaml")
    let plan = try program.run(arguments("plan", file, results: "pretext") + ["--no-measure"])
    let row = try #require(plan.lines.first { $0.contains("simclr@") }, "\(plan.errors)")
    #expect(row.contains("pretext of scan-cluster, scan"), "\(row)")
  }

  @Test func `A plan tells how long several nodes take`() throws {
    let file = try write(
      Self.trial.replacing("[kmeans, scl]", with: "[kmeans]").replacing(
        "seeds: 2", with: "seeds: 8"), to: "trial.yaml")
    let result = try program.run(
      arguments("plan", file, results: "nodes") + [
        "--json", "--jobs", "2", "--nodes", "2", "--cpus-per-node", "2",
      ])
    let durations = try objects(result.output).filter { $0["duration"] != nil }
    let local = try #require(durations.first { $0["duration"] as? String == "local" })
    let cluster = try #require(durations.first { $0["duration"] as? String == "cluster" })
    let (here, there) = (
      try #require(local["seconds"] as? Double), try #require(cluster["seconds"] as? Double)
    )
    #expect(here > 0 && abs(there / here - 0.5) < 1e-6)
    #expect(
      try program.run(arguments("plan", file, results: "nodes") + ["--cpus-per-node", "2"])
        .exitCode == 64)
  }

  @Test func `A run that cannot be measured does not stop the plan`() throws {
    // Of images of 20 pixels, halved three times, nothing whole is left.
    let file = try write(
      """
      benchmarks: [rehearsal]
      methods: [kmeans, ae]
      seeds: 2
      protocol: {train: test, score: test, image_size: 20}
      settings: {methods: {ae: {epochs: 2, architecture: convolutional}}}
      """, to: "trial.yaml")
    let result = try program.run(arguments("plan", file, results: "unmeasured"))
    #expect(result.exitCode == 0, "\(result.errors)")
    let line = try #require(result.lines.first { $0.contains(" ae ") })
    #expect(line.contains("?") && line.contains("multiple of 8 pixels"), "\(line)")
    #expect(result.output.contains("2 runs without an estimate"))
  }

  @Test(arguments: ["plan", "run", "status"])
  func `A warm-up as long as the training is refused before anything happens`(_ command: String)
    throws
  {
    let file = try write(Self.trial, to: "trial.yaml")
    try expectRefusal(
      65, arguments(command, file, results: "refused") + ["--set", "scl.warmup_epochs=12"],
      ["rehearsal / scl: warmup_epochs 12 leaves none of the "])
    #expect(!FileManager.default.fileExists(atPath: folder + "/refused"))
  }

  @Test func `Without benchmark files or measuring a plan still lists its runs`() throws {
    let file = try write(Self.trial, to: "trial.yaml")
    let empty = try arguments("plan", file, results: "empty", data: "\(folder)/no-data")
    let listed = try program.run(empty + ["--no-measure"])
    // Rehearsals are created, with a message.
    #expect(listed.exitCode == 0 && listed.errorLines.allSatisfy { $0.hasPrefix("created ") })
    #expect(listed.lines.count { $0.contains("~") && $0.contains("rough estimate") } == 4)
    let measured = try program.run(empty + ["--only", "method=kmeans"])
    #expect(measured.exitCode == 0 && !measured.output.contains("?"), "\(measured.output)")
  }
}
