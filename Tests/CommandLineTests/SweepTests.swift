import Foundation
import Records
import Testing

extension CommandLineTests {
  @Test
  func `SIGTERM leaves checkpoints, and the command that is printed goes on to the same bits`()
    throws
  {
    let file = try write(Self.sweep(), to: "disturbed.yaml")
    try #require(program.run(sweepArguments(file, results: "quiet")).exitCode == 0)
    let run = sweepFolder(results: "stopped")
    let errors = "\(folder)/stopped.txt"
    let process = try disturbed(
      run, sweepArguments(file, results: "stopped", ["--jobs", "1"]), errors: errors
    ) { sweep, _ in sweep.terminate() }
    #expect(process.terminationReason == .exit && process.terminationStatus == 143)
    #expect(FileManager.default.fileExists(atPath: run.checkpoint))
    #expect(!FileManager.default.fileExists(atPath: run.failure))
    #expect(RunLock.owner(run.lock) == nil)
    let said = try text(errors)
    #expect(said.contains("stopped by SIGTERM, 0 of 1 run is finished; to resume:"), "\(said)")

    let command = try #require(said.split(separator: "\n").last).trimmingCharacters(
      in: .whitespaces)
    #expect(command.hasSuffix("--precision float32 --jobs 1"), "\(command)")
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", command]
    shell.currentDirectoryURL = URL(fileURLWithPath: folder)
    shell.standardError = FileHandle.nullDevice
    try shell.run()
    try shell.waitForEnd()
    #expect(shell.terminationStatus == 0)
    #expect(try RunRecord.read(from: run.record).timing.resumptions == 1)
    try expectSame(run, sweepFolder(results: "quiet"))
  }

  @Test func `Ctrl-C in a terminal, which reaches the runs as well, ends a sweep with 130`() throws
  {
    let file = try write(Self.sweep(epochs: 200), to: "disturbed.yaml")
    let run = sweepFolder(results: "interrupted")
    let errors = "\(folder)/interrupted.txt"
    let process = try program.start(
      sweepArguments(file, results: "interrupted"), errors: errors)
    _ = try trainingProcess(run)
    // The whole process group, as a terminal does it.
    kill(-process.processIdentifier, SIGINT)
    try process.waitForEnd()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(FileManager.default.fileExists(atPath: run.checkpoint))
    let said = try text(errors)
    #expect(!FileManager.default.fileExists(atPath: run.failure), "\(said)")
    let status = try program.run(
      sweepArguments(file, results: "interrupted", ["--json"], command: "status"))
    #expect(status.output.contains(#""state":"unfinished""#))
  }

  @Test func `A run does not count as finished if the experiment was edited before it began`()
    throws
  {
    let file = try write(Self.sweep(seeds: 2, epochs: 60), to: "disturbed.yaml")
    let errors = "\(folder)/edited.txt"
    let process = try program.start(
      sweepArguments(file, results: "edited", ["--jobs", "1"]), errors: errors)
    _ = try trainingProcess(sweepFolder(results: "edited"))
    _ = try write(Self.sweep(seeds: 2, epochs: 2), to: "disturbed.yaml")
    try process.waitForEnd()
    let said = try text(errors)
    #expect(process.terminationStatus == 1, "\(said)")
    #expect(said.contains("was the experiment or its data changed meanwhile?"), "\(said)")
    let status = try program.run(
      sweepArguments(file, results: "edited", ["--json"], command: "status"))
    let states = try status.objects().map { "\($0["seed"] ?? "") \($0["state"] ?? "")" }
    #expect(states == ["0 stale", "1 finished"], "\(status.output)")
  }

  @Test func `A variant is cancelled under its own name`() throws {
    let variants =
      "\nvariants: {starts: {method: instdisc, title: Starts, settings: {restarts: 2}}}"
    let file = try write(
      Self.sweep(methods: "starts", epochs: 400) + variants, to: "disturbed.yaml")
    let process = try program.start(sweepArguments(file, results: "cancelled"))
    _ = try trainingProcess(sweepFolder("starts", results: "cancelled"))
    let cancel = try program.run(sweepArguments(file, results: "cancelled", command: "cancel"))
    try process.waitForEnd()
    #expect(cancel.exitCode == 0, "\(cancel.errors)")
    #expect(cancel.output.hasPrefix("cancelled rehearsal / starts / seed 0: process "))
    let idle = try program.run(sweepArguments(file, results: "cancelled", command: "cancel"))
    #expect(
      idle.output == "no run of disturbed is queued, and none is running on this machine\n")
  }

  @Test func `A run that is killed is tried again from its checkpoint`() throws {
    let file = try write(Self.sweep(), to: "disturbed.yaml")
    let run = sweepFolder(results: "killed-child")
    let errors = "\(folder)/killed-child.txt"
    let process = try disturbed(
      run, sweepArguments(file, results: "killed-child"), errors: errors
    ) { kill($1, SIGKILL) }
    let said = try text(errors)
    #expect(process.terminationStatus == 0, "\(said)")
    #expect(said.contains("killed by signal 9 (Killed); retrying"))
    #expect(try RunRecord.read(from: run.record).timing.resumptions == 1)
    #expect(!FileManager.default.fileExists(atPath: run.failure))
  }

  @Test func `A run that is killed more often than it is tried again is recorded with its reason`()
    throws
  {
    let file = try write(Self.sweep(epochs: 400, running: "retries: 1"), to: "disturbed.yaml")
    let run = sweepFolder(results: "often")
    let process = try program.start(sweepArguments(file, results: "often"))
    let first = try trainingProcess(run)
    kill(first, SIGKILL)
    var second: Int32 = 0
    try wait("there is another attempt") {
      second = RunLock.owner(run.lock)?.pid ?? first
      return second != first
    }
    // The Swift runtime's handler lets a signal that is not from an access pass once.
    try wait("it has crashed") {
      kill(second, SIGSEGV)
      return RunLock.owner(run.lock)?.pid != second
    }
    try process.waitForEnd()
    #expect(process.terminationStatus == 1)
    let failure = try RunFailure.read(from: run.failure)
    #expect(failure.kind == .crashed && failure.attempts == 2, "\(failure)")
    #expect(failure.reason == "crashed with signal 11 (Segmentation fault)")
    // What has failed so is taken up again by the next sweep.
    let next = try program.start(sweepArguments(file, results: "often"))
    _ = try trainingProcess(run)
    next.terminate()
    try next.waitForEnd()
    #expect(next.terminationStatus == 143)
  }

  @Test func `A run that makes no progress is ended, recorded as hung and tried again`() throws {
    let file = try write(
      // Seconds enough for the start of a process on a busy disk.
      Self.sweep(running: "hang_minutes: 0.15"), to: "disturbed.yaml")
    let run = sweepFolder(results: "hung")
    let errors = "\(folder)/hung.txt"
    var hung: Int32 = 0
    let process = try disturbed(
      run, sweepArguments(file, results: "hung"), errors: errors
    ) { _, pid in
      hung = pid
      kill(pid, SIGSTOP)
    }
    let said = try text(errors)
    #expect(process.terminationStatus == 0, "\(said)")
    #expect(said.contains("no progress for 0.15 min; it was killed; retrying"))
    #expect(kill(hung, 0) == -1)
    #expect(try RunRecord.read(from: run.record).timing.resumptions >= 1)
  }

  @Test func `Two sweeps at once share the runs and carry out each of them once`() throws {
    let file = try write(
      Self.sweep(methods: "kmeans, instdisc", seeds: 3, epochs: 4), to: "disturbed.yaml")
    let outputs = ["a", "b"].map { "\(folder)/shared-\($0).txt" }
    func start(_ output: String) throws -> Process {
      try program.start(sweepArguments(file, results: "shared", ["--jobs", "1"]), errors: output)
    }
    // The first waits after its first run has started, so that something is left for the other.
    let first = try start(outputs[0])
    try wait("the first has begun") { try text(outputs[0]).contains("started") }
    kill(first.processIdentifier, SIGSTOP)
    let sweeps = try [first, start(outputs[1])]
    try wait("the other has begun") {
      try text(outputs[1]).contains("started") || !sweeps[1].isRunning
    }
    kill(first.processIdentifier, SIGCONT)
    for sweep in sweeps {
      try sweep.waitForEnd()
      #expect(sweep.terminationStatus == 0)
    }
    let texts = try outputs.map(text)
    for method in ["kmeans", "instdisc"] {
      for seed in UInt64(0)..<3 {
        let run = sweepFolder(method, seed: seed, results: "shared")
        #expect(try RunRecord.read(from: run.record).timing.resumptions == 0)
        let log = try text(run.log)
        #expect(log.isEmpty, "\(log)")
      }
    }
    // Each has done a part, and says how all of them stand.
    for text in texts {
      #expect(text.contains("started"), "\(text)")
      #expect(!text.contains("failed"), "\(text)")
    }
  }

  @Test(arguments: ["link", "pipe"])
  func `A lock that cannot be used fails its run, with the path and what to do`(
    _ kind: String
  ) throws {
    let file = try write(Self.sweep(methods: "kmeans"), to: "disturbed.yaml")
    let run = sweepFolder("kmeans", results: "locked")
    try FileManager.default.createDirectory(atPath: run.path, withIntermediateDirectories: true)
    #expect((kind == "link" ? symlink("/nonexistent", run.lock) : mkfifo(run.lock, 0o600)) == 0)
    let result = try program.run(sweepArguments(file, results: "locked"))
    #expect(result.exitCode == 1)
    let failure = try #require(result.errorLines.first { $0.hasPrefix("failed ") })
    #expect(failure.contains("cannot use the lock '\(run.lock)'"), "\(failure)")
    #expect(failure.hasSuffix("remove it when no run uses it"), "\(failure)")
    let status = try program.run(sweepArguments(file, results: "locked", command: "status"))
    #expect(status.output.contains("remove it when no run uses it"), "\(status.output)")

    unlink(run.lock)
    #expect(try program.run(sweepArguments(file, results: "locked")).exitCode == 0)
  }

  @Test func `Runs that do not fit the memory together go on one after the other`() throws {
    let file = try write(
      Self.sweep(seeds: 3, epochs: 2, running: "memory: 0.01"), to: "disturbed.yaml")
    // A finished run is what the others' memory is known from.
    let first = try program.run(sweepArguments(file, results: "memory", ["--only", "seed=0"]))
    try #require(first.exitCode == 0, "\(first.errors)")
    let others = try program.run(sweepArguments(file, results: "memory", ["--jobs", "3"]))
    #expect(others.exitCode == 0)
    let run = "rehearsal / instdisc / seed"
    #expect(
      others.errorLines.filter { $0.contains(" / ") }
        == [1, 2].flatMap {
          [
            "\(run) \($0) is expected to need more memory than is available: it runs alone",
            "started   \(run) \($0)", "finished  \(run) \($0)",
          ]
        })
  }

  @Test func `A run that starts from another waits for it`() throws {
    let file = try write(
      Self.sweep(methods: "scan-cluster, simclr", epochs: 2), to: "disturbed.yaml")
    let result = try program.run(sweepArguments(file, results: "stages", ["--jobs", "3"]))
    #expect(result.exitCode == 0, "\(result.errors)")
    let lines = result.errorLines.filter { $0.contains(" / ") }
    let stage = try #require(lines.first { $0.contains("finished") })
    #expect(!stage.contains("/ scan-cluster /"))
    let own = try #require(
      lines.firstIndex { $0.hasPrefix("started") && $0.contains("/ scan-cluster /") })
    #expect(try #require(lines.firstIndex(of: stage)) < own)
  }

  @Test func `Status shows the runs of a sweep while they go on, for people and for scripts`()
    throws
  {
    let file = try write(Self.sweep(epochs: 400), to: "disturbed.yaml")
    let run = sweepFolder(results: "shown")
    let process = try program.start(sweepArguments(file, results: "shown"))
    defer {
      process.terminate()
      process.waitUntilExit()
    }
    let pid = try trainingProcess(run)
    let status = try sweepArguments(file, results: "shown", command: "status")
    let line = try #require(try program.run(status + ["--json"]).lines.first)
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(object["state"] as? String == "running")
    #expect(object["pid"] as? Int == Int(pid))
    #expect(object["epochs"] as? Int == 400)
    for key in ["epoch", "fraction", "loss", "imagesPerSecond", "secondsLeft", "host", "folder"] {
      #expect(object[key] != nil, "\(key) is missing")
    }
    let text = try program.run(status).output
    #expect(text.contains("images/s") && text.contains("ETA") && text.contains("1 running"))
  }

  @Test func `The share of a sweep is by the times of its runs, not by their number`() throws {
    let file = try write(
      Self.sweep(methods: "kmeans, random-labels", seeds: 2), to: "disturbed.yaml")
    let first = try program.run(sweepArguments(file, results: "share", ["--only", "seed=0"]))
    #expect(first.exitCode == 0, "\(first.errors)")
    // As if the first run of each row had taken 1,000 s and 1 s.
    for (method, seconds) in [("kmeans", 1000.0), ("random-labels", 1)] {
      let path = sweepFolder(method, results: "share").record
      let url = URL(fileURLWithPath: path)
      var record = try #require(
        JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
      var timing = try #require(record["timing"] as? [String: Any])
      timing["seconds"] = seconds
      record["timing"] = timing
      try JSONSerialization.data(withJSONObject: record).write(to: url)
    }
    let second = try program.run(
      sweepArguments(file, results: "share", ["--only", "seed=1,method=random-labels"]))
    #expect(second.exitCode == 0, "\(second.errors)")
    let status = try program.run(sweepArguments(file, results: "share", command: "status"))
    // 1,002 of 2,002 s, in three of four runs.
    #expect(status.output.contains("] 50 %  3 of 4 runs"), "\(status.output)")
  }
}
