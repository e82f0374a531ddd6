import Core
import Experiments
import Foundation

extension MachineCheck {
  /// Whether jobs can be submitted to a Slurm cluster from here. It takes at most ten seconds.
  /// - Parameter path: where programs are looked for, as in PATH.
  package static func slurm(
    path: String = ProcessInfo.processInfo.environment["PATH"] ?? ""
  ) -> MachineCheck {
    let isInstalled = path.split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/sbatch")
    }
    guard isInstalled else {
      return .ok("Slurm", "none: runs are processes of this machine")
    }
    let answer = ChildProcess.output(of: "/usr/bin/env", ["scontrol", "ping"], seconds: 10)
    guard let answer, String(decoding: answer, as: UTF8.self).contains("UP") else {
      return .note(
        "Slurm", "sbatch is installed, and no controller answers",
        advice: "'scontrol ping' says why; runs without --executor slurm do not need it")
    }
    return .ok("Slurm", "its controller answers", advice: "use it with --executor slurm")
  }
}
