import Foundation
import Records
import Testing

extension SlurmTests {
  @Test func `A task whose node dies ends on another, with the same bits`() throws {
    let process = try startLong()
    try holdLongRun()
    let task = try cluster.task(in: "RUNNING")
    let node = String(task[2])
    try cluster.script("kill-node", node)
    #expect(try cluster.task(in: "PENDING")[0] == task[0])
    try cluster.hurry(task[0])
    #expect(process.wait() == 0, "\(process.errors)")
    try cluster.script("start-node", node)
    try expectUndisturbed(resumptions: 1)
    #expect(try submissions().count == 1)
  }

  @Test func `A controller that goes and comes back is waited for`() throws {
    let process = try startLong()
    let run = try holdLongRun()
    try cluster.script("stop-controller")
    try eventually("the sweep says so") {
      process.errors.contains("the Slurm controller does not answer")
    }
    kill(run.pid, SIGCONT)
    try cluster.script("start-controller")
    #expect(process.wait() == 0, "\(process.errors)")
    #expect(process.errors.contains("the Slurm controller answers again"))
    try expectUndisturbed(resumptions: 0)
  }

  @Test func `A task that is put back into the queue goes on from its checkpoint`() throws {
    let process = try startLong()
    try holdLongRun()
    let task = try cluster.task(in: "RUNNING")[0]
    try cluster.command("scontrol", "requeue", String(task))
    _ = try cluster.task(in: "PENDING")
    try cluster.hurry(task)
    #expect(process.wait() == 0, "\(process.errors)")
    try expectUndisturbed(resumptions: 1)
    #expect(try submissions().count == 1)
  }

  @Test func `Warned of its time limit, a task writes a checkpoint and queues again`() throws {
    let process = try startLong("--slurm", "time=10")
    let run = try holdLongRun()
    let task = try cluster.task(in: "RUNNING")[0]
    // What Slurm sends before the limit, without the wait.
    try cluster.command("scancel", "--signal=USR1", "--batch", String(task))
    try eventually("the signal has come") { isPending(SIGUSR1, for: run.pid) }
    kill(run.pid, SIGCONT)
    _ = try cluster.task(in: "PENDING")
    let said = try outputs(of: #require(submissions().first))[0]
    #expect(said.contains("run-child ended with 138"), "\(said)")
    try cluster.hurry(task)
    #expect(process.wait() == 0, "\(process.errors)")
    try expectUndisturbed(resumptions: 1)
    #expect(try submissions().count == 1)
  }

  @Test func `A run that is killed on its node is tried again`() throws {
    let process = try startLong()
    let owner = try holdLongRun()
    #expect(owner.task == "Slurm job \(try cluster.task(in: "RUNNING")[0])")
    kill(owner.pid, SIGKILL)
    #expect(process.wait() == 0, "\(process.errors)")
    #expect(process.errors.contains("killed by signal 9"), "\(process.errors)")
    #expect(try submissions().count == 2)
    try expectUndisturbed(resumptions: 1)
  }

  @Test func `A task makes room for a more urgent one, and goes on after it`() throws {
    let process = try startLong()
    try holdLongRun()
    let task = try cluster.task(in: "RUNNING")[0]
    try cluster.command(
      "sbatch", "--partition=urgent", "--nodes=2", "--exclusive", "--output=/dev/null",
      "--wrap=sleep 2")
    try eventually("it made room") {
      try cluster.queue().contains { $0[0] == task && $0[1] == "PENDING" }
    }
    try cluster.hurry(task)
    #expect(process.wait() == 0, "\(process.errors)")
    try expectUndisturbed(resumptions: 1)
  }

  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["SCL_SLOW"] != nil,
      "minutes; SCL_SLOW=1 runs it"))
  func `A run longer than the time limit ends after several tasks' time`() throws {
    let longer = Self.long.replacing("epochs: 40", with: "epochs: 600")
    try Data(longer.utf8).write(to: URL(fileURLWithPath: "\(folder)/long.yaml"))
    // Slurm looks every half minute: the signal comes between 20 and 60 seconds.
    let process = try startLong("--slurm", "time=1", "--slurm", "signal-seconds=10")
    try eventually("it is put back", within: 300) {
      try cluster.queue().contains { $0[1] == "PENDING" }
    }
    try eventually("it is finished", within: 900) {
      for task in try cluster.queue() where task[1] == "PENDING" { try cluster.hurry(task[0]) }
      return FileManager.default.fileExists(atPath: longRun.record)
    }
    #expect(process.wait() == 0, "\(process.errors)")
    #expect(try RunRecord.read(from: longRun.record).timing.resumptions >= 1)
    #expect(try submissions().count == 1)
  }

  /// Whether a halted process has been sent a signal.
  private func isPending(_ signal: Int32, for pid: Int32) -> Bool {
    // Signals are bits from 1 on (proc(5)).
    let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    let pending = status?.firstMatch(of: /ShdPnd:\s+([0-9a-f]+)/).flatMap {
      UInt64($0.1, radix: 16)
    }
    return (pending ?? 0) >> UInt64(signal - 1) & 1 == 1
  }
}
