import Experiments
import Foundation
import Testing

@Suite final class MachineMemoryTests {
  private let root = NSTemporaryDirectory() + "machine-memory-\(UUID().uuidString)"

  deinit { try? FileManager.default.removeItem(atPath: root) }

  private func write(_ files: [String: String]) throws {
    for (path, text) in files {
      let url = URL(fileURLWithPath: "\(root)/\(path)")
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
  }

  @Test func `This machine has memory, and not more than it was built with`() throws {
    let available = try #require(MachineMemory().availableBytes)
    #expect(available > 0 && available <= ProcessInfo.processInfo.physicalMemory)
    #expect(MachineMemory().kills >= 0)
  }

  @Test func `The limit of a control group counts, less what is used and not given back`() throws {
    try write([
      "proc/meminfo": "MemTotal: 9000 kB\nMemAvailable: 8000 kB\n",
      "proc/vmstat": "pgfault 12\noom_kill 3\n",
      "proc/self/cgroup": "0::/jobs/mine\n",
      "sys/fs/cgroup/jobs/mine/memory.max": "max\n",
      "sys/fs/cgroup/jobs/mine/memory.current": "5000\n",
      "sys/fs/cgroup/jobs/memory.max": "2048000\n",
      "sys/fs/cgroup/jobs/memory.current": "1024000\n",
      "sys/fs/cgroup/jobs/memory.stat": "anon 4\ninactive_file 1000\n",
      "sys/fs/cgroup/jobs/mine/memory.events": "low 0\noom 2\noom_kill 1\n",
    ])
    let memory = MachineMemory(root: root)
    #expect(memory.availableBytes == 1_025_000)
    #expect(memory.kills == 4)
  }

  @Test func `Control groups of the first version are read as well`() throws {
    try write([
      "proc/meminfo": "MemAvailable: 8000 kB\n",
      "proc/self/cgroup": "4:memory:/box\n2:cpu,cpuacct:/box\n",
      "sys/fs/cgroup/memory/box/memory.limit_in_bytes": "3000000\n",
      "sys/fs/cgroup/memory/box/memory.usage_in_bytes": "1000000\n",
      "sys/fs/cgroup/memory/box/memory.oom_control": "under_oom 0\noom_kill 7\n",
    ])
    let memory = MachineMemory(root: root)
    #expect(memory.availableBytes == 2_000_000)
    #expect(memory.kills == 7)
  }

  @Test func `Where the system says nothing there is no limit`() {
    #expect(MachineMemory(root: root).availableBytes == nil)
    #expect(MachineMemory(root: root).kills == 0)
  }
}
