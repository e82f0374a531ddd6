/// What `scl doctor` finds about one thing that runs depend on.
///
///     let check = MachineCheck.results("results")
///     print(check.state.rawValue, check.subject, check.text)  // ok results results: 40.2 GiB free
package struct MachineCheck: Encodable, Hashable, Sendable {
  /// What a finding means for runs.
  package enum State: String, Encodable, Sendable {
    case ok
    /// Runs are possible, but the user should know of this.
    case note
    /// Runs are impossible.
    case problem
  }

  /// One or two words: "processor".
  package let subject: String
  package let state: State
  /// What was found, without a full stop.
  package let finding: String
  /// What to do; nil for nothing.
  package let advice: String?

  /// Nothing stands in the way.
  package static func ok(
    _ subject: String, _ finding: String, advice: String? = nil
  ) -> MachineCheck {
    MachineCheck(subject: subject, state: .ok, finding: finding, advice: advice)
  }

  /// Runs are possible, but the user should know of this.
  package static func note(
    _ subject: String, _ finding: String, advice: String? = nil
  ) -> MachineCheck {
    MachineCheck(subject: subject, state: .note, finding: finding, advice: advice)
  }

  /// Runs are impossible.
  package static func problem(
    _ subject: String, _ finding: String, advice: String
  ) -> MachineCheck {
    MachineCheck(subject: subject, state: .problem, finding: finding, advice: advice)
  }

  /// Finding and advice in a line.
  package var text: String { finding + (advice.map { "; \($0)" } ?? "") }
}
