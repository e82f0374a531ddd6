import Experiments

/// Why Slurm cannot be used. `words` are Slurm's own error message.
package enum SlurmError: ExecutorError, Hashable {
  /// A program of Slurm is not on the path.
  case notInstalled(program: String)
  /// A program of Slurm cannot be started, or its answer cannot be read; the reason is the
  /// system's.
  case unusable(program: String, reason: String)
  /// Slurm's programs are installed, but no cluster is configured.
  case noCluster(command: String, words: String)
  /// A request that Slurm rejects, such as an unknown partition.
  case refused(command: String, words: String)
  /// The controller does not answer; it may do so later.
  case unreachable(command: String, words: String)
  /// The limit of jobs is reached; some have to end first.
  case atLimit(command: String, words: String)
  /// An answer in an unexpected form.
  case unreadable(command: String, answer: String)
}

extension SlurmError {
  /// One line: what happened and what to do, with Slurm's own words.
  package var description: String {
    switch self {
    case .notInstalled(let program):
      "'\(program)' is not installed here: run this where jobs of your cluster are submitted, or without "
        + "--executor slurm"
    case .unusable(let program, let reason): "cannot run '\(program)': \(reason)"
    case .noCluster(let command, let words):
      "this machine belongs to no Slurm cluster (\(command): \(words)): run this where jobs of your "
        + "cluster are submitted, or without --executor slurm"
    case .refused(let command, let words): "\(command): Slurm says: \(words)"
    case .unreachable(let command, let words):
      "\(command): the Slurm controller does not answer (\(words)); queued jobs stay queued, repeat the command later"
    case .atLimit(let command, let words):
      "\(command): Slurm accepts no more jobs now (\(words)); repeat the command later"
    case .unreadable(let command, let answer):
      "\(command): unexpected answer '\(answer.prefix(200))'"
    }
  }

  /// Limits, an unreachable controller and a system without room for a process can pass; the other errors need a
  /// change by the user.
  package var cause: ExecutorErrorCause {
    switch self {
    case .notInstalled, .noCluster: .missing
    case .refused: .usage
    case .unreachable, .atLimit, .unusable: .inputOutput
    case .unreadable: .badData
    }
  }
}
