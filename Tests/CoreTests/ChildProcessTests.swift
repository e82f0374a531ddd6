import Core
import Foundation
import Testing

/// A control group (of the first version) whose processes can be frozen; frozen, they do not even
/// die of SIGKILL, as in an uninterruptible sleep.
private struct FreezerGroup {
  private static let root = "/sys/fs/cgroup/freezer"

  let path = "\(root)/scl-tests-\(getpid())"

  /// Nil where this process may not make one.
  init?() {
    guard mkdir(path, 0o755) == 0 else { return nil }
    guard access(path + "/freezer.state", W_OK) == 0 else {
      rmdir(path)
      return nil
    }
  }

  /// Lets its processes go on, and die if they were killed. Those of this process are collected: a zombie would
  /// keep Swift Testing from seeing the end of its exit tests.
  func thaw() throws {
    let processes = try String(contentsOfFile: path + "/cgroup.procs", encoding: .utf8)
      .split(separator: "\n").compactMap { pid_t($0) }
    try Data("THAWED".utf8).write(to: URL(fileURLWithPath: path + "/freezer.state"))
    for process in processes { waitpid(process, nil, 0) }
    // Once its last process is gone.
    for _ in 0..<1_000 where rmdir(path) != 0 { usleep(1_000) }
  }

  static let isPossible: Bool = {
    guard let group = FreezerGroup() else { return false }
    rmdir(group.path)
    return true
  }()
}

@Suite(.serialized) struct ChildProcessTests {
  private func output(of script: String, seconds: Double) -> Data? {
    ChildProcess.output(of: "/bin/sh", ["-c", script], seconds: seconds)
  }

  @Test func `The output of a program is that of one which succeeds in time`() {
    #expect(output(of: "echo said", seconds: 60) == Data("said\n".utf8))
    #expect(output(of: "echo said; exit 1", seconds: 60) == nil)
    let start = ContinuousClock.now
    #expect(output(of: "echo said; exec sleep 100", seconds: 0.2) == nil)
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test(.enabled(if: FreezerGroup.isPossible, "needs the right to freeze processes"))
  func `A program that does not die is not waited for`() throws {
    let group = try #require(FreezerGroup())
    let start = ContinuousClock.now
    let script =
      "echo $$ > '\(group.path)/cgroup.procs'; echo FROZEN > '\(group.path)/freezer.state'; sleep 100"
    #expect(output(of: script, seconds: 0.5) == nil)
    let duration = ContinuousClock.now - start
    try group.thaw()
    #expect(duration > .seconds(1.4) && duration < .seconds(30), "\(duration)")
  }
}
