import Core
import Foundation
import Records
import Testing

extension CommandLineTests {
  /// Twenty instants of one run, drawn with a seed: eight while a checkpoint is being written, the rest
  /// at any time.
  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["SCL_SLOW"] != nil,
      "two minutes; 'make test-slow' runs it"))
  func `A sweep that is killed twenty times at random leaves the same bits as a quiet one`() throws
  {
    let file = try write(Self.sweep(methods: "instdisc, scl", epochs: 60), to: "disturbed.yaml")
    let more = ["--jobs", "2", "--set", "scl.warmup_epochs=20"]
    let quiet = try program.run(sweepArguments(file, results: "quiet", more))
    try #require(quiet.exitCode == 0, "\(quiet.errors)")

    var stream = RandomStream(seed: 20, purpose: .method)
    var killsWhileWriting = 0
    for kill in 0..<20 {
      let process = try program.start(sweepArguments(file, results: "killed", more))
      let runs = ["instdisc", "scl"].map { sweepFolder($0, results: "killed") }
      if kill % 5 < 2 {
        // The file that becomes the checkpoint exists only while it is being written.
        try wait("a checkpoint is being written", step: 0) {
          runs.contains { isWritingCheckpoint($0) } || !process.isRunning
        }
      } else {
        usleep(UInt32(200_000 + stream.integer(below: 4_000_000)))
      }
      // The runner and its runs at once, as a power failure does it.
      Foundation.kill(-process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if runs.contains(where: isWritingCheckpoint) { killsWhileWriting += 1 }
      try #require(process.terminationReason == .uncaughtSignal, "it had ended before kill \(kill)")
    }
    #expect(killsWhileWriting >= 3)

    let last = try program.run(sweepArguments(file, results: "killed", more))
    #expect(last.exitCode == 0, "\(last.errors)")
    for method in ["instdisc", "scl"] {
      let run = sweepFolder(method, results: "killed")
      try expectSame(run, sweepFolder(method, results: "quiet"))
      #expect(try RunRecord.read(from: run.record).timing.resumptions > 2)
      #expect(
        files(below: run.path)
          == ["assignments.h5", "encoder.safetensors", "history.csv", "log.txt", "run.json"])
    }
  }

  private func isWritingCheckpoint(_ run: RunFolder) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: run.path)) ?? []
    return names.contains { $0.hasPrefix("checkpoint.safetensors.next") }
  }
}
