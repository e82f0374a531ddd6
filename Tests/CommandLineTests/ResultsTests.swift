import Foundation
import Records
import Testing

/// Results that are kept, damaged, looked for in the wrong place, listed and removed.
extension CommandLineTests {
  private static let clustering = """
    benchmarks: [rehearsal]
    methods: [kmeans, random-labels]
    protocol: {train: test, score: test}
    settings: {defaults: {restarts: 1}}
    """

  private func clustering(_ command: String, _ more: [String] = []) throws -> Program.Result {
    try program.run(
      [
        command, write(Self.clustering, to: "kept.yaml"), "--data", Self.data.get(), "--results",
        "\(folder)/kept",
      ] + more)
  }

  private func keptFolder(_ method: String) -> RunFolder {
    RunFolder(
      results: "\(folder)/kept", experiment: "kept", benchmark: "rehearsal", method: method, seed: 0
    )
  }

  @Test func `A result of other settings is kept aside, found again, and removed when asked to`()
    throws
  {
    #expect(try clustering("run").exitCode == 0)
    let place = keptFolder("kmeans")
    let old = try RunRecord.read(from: place.record)
    let changed = ["--set", "restarts=2"]
    let again = try clustering("run", changed)
    #expect(again.exitCode == 0 && again.errors.contains("restarts 1, now 2"), "\(again.errors)")
    let aside = try #require(place.superseded.first)
    #expect(try RunRecord.read(from: aside.record) == old)
    #expect(try RunRecord.read(from: place.record).settings["restarts"] == .integer(2))

    // The old settings find the old result, which is not computed again.
    let back = try clustering("run")
    #expect(back.errors == "2 of 2 runs are already finished\n", "\(back.errors)")
    let identity = String(old.identity.prefix(10))
    let table = try clustering("report", ["--identity", identity, "--json"]).objects()
    let cell = try #require(table.first)
    let score = try #require(cell["acc"] as? [String: Any])["mean"] as? Double
    let expected = try #require(old.metrics.scores?.byName["acc"])
    #expect(abs(try #require(score) - 100 * expected) < 1e-3)
    #expect(try clustering("report", ["--identity", "nothing"]).exitCode == 66)
    // A score that is asked for twice is one column.
    let twice = try clustering("report", ["--score", "acc", "--score", "acc", "--json"]).objects()
    #expect(twice.first?["acc"] != nil)

    // The file is found in the working folder, where it uses both results.
    let found = try program.run(["list", "--results", "\(folder)/kept", "--json"]).objects()
    #expect(found.count == 1 && found[0]["superseded"] as? Int == 0)
    #expect(found[0]["stale"] as? Int == 0)

    let withoutFile = ["--results", "\(folder)/kept", "--experiments", "\(folder)/elsewhere"]
    let list = try program.run(["list", "--json"] + withoutFile).objects()
    #expect(list.count == 1 && list[0]["experiment"] as? String == "kept")
    #expect(list[0]["finished"] as? Int == 2 && list[0]["superseded"] as? Int == 1)
    let shown = try program.run(["list"] + withoutFile)
    #expect(shown.lines[1].contains("?"))
    #expect(shown.errors == "no file found for kept; give its folder with --experiments\n")
    // Without a name, what cannot be checked is kept; so is all of a file that cannot be read, and other
    // experiments whose names begin alike.
    let kept = try program.run(["clean", "--yes"] + withoutFile)
    #expect(
      kept.exitCode == 0 && kept.errors.hasPrefix("results of kept are kept"), "\(kept.errors)")
    let broken = try write("epochz: 1\n", to: "broken/kept.yaml")
    #expect(
      try program.run(["clean", broken, "--yes", "--results", "\(folder)/kept"]).exitCode == 0)
    #expect(try program.run(["clean", "kept.v2", "--yes"] + withoutFile).exitCode == 66)
    // Nobody answers: nothing is removed.
    let asked = try program.run(["clean", "kept"] + withoutFile)
    #expect(asked.exitCode == 0 && asked.output.contains(aside.path), "\(asked.output)")
    #expect(asked.errors.contains("no file found for kept; give its folder with --experiments"))
    #expect(FileManager.default.fileExists(atPath: aside.record))
    #expect(try program.run(["clean", "kept", "--yes"] + withoutFile).exitCode == 0)
    #expect(place.superseded.isEmpty && FileManager.default.fileExists(atPath: place.record))
  }

  @Test func `Results aside that the experiment file uses are counted as finished and kept`() throws
  {
    #expect(try clustering("run").exitCode == 0)
    #expect(try clustering("run", ["--set", "restarts=2"]).exitCode == 0)
    let aside = try #require(keptFolder("kmeans").superseded.first)
    // The file has the settings of the result aside.
    let file = try write(Self.clustering, to: "kept.yaml")
    let folders = try ["--results", "\(folder)/kept", "--data", Self.data.get()]
    let list = try program.run(["list", "--experiments", folder, "--json"] + folders).objects()
    #expect(list[0]["finished"] as? Int == 2 && list[0]["superseded"] as? Int == 0)
    #expect(list[0]["stale"] as? Int == 0 && list[0]["unfinished"] as? Int == 0)
    for arguments in [[file], ["kept", "--experiments", folder], ["--experiments", folder]] {
      let clean = try program.run(["clean", "--yes"] + arguments + folders)
      #expect(clean.exitCode == 0 && clean.output.contains("kept, in use: 1\n"), "\(clean.output)")
      #expect(clean.output.contains("no superseded results to remove") && clean.errors.isEmpty)
      #expect(FileManager.default.fileExists(atPath: aside.record))
    }
    _ = try write(Self.clustering.replacing("restarts: 1", with: "restarts: 3"), to: "kept.yaml")
    let clean = try program.run(["clean", file, "--yes"] + folders)
    #expect(clean.exitCode == 0 && clean.output.contains("removed 1 result"), "\(clean.output)")
    #expect(!FileManager.default.fileExists(atPath: aside.record))
  }

  @Test func `A damaged record is that run's state, blocks nothing, and is computed again`() throws
  {
    #expect(try clustering("run").exitCode == 0)
    let place = keptFolder("kmeans")
    let whole = try Data(contentsOf: URL(fileURLWithPath: place.record))
    try whole.prefix(200).write(to: URL(fileURLWithPath: place.record))
    let status = try clustering("status")
    #expect(status.exitCode == 0 && status.output.contains("1 damaged"), "\(status.errors)")
    let table = try clustering("report")
    #expect(table.exitCode == 0 && table.output.contains("Damaged, left out: k-means"))
    #expect(table.output.contains("run.json") && table.output.contains("Random labels"))
    #expect(try clustering("plan", ["--no-measure"]).exitCode == 0)
    #expect(try clustering("diff", ["--against", "\(folder)/kept"]).exitCode == 65)
    let again = try clustering("run")
    #expect(again.exitCode == 0 && again.errors.contains("damaged"), "\(again.errors)")
    let metrics = try RunRecord.read(from: place.record).metrics
    #expect(try metrics == JSONDecoder().decode(RunRecord.self, from: whole).metrics)
    #expect(place.superseded.count == 1)
  }

  @Test func `A score that cannot be is refused with file and key in the results that were named`()
    throws
  {
    #expect(try clustering("run").exitCode == 0)
    let place = keptFolder("kmeans")
    try FileManager.default.copyItem(atPath: "\(folder)/kept", toPath: "\(folder)/colleague")
    let other = place.record.replacing("/kept/kept/", with: "/colleague/kept/")
    var record = try RunRecord.read(from: other)
    record.metrics.scores?[.acc] = 5
    try record.write(to: other)
    let diff = try clustering("diff", ["--against", "\(folder)/colleague"])
    #expect(diff.exitCode == 65 && diff.errorLines.count == 1, "\(diff.errors)")
    #expect(diff.errors.contains(other) && diff.errors.contains("metrics.acc"))
  }

  @Test(arguments: ["report", "status", "diff"])
  func `Results that are not there are missing input, with the whole path`(_ command: String) throws
  {
    let file = try write(Self.clustering, to: "kept.yaml")
    let result = try program.run([
      command, file, "--data", Self.data.get(), "--results", "elsewhere",
    ])
    #expect(result.exitCode == 66 && result.output.isEmpty, "\(result.errors)")
    #expect(result.errors.contains("\(folder)/elsewhere"), "\(result.errors)")
  }

  @Test func `Results of another profile are pointed to`() throws {
    let profiles = "\nprofiles:\n  quick: {settings: {defaults: {restarts: 2}}}\n"
    let file = try write(Self.clustering + profiles, to: "kept.yaml")
    let folders = try ["--data", Self.data.get(), "--results", "\(folder)/kept"]
    try expectRefusal(
      66, ["report", file, "--profile", "quick"] + folders,
      [
        "to compute them: `scl run \(file) --profile quick --data \(folders[1]) "
          + "--results \(folders[3])`"
      ])
    #expect(try program.run(["run", file, "--profile", "quick"] + folders).exitCode == 0)
    try expectRefusal(
      66, ["report", file] + folders,
      ["there are results of profile quick: add `--profile quick`"])
  }

  @Test func `A setting of what is not run is an error with the nearest name`() throws {
    let arguments = ["--set", "kmean.restarts=2"]
    let refused = try clustering("plan", arguments)
    #expect(refused.exitCode == 64 && refused.errors.contains("did you mean 'kmeans'?"))
    let absent = try clustering("plan", ["--set", "scl.epochs=5"])
    #expect(absent.exitCode == 64 && absent.errors.contains("it has kmeans, random-labels"))
    let stage = try write("benchmarks: [rehearsal]\nmethods: [scan]\n", to: "stage.yaml")
    let pretext = try program.run(
      ["plan", stage, "--data", Self.data.get(), "--no-measure", "--set", "simclr.epochs=3"])
    #expect(pretext.exitCode == 0, "\(pretext.errors)")
  }

  @Test func `A benchmark that is not known says where files were looked for`() throws {
    let file = try write("benchmarks: [my-lamps]\nmethods: [kmeans]\n", to: "own.yaml")
    let result = try program.run(["plan", file, "--data", "nowhere"])
    #expect(
      result.exitCode == 65 && result.errors.contains("\(folder)/nowhere"), "\(result.errors)")
  }

  @Test func `Aliases that stand for a milliard values are refused at once`() throws {
    var text = "benchmarks: [rehearsal]\nmethods: [kmeans]\nnotes:\n - &a [x,x]\n"
    for (name, before) in zip("bcdefghij", "abcdefghi") {
      text += " - &\(name) [\(Array(repeating: "*\(before)", count: 10).joined(separator: ","))]\n"
    }
    text += " - {? *j : 1}\n"
    let file = try write(text, to: "bomb.yaml")
    try expectRefusal(65, ["plan", file], ["\(file):", "aliases"])
    let plain = "benchmarks: &b [rehearsal]\nmethods: [kmeans]\nnotes: *b\n"
    let arguments = try [
      "plan", write(plain, to: "plain.yaml"), "--data", Self.data.get(), "--no-measure",
    ]
    #expect(try program.run(arguments).exitCode == 0)
  }

  @Test func `Extreme numbers in a run folder end no command with a signal`() throws {
    #expect(try clustering("run").exitCode == 0)
    let place = keptFolder("kmeans")
    let whole = try String(contentsOfFile: place.record, encoding: .utf8)
    let progress =
      #"{"progress":{"phase":"training","epoch":1,"epochs":0,"fraction":1e300},"updatedAt":1}"#
    for (command, file, content) in [
      (
        "plan", place.record,
        whole.replacing(
          /"peakMemoryBytes" : \d+/, with: #""peakMemoryBytes" : -9223372036854775808"#)
      ),
      ("report", place.record, whole.replacing(/"acc" : [0-9.]+/, with: #""acc" : 1e308"#)),
      ("status", place.record, String(repeating: "[", count: 100_000)),
      ("status", place.progress, progress),
      (
        "run", place.failure,
        #"{"identity":"a","kind":"killed","reason":"x","lastLogLines":[],"attempts":9223372036854775807}"#
      ),
      ("plan", "\(folder)/kept/.estimates.json", #"{"schema":1e30}"#),
    ] {
      if file != place.record { try? FileManager.default.removeItem(atPath: place.record) }
      try Data(content.utf8).write(to: URL(fileURLWithPath: file))
      let result = try clustering(command, command == "plan" ? ["--no-measure"] : [])
      #expect(result.exitCode == 0, "\(command) \(file): \(result.exitCode) \(result.errors)")
      if file != place.record { try? FileManager.default.removeItem(atPath: file) }
      try Data(whole.utf8).write(to: URL(fileURLWithPath: place.record))
    }
  }

  @Test func `A sweep ends, and obeys a signal, where no thread can be had`() throws {
    let file = try write(Self.sweep(running: "retries: 0"), to: "disturbed.yaml")
    // Around what the program takes itself: some of these leave no room for threads.
    for limit in [860_000, 900_000, 940_000] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments =
        ["-c", "ulimit -v \(limit); exec \"$@\" 2>/dev/null", "sh", Program.path]
        + (try sweepArguments(file, results: "limit-\(limit)"))
      try process.run()
      let end = ContinuousClock.now + .seconds(40)
      while process.isRunning, ContinuousClock.now < end { usleep(20_000) }
      if process.isRunning { kill(process.processIdentifier, SIGTERM) }
      try process.waitForEnd(within: 15)
    }
  }
}
