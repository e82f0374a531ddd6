import ArgumentParser
import Benchmarks
import Core
import Domain
import Experiments
import Foundation
import Methods
import Metrics
import Page
import Reporting
import Slurm

/// The command line program `scl`, as a library call.
///
/// An executable with methods of its own calls it from its `main.swift`, and has all commands with
/// these methods:
///
///     import SCLCommands
///
///     await SCLProgram.main(methods: [MyMethod.self])
///
/// Benchmarks, adapters of their original files, metrics and table formats of other packages are
/// registered in the same way.
public enum SCLProgram {
  /// The registered methods. Commands look up every method here.
  @TaskLocal static var registry = MethodRegistry.builtIn

  /// The registered executors, besides processes on this machine. A new executor needs one entry
  /// here.
  private static let executors = ExecutorRegistry([SlurmExecutor.self])

  /// Runs the command line of this process and exits with its code. It does not return normally.
  ///
  /// It runs on the main actor, so that synchronous commands need no other thread.
  /// - Parameters:
  ///   - methods: methods in addition to the built-in ones.
  ///   - benchmarks: further benchmarks.
  ///   - adapters: readers of further forms of original files.
  ///   - metrics: further scores of runs.
  ///   - formats: further formats of `scl report`.
  ///
  /// A name that is already taken is an error.
  @MainActor public static func main(
    methods: [any ClusteringMethod.Type] = [], benchmarks: [BenchmarkDefinition] = [],
    adapters: [any BenchmarkAdapter.Type] = [], metrics: [Metric] = [], formats: [TableFormat] = []
  ) async {
    // Without the signal, a write beyond the file size limit fails with an error.
    signal(SIGXFSZ, SIG_IGN)
    do {
      let adapters = try AdapterRegistry.builtIn.adding(adapters)
      try adapters.check(benchmarks)
      let benchmarks = try BenchmarkRegistry.builtIn.adding(benchmarks)
      let metrics = try MetricRegistry.builtIn.adding(metrics)
      let formats = try TableFormatRegistry.builtIn.adding([.html, .tensorboard] + formats)
      await $registry.withValue(.builtIn.adding(methods)) {
        await BenchmarkRegistry.$current.withValue(benchmarks) {
          await AdapterRegistry.$current.withValue(adapters) {
            await MetricRegistry.$current.withValue(metrics) {
              await TableFormatRegistry.$current.withValue(formats) {
                await ExecutorRegistry.$current.withValue(executors) { await run() }
              }
            }
          }
        }
      }
    } catch {
      exit(with: error)
    }
  }

  /// Parses and runs the command. Errors are reported within the registries' scope, because
  /// messages and help texts name what is registered.
  @MainActor private static func run() async {
    do {
      var command = try RootCommand.parseAsRoot()
      try Machine.checkConvolutions()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      exit(with: error)
    }
  }

  /// Prints the error on standard error and exits. Errors of this package take the text and code of
  /// `RenderedError`. Usage errors are one line with the command that prints the right help, and
  /// code 64. Requests for help or the version are left to ArgumentParser.
  private static func exit(with error: any Error) -> Never {
    if let failure = RenderedError(error) {
      for line in failure.lines { Console.error("error: \(line)") }
      Foundation.exit(failure.exitCode)
    }
    if RootCommand.exitCode(for: error) == .validationFailure {
      if let unknown = UnknownCommand(
        Array(CommandLine.arguments.dropFirst()), of: RootCommand.self)
      {
        Console.error("error: \(unknown.message)")
        Foundation.exit(ExitCode.validationFailure.rawValue)
      }
      Console.error(
        "error: \(RootCommand.message(for: error)); see '\(helpCommand(for: error))'")
      Foundation.exit(ExitCode.validationFailure.rawValue)
    }
    // Help and version requests.
    RootCommand.exit(withError: error)
  }

  /// The help command that ArgumentParser suggests for the error, such as "scl run --help".
  private static func helpCommand(for error: any Error) -> String {
    let hint = RootCommand.fullMessage(for: error).firstMatch(of: /[Ss]ee '(scl[^']*--help)'/)
    return hint.map { String($0.1) } ?? "scl --help"
  }
}

/// The command `scl` with its subcommands. Those for child processes are hidden.
struct RootCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scl",
    abstract: "Reproduce published results of deep image clustering.",
    discussion: """
      Prepare benchmark files from original images (scl data prepare), run an experiment over benchmarks, \
      methods and seeds (scl run), print its table (scl report), and compare it with published numbers \
      (scl diff). 'scl reproduce EXPERIMENT' does the last three in one.

      Exit codes: 0 success; 1 a run failed or a score differs; 64 usage error; 65 invalid data; \
      66 missing input; 74 input/output error.
      """,
    version: "0.1.0",
    subcommands: [
      ReproduceCommand.self, DataCommand.self, MethodsCommand.self, PlanCommand.self,
      RunCommand.self, StatusCommand.self, CancelCommand.self, ReportCommand.self, DiffCommand.self,
      CompareCommand.self, AssignmentsCommand.self, ClustersCommand.self,
      FeaturesCommand.self, AssignCommand.self,
      ListCommand.self, CleanCommand.self, SchemaCommand.self, DevicesCommand.self,
      DoctorCommand.self,
      VerifyCommand.self,
      RunChildCommand.self, MeasureChildCommand.self,
    ])
}

/// The error message for a command that does not exist. ArgumentParser would report an unexpected
/// argument, without the nearest command.
struct UnknownCommand {
  /// Names the wrong word, the help that lists the commands, and the nearest match: "unknown
  /// command 'rum', see 'scl --help'; did you mean 'run'?"
  let message: String

  /// - Parameters:
  ///   - arguments: the command line without the program's name.
  ///   - root: the command whose subcommands are known.
  /// - Returns: nil if all words up to the first option are commands.
  init?(_ arguments: [String], of root: any ParsableCommand.Type) {
    var command = root
    var path = [root.configuration.commandName ?? "scl"]
    for argument in arguments {
      let subcommands = command.configuration.subcommands
      guard !subcommands.isEmpty, !argument.hasPrefix("-") else { return nil }
      if let next = subcommands.first(where: { $0._commandName == argument }) {
        command = next
        path.append(argument)
        continue
      }
      guard argument != "help" else { return nil }
      let names = subcommands.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
      message =
        "unknown command '\(argument)', see '\(path.joined(separator: " ")) --help'; "
        + (nearestName(to: argument, among: names).map { "did you mean '\($0)'?" }
          ?? "available: \(names.joined(separator: ", "))")
      return
    }
    return nil
  }
}
