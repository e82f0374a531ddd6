import Foundation
import Testing

/// Scripts in place of Slurm's programs, for what a real cluster does not do when asked to. Jobs are
/// submitted and wait until the test ends them; the accounting's database is down.
struct FakeSlurm {
  /// By the program's name. Each works in the folder that it lies in.
  private static let scripts = [
    // Takes the job into the queue, a line for each task as squeue prints them.
    "sbatch": #"""
    for word; do
      case $word in
      --job-name=*) name=${word#*=} ;;
      --array=*) last=${word##*-} ;;
      esac
    done
    job=$(($(wc -l <jobs) + 1))
    for index in $(seq 0 "$last"); do echo "$job|$index|PENDING||Priority|$name" >>queue; done
    # Last: a test that counts the job may end its tasks at once.
    echo "$name" >>jobs
    echo "$job"
    """#,
    "squeue": "cat queue",
    "scontrol": #"""
    for word; do :; done
    case $word in
    config) echo "MaxArraySize            = 1001" ;;
    *)
      if [ -e "ended-$word" ]; then cat "ended-$word"; else
        echo "slurm_load_jobs error: Invalid job id specified" >&2
        exit 1
      fi
      ;;
    esac
    """#,
    "sacct": #"""
    echo "sacct: error: failed to open persistent connection to host:localhost:6819: Connection refused" >&2
    exit 1
    """#,
  ]

  let folder: String

  /// What makes `scl` call the scripts.
  var environment: [String: String] {
    ["PATH": "\(folder):" + (ProcessInfo.processInfo.environment["PATH"] ?? "")]
  }

  /// Writes the scripts into a new folder.
  init(in folder: String) throws {
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, script) in Self.scripts {
      try install("#!/bin/sh\ncd \"$(dirname \"$0\")\" || exit 1\n\(script)\n", as: name)
    }
    for name in ["jobs", "queue"] { try write([], to: name) }
  }

  /// Writes a program, by a process of its own: a child that another test starts meanwhile would have the file open for
  /// writing if this process had, and the program could not be started ("Text file busy").
  func install(_ content: String, as name: String) throws {
    let original = "\(folder)/\(name).content"
    try Data(content.utf8).write(to: URL(fileURLWithPath: original))
    let copy = try ChildProcess(
      "/usr/bin/install", ["-m", "755", original, "\(folder)/\(name)"], in: folder)
    try #require(copy.wait() == 0, "\(copy.errors)")
  }

  /// The number of submitted jobs, which are numbered from 1.
  var jobs: Int { lines(of: "jobs").count }

  /// Takes a task such as "1_0" out of the queue.
  /// - Parameter exitCode: that of its script, which the controller tells; nil if it has forgotten the task.
  func end(_ task: String, exitCode: Int32?) throws {
    if let exitCode {
      let state = exitCode == 0 ? "COMPLETED" : "FAILED"
      try write(
        ["JobId=\(task) JobState=\(state) ExitCode=\(exitCode):0 NodeList=n1"], to: "ended-\(task)")
    }
    let start = task.replacing("_", with: "|") + "|"
    try write(lines(of: "queue").filter { !$0.hasPrefix(start) }, to: "queue")
  }

  private func lines(of name: String) -> [String] {
    let text = try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    return (text ?? "").split(separator: "\n").map(String.init)
  }

  private func write(_ lines: [String], to name: String) throws {
    try Data(lines.map { $0 + "\n" }.joined().utf8).write(
      to: URL(fileURLWithPath: "\(folder)/\(name)"), options: .atomic)
  }
}
