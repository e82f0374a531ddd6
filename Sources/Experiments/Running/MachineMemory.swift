import Foundation

/// The kernel's account of memory, for this machine and for the control group of this process,
/// which may have less. Versions 1 and 2 of control groups are read.
package struct MachineMemory: Sendable {
  /// Folders of the control group and of its ancestors, innermost first.
  private let groups: [String]
  private let proc: String

  /// - Parameter root: the folder of `proc` and `sys`; another one in tests.
  package init(root: String = "/") {
    let root = root.hasSuffix("/") ? root : root + "/"
    proc = root + "proc"
    let mount = root + "sys/fs/cgroup"
    let lines = Self.lines(of: root + "proc/self/cgroup").map {
      $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    }
    groups = lines.filter { $0.count == 3 }.flatMap { fields -> [String] in
      // Version 2 has one tree for everything, version 1 one for each resource.
      if fields[0] == "0" { return Self.chain(mount, fields[2]) }
      return fields[1].split(separator: ",").contains("memory")
        ? Self.chain(mount + "/memory", fields[2]) : []
    }
  }

  /// Bytes that processes can still allocate: the least of what the machine and the groups have
  /// left. Nil if the system does not say.
  package var availableBytes: Int? {
    let machine = field("MemAvailable:", in: proc + "/meminfo").map { $0 * 1024 }
    return ([machine] + groups.map(available)).compactMap(\.self).min()
  }

  /// The number of processes that the kernel has killed so far for lack of memory. A rise between
  /// two reads explains a killed run.
  package var kills: Int {
    let machine = field("oom_kill", in: proc + "/vmstat") ?? 0
    let inGroups = groups.map {
      field("oom_kill", in: $0 + "/memory.events") ?? field(
        "oom_kill", in: $0 + "/memory.oom_control")
        ?? 0
    }
    return machine + inGroups.reduce(0, +)
  }

  /// What the limit of a control group leaves. Unused file pages count as free, since the kernel
  /// reclaims them on demand.
  private func available(_ group: String) -> Int? {
    for (limit, used, cached) in [
      ("memory.max", "memory.current", "inactive_file"),
      ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ] {
      guard let limit = Self.lines(of: "\(group)/\(limit)").first.flatMap({ Int($0) }),
        let used = Self.lines(of: "\(group)/\(used)").first.flatMap({ Int($0) })
      else { continue }
      return max(0, limit - used + (field(cached, in: "\(group)/memory.stat") ?? 0))
    }
    return nil
  }

  /// A folder below `mount`, followed by its ancestors.
  private static func chain(_ mount: String, _ path: String) -> [String] {
    var parts = path.split(separator: "/")
    var folders: [String] = []
    while true {
      folders.append(([mount] + parts.map(String.init)).joined(separator: "/"))
      if parts.isEmpty { return folders }
      parts.removeLast()
    }
  }

  /// The number after a word at the start of a line.
  private func field(_ name: String, in path: String) -> Int? {
    for line in Self.lines(of: path) {
      let words = line.split(separator: " ")
      if words.count > 1, words[0] == name { return Int(words[1]) }
    }
    return nil
  }

  /// The lines of a file of the kernel; none if it cannot be read.
  private static func lines(of path: String) -> [Substring] {
    // These files have no size beforehand, which a reader that asks for it takes for none.
    guard let file = FileHandle(forReadingAtPath: path),
      let data = try? file.readToEnd()
    else { return [] }
    return String(decoding: data, as: UTF8.self).split(separator: "\n")
  }
}
