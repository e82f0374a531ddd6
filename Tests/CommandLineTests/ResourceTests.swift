import Foundation
import Records
import Testing

extension CommandLineTests {
  @Test(.enabled(if: getuid() == 0, "needs root, who may mount a small file system"))
  func `A full disk is recorded as such, and the sweep goes on once there is room`() throws {
    let file = try write(Self.sweep(running: "retries: 0"), to: "disturbed.yaml")
    let results = "\(folder)/small"
    let disk = try SmallDisk(mebibytes: 8, at: results)
    let filler = "\(results)/filler"
    // A checkpoint has 6 MB: what is left holds the first files of a run and none of those.
    try Data(count: 6 << 20).write(to: URL(fileURLWithPath: filler))
    let run = sweepFolder(results: "small")
    let first = try program.run(sweepArguments(file, results: "small"))
    #expect(first.exitCode == 1, "\(first.errors)")
    #expect(try RunFailure.read(from: run.failure).kind == .diskFull, "\(first.errors)")
    #expect(first.errors.contains("No space left on device"), "\(first.errors)")
    #expect(!FileManager.default.fileExists(atPath: run.record))

    try FileManager.default.removeItem(atPath: filler)
    try disk.resize(mebibytes: 64)
    let second = try program.run(sweepArguments(file, results: "small"))
    #expect(second.exitCode == 0, "\(second.errors)")
    #expect(!FileManager.default.fileExists(atPath: run.failure))
  }

  /// Room for this many blocks: for nothing, for a lock, and for a lock and a line of progress.
  @Test(
    .enabled(if: getuid() == 0, "needs root, who may mount a small file system"),
    arguments: [0, 1, 2])
  func `A disk without room for the record of a failure is named as the reason`(
    _ blocks: Int
  ) throws {
    let file = try write(Self.sweep(running: "retries: 1"), to: "disturbed.yaml")
    let results = "\(folder)/full"
    let disk = try SmallDisk(mebibytes: 1, at: results)
    try Data(count: 1 << 20 - blocks << 12).write(to: URL(fileURLWithPath: "\(results)/filler"))
    let result = try program.run(sweepArguments(file, results: "full"))
    #expect(result.exitCode == 1, "\(result.errors)")
    let failures = result.errorLines.filter { $0.hasPrefix("failed ") }
    // A full disk may have room again, so the run is tried again.
    #expect(failures.count == 2, "\(result.errors)")
    #expect(failures.allSatisfy { $0.contains("No space left on device") }, "\(result.errors)")
    let run = sweepFolder(results: "full")
    if FileManager.default.fileExists(atPath: run.failure) {
      #expect(try RunFailure.read(from: run.failure).kind == .diskFull)
    }
    withExtendedLifetime(disk) {}
  }

  @Test(
    .enabled(if: MemoryGroup.isPossible, "needs root and a control group of memory"))
  func `A run that the kernel kills for want of memory is recorded as that`() throws {
    let file = try write(Self.sweep(running: "retries: 1"), to: "disturbed.yaml")
    let run = sweepFolder(results: "tight")
    let group = try MemoryGroup(mebibytes: 200)
    let errors = "\(folder)/tight.txt"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments =
      ["-c", "echo $$ > '\(group.members)'; exec \"$@\" 2> '\(errors)'", "sh", Program.path]
      + (try sweepArguments(
        file, results: "tight", ["--set", "width=64", "--set", "batch_size=500"]))
    try process.run()
    try process.waitForEnd()
    let said = try text(errors)
    #expect(process.terminationStatus == 1, "\(said)")
    let failure = try RunFailure.read(from: run.failure)
    #expect(failure.kind == .outOfMemory && failure.attempts == 2, "\(failure)")
    #expect(said.contains("retrying"), "\(said)")
  }
}

/// A file system of a few mebibytes, as long as this lives.
private final class SmallDisk {
  private let path: String

  init(mebibytes: Int, at path: String) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Self.mount("-t", "tmpfs", "-o", "size=\(mebibytes)m", "tmpfs", path)
  }

  func resize(mebibytes: Int) throws {
    try Self.mount("-o", "remount,size=\(mebibytes)m", path)
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }

  private static func mount(_ arguments: String...) throws {
    let process = try Process.run(
      URL(fileURLWithPath: "/usr/bin/env"), arguments: ["mount"] + arguments)
    try process.waitForEnd()
    try #require(process.terminationStatus == 0, "mount \(arguments)")
  }
}

/// A control group (of the first version) whose processes have only so much memory, as long as this
/// lives.
private final class MemoryGroup {
  private static let root = "/sys/fs/cgroup/memory"

  static var isPossible: Bool {
    getuid() == 0 && access(root + "/memory.limit_in_bytes", F_OK) == 0
      && access(root, W_OK) == 0
  }

  private let path: String
  var members: String { path + "/cgroup.procs" }

  init(mebibytes: Int) throws {
    path = "\(Self.root)/scl-tests-\(getpid())"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Data("\(mebibytes << 20)".utf8).write(
      to: URL(fileURLWithPath: path + "/memory.limit_in_bytes"))
  }

  deinit { rmdir(path) }
}
