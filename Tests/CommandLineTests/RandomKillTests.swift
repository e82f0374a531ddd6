import Core
import Foundation
import Records
import Testing

extension CommandLineTests {
  /// Twenty instants of one run, drawn with a seed: eight while a checkpoint is being written, the rest
  /// at any time.
  @Test(
    .enabled(if: Program.isSlow, "two minutes; 'make test-slow' runs it"))
  func `A sweep that is killed twenty times at random leaves the same bits as a quiet one`() throws
  {
    let file = try write(Self.sweep(methods: "instdisc, scl", epochs: 150), to: "disturbed.yaml")
    let more = ["--jobs", "2", "--set", "scl.warmup_epochs=0"]
    let quiet = try program.run(sweepArguments(file, results: "quiet", more))
    try #require(quiet.exitCode == 0, "\(quiet.errors)")

    var stream = RandomStream(seed: 20, purpose: .method)
    var killsWhileWriting = 0
    let runs = ["instdisc", "scl"].map { sweepFolder($0, results: "killed") }
    for kill in 0..<20 {
      let process = try program.start(sweepArguments(file, results: "killed", more))
      if kill % 5 == 4 {
        // At any time, the start included.
        usleep(UInt32(stream.integer(below: 2_000_000)))
      } else {
        try waitForCheckpoints(1 + stream.integer(below: 6), of: runs, process)
        if kill % 5 < 2 {
          try wait("a checkpoint is being written", step: 0) {
            runs.contains(where: isWritingCheckpoint) || !process.isRunning
          }
        } else {
          usleep(UInt32(stream.integer(below: 300_000)))
        }
      }
      // The runner and its runs at once, as a power failure does it.
      Foundation.kill(-process.processIdentifier, SIGKILL)
      try process.waitForEnd()
      if runs.contains(where: isWritingCheckpoint) { killsWhileWriting += 1 }
      try #require(process.terminationReason == .uncaughtSignal, "it had ended before kill \(kill)")
    }
    #expect(killsWhileWriting >= 3)

    let last = try program.run(sweepArguments(file, results: "killed", more))
    #expect(last.exitCode == 0, "\(last.errors)")
    for method in ["instdisc", "scl"] {
      let run = sweepFolder(method, results: "killed")
      try expectSame(run, sweepFolder(method, results: "quiet"))
      #expect(try RunRecord.read(from: run.record).timing.resumptions > 5)
      #expect(
        files(below: run.path)
          == (method == "instdisc" ? ["assignment.safetensors"] : [])
          + ["assignments.h5", "encoder.safetensors", "history.csv", "log.txt", "run.json"])
    }
  }

  /// Waits until the runs have written so many checkpoints more.
  private func waitForCheckpoints(_ count: Int, of runs: [RunFolder], _ process: Process) throws {
    func files() -> [UInt64] {
      runs.map { run in
        var status = stat()
        return stat(run.checkpoint, &status) == 0 ? UInt64(status.st_ino) : 0
      }
    }
    var last = files()
    var written = 0
    try wait("there are \(count) checkpoints more", step: 1_000) {
      let now = files()
      written += zip(now, last).count { $0 != $1 }
      last = now
      return written >= count || !process.isRunning
    }
  }

  /// The file that becomes the checkpoint exists only while it is being written.
  private func isWritingCheckpoint(_ run: RunFolder) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: run.path)) ?? []
    return names.contains { $0.hasPrefix("checkpoint.safetensors.next") }
  }
}
