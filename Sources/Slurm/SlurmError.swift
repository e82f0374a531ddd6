import Experiments

/// Why Slurm cannot be used.
package enum SlurmError: ExecutorError, Hashable {
  case notInstalled(program: String)
  /// Slurm's commands are here, but no cluster that they know of.
  case noCluster(command: String, words: String)
  /// `words` are Slurm's own.
  case refused(command: String, words: String)
  /// The controller does not answer: it may do so again.
  case unreachable(command: String, words: String)
  /// No more jobs are taken now: some have to end first.
  case atLimit(command: String, words: String)
  case unreadable(command: String, answer: String)
}

extension SlurmError {
  package var description: String {
    switch self {
    case .notInstalled(let program):
      "'\(program)' is not installed here: run this where jobs of your cluster are submitted, or without "
        + "--executor slurm"
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

  package var cause: ExecutorErrorCause {
    switch self {
    case .notInstalled, .noCluster: .missing
    case .refused: .usage
    case .unreachable, .atLimit: .inputOutput
    case .unreadable: .badData
    }
  }
}
