import Foundation

/// What the kernel says of this machine's memory, and of that of the control group this process is
/// in, which may have less.
package struct MachineMemory: Sendable {
  /// Folders of the control group and of those around it, innermost first.
  private let groups: [String]
  private let proc: String

  /// - Parameter root: where the system's files lie; "/" but for tests.
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

  /// Bytes that processes can still have; nil where the system does not say.
  package var availableBytes: Int? {
    let machine = field("MemAvailable:", in: proc + "/meminfo").map { $0 * 1024 }
    return ([machine] + groups.map(available)).compactMap(\.self).min()
  }

  /// How many processes the kernel has killed so far because memory ran out.
  package var kills: Int {
    let machine = field("oom_kill", in: proc + "/vmstat") ?? 0
    let inGroups = groups.map {
      field("oom_kill", in: $0 + "/memory.events") ?? field(
        "oom_kill", in: $0 + "/memory.oom_control")
        ?? 0
    }
    return machine + inGroups.reduce(0, +)
  }

  /// What a control group's limit leaves; file pages that nobody uses are given back on demand.
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

  /// A folder below `mount` and all those around it.
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

  private static func lines(of path: String) -> [Substring] {
    // These files have no size beforehand, which a reader that asks for it takes for none.
    guard let file = FileHandle(forReadingAtPath: path),
      let data = try? file.readToEnd()
    else { return [] }
    return String(decoding: data, as: UTF8.self).split(separator: "\n")
  }
}
