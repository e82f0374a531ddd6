import Foundation
import Records
import Testing

extension SlurmTests {
  @Test func `A sweep over both nodes ends with the results of a sweep on this machine`() throws {
    let file = "\(folder)/small.yaml"
    let small = Self.long.replacing("epochs: 40", with: "epochs: 3") + "\nseeds: 2\n"
    try Data(small.utf8).write(to: URL(fileURLWithPath: file))
    // Words that a shell and Slurm would take for something else.
    let results = "it's 100%a \"shared\" $HOME"
    // A task takes all of a node, so that one node cannot have them all.
    let remote = try start(
      "run", "small.yaml", ["--executor", "slurm", "--slurm", "cpus-per-task=2"], results: results)
    #expect(remote.wait() == 0, "\(remote.errors)")
    let local = try start("run", "small.yaml", results: "local")
    #expect(local.wait() == 0, "\(local.errors)")

    for method in ["kmeans", "instdisc"] {
      for seed in UInt64(0)..<2 {
        let folders = [results, "local"].map {
          RunFolder(
            results: "\(folder)/\($0)", experiment: "small", benchmark: "rehearsal",
            method: method, seed: seed)
        }
        try expectSame(folders[0], folders[1])
      }
    }
    let submissions = try submissions(of: "small", results: results)
    try #require(submissions.count == 1)
    let said = try outputs(of: submissions[0])
    #expect(said.count == 4)
    for node in ["n1", "n2"] { #expect(said.contains { $0.contains("on \(node),") }) }

    let again = try start("run", "small.yaml", ["--executor", "slurm"], results: results)
    #expect(again.wait() == 0)
    #expect(again.errors == "4 of 4 runs are already finished\n")
  }

  @Test func `What Slurm refuses is said in its words, and leaves nothing behind`() throws {
    let process = try startLong("--slurm", "partition=nowhere")
    #expect(process.wait() == 64)
    let last = try #require(process.errors.split(separator: "\n").last)
    #expect(last.hasPrefix("error: sbatch: Slurm says:"), "\(last)")
    #expect(last.contains("invalid partition"), "\(last)")
    #expect(try submissions().isEmpty)
  }

  @Test func `A cap on running tasks holds`() throws {
    let small = Self.long.replacing("epochs: 40", with: "epochs: 10") + "\nseeds: 3\n"
    try Data(small.utf8).write(to: URL(fileURLWithPath: "\(folder)/small.yaml"))
    let process = try start(
      "run", "small.yaml",
      ["--executor", "slurm", "--only", "method=instdisc", "--slurm", "max-running=1"])
    let locks = (UInt64(0)..<3).map { seed in
      RunFolder(
        results: "\(folder)/results", experiment: "small", benchmark: "rehearsal",
        method: "instdisc", seed: seed
      ).lock
    }
    // The first run is halted for some turns of the scheduler, in which it could start others.
    var run: Int32?
    try eventually("a run has begun", step: 5_000) {
      run = locks.lazy.compactMap { RunLock.owner($0)?.pid }.first
      return run != nil
    }
    let first = try #require(run)
    kill(first, SIGSTOP)
    sleep(4)
    #expect(try cluster.queue().map { $0[1] }.sorted() == ["PENDING", "PENDING", "RUNNING"])
    kill(first, SIGCONT)
    var most = 0
    try eventually("all is finished") {
      most = max(most, try cluster.queue().count { $0[1] == "RUNNING" })
      return process.hasEnded
    }
    #expect(process.wait() == 0, "\(process.errors)")
    #expect(most <= 1)
  }

  @Test func `A sweep whose submitter was killed is adopted, and nothing runs twice`() throws {
    let first = try startLong()
    let run = try holdLongRun()
    first.signal(SIGKILL)
    #expect(first.wait() == 128 + SIGKILL)
    let submission = try #require(submissions().first)
    // As if it had died before it knew the job's number.
    try FileManager.default.removeItem(atPath: submission + "/job")

    // Two that go on at the same time.
    let others = try [startLong(), startLong()]
    for other in others {
      try eventually("it finds the task") {
        other.errors.contains("1 task is in the queue already")
      }
    }
    kill(run.pid, SIGCONT)
    for other in others { #expect(other.wait() == 0, "\(other.errors)") }
    #expect(try submissions() == [submission])
    // A sweep ends with its last record, which is written a little before the task's process ends.
    try eventually("the task says that its run has ended") {
      try outputs(of: submission).contains { $0.contains("ended with 0") }
    }
    let said = try outputs(of: submission)
    #expect(said.count == 1)
    #expect(said[0].split(separator: "\n").count { $0.hasSuffix("ended with 0") } == 1)
    try expectUndisturbed(resumptions: 0)
  }

  @Test func `A run whose stage a process outside of the queue has waits for its end`() throws {
    let text =
      Self.long.replacing("kmeans, instdisc", with: "instdisc, scan-cluster")
      + "\n  methods: {scan-cluster: {pretext: instdisc, epochs: 2}}\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/long.yaml"))
    let local = try start("run", "long.yaml", ["--only", "method=instdisc"])
    let stage = try holdLongRun()
    let remote = try start("run", "long.yaml", ["--executor", "slurm"])
    try eventually("the stage is seen") { remote.errors.contains("elsewhere rehearsal / instdisc") }
    // For some turns, in which the run could be submitted.
    sleep(4)
    #expect(try cluster.queue().isEmpty)
    kill(stage.pid, SIGCONT)
    #expect(local.wait() == 0, "\(local.errors)")
    #expect(remote.wait() == 0, "\(remote.errors)")
    let submissions = try submissions()
    try #require(submissions.count == 1)
    #expect(try outputs(of: submissions[0]).count == 1)
  }

  @Test func `A sweep that is stopped leaves its tasks in the queue and says what goes on`() throws
  {
    let process = try startLong()
    try holdLongRun()
    process.signal(SIGINT)
    #expect(process.wait() == 130)
    #expect(process.errors.contains("scl cancel"), "\(process.errors)")
    #expect(process.errors.contains("--executor slurm"), "\(process.errors)")
    #expect(try cluster.queue().count == 1)
    let cancel = try start("cancel")
    #expect(cancel.wait() == 0, "\(cancel.errors)")
  }

  @Test func `Cancelled runs leave the queue, are recorded, and go on when asked to`() throws {
    let process = try startLong()
    try holdLongRun()
    let task = try cluster.task(in: "RUNNING")
    let cancel = try start("cancel", "long.yaml", ["--json"])
    #expect(cancel.wait() == 0, "\(cancel.errors)")
    try #require(cancel.lines.count == 1)
    #expect(cancel.lines[0].contains(#""id":"\#(task[0])","kind":"slurm","method":"instdisc""#))
    #expect(process.wait() == 1, "\(process.errors)")
    try eventually("the queue is empty") { try cluster.queue().isEmpty }
    #expect(try RunFailure.read(from: longRun.failure).kind == .cancelled)

    let again = try start("cancel")
    #expect(again.wait() == 0)
    #expect(again.output == "no run of long is queued, and none is running on this machine\n")
    let resumed = try startLong()
    #expect(resumed.wait() == 0, "\(resumed.errors)")
    try expectUndisturbed(resumptions: 1)
  }
}
