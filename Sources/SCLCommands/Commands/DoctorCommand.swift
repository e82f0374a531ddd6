import ArgumentParser
import Experiments
import Slurm

/// `scl doctor`: prints what runs depend on here, each with what to do, if anything.
///
///     ok       processor  AMD EPYC, 2 cores, AVX-512 with bfloat16
///     ok       results    results: 40.2 GiB free
///     problem  data       data is no folder; name one with --data
///
/// Exit codes: 0; 1 if something makes runs impossible; 66 if libtorch cannot be loaded.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check program, machine, libraries and folders, and say what to do.",
    discussion: """
      A 'note' leaves runs possible. A 'problem' makes them impossible, and the exit code 1. libtorch comes \
      last: if it cannot be loaded, the program ends there with a line that says why.
      """)

  @OptionGroup var folders: FolderOptions
  @OptionGroup var output: JSONOption

  func run() throws {
    let program = MachineCheck.ok(
      "program", "scl \(RootCommand.configuration.version), revision \(Machine.sourceRevision)")
    var checks =
      [program] + MachineCheck.machine(data: folders.data, results: folders.results)
      + [MachineCheck.slurm()]
    try show(checks)
    let engine = MachineCheck.engine
    try show(engine)
    checks += engine
    if checks.contains(where: { $0.state == .problem }) { throw ExitCode.failure }
  }

  /// The widest subject, for columns that two tables share.
  private static let subjectWidth = "other engine".count

  private func show(_ checks: [MachineCheck]) throws {
    guard !output.json else { return try checks.forEach { try Console.json($0) } }
    let rows = checks.map { check in
      [
        check.state.rawValue.padded(to: "problem".count),
        check.subject.padded(to: Self.subjectWidth),
        check.text,
      ]
    }
    // One screen, in a file too.
    for line in TextColumns(rows, width: min(Console.outputWidth ?? 80, 80)).lines {
      Console.print(line)
    }
  }
}

extension String {
  /// The text with spaces behind it.
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
