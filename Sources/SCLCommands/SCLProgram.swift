import ArgumentParser
import Foundation
import Methods

/// The program, for executables that bring methods of their own:
///
///     await SCLProgram.main(methods: [MyMethod.self])
public enum SCLProgram {
  /// Every command looks methods up here.
  @TaskLocal static var registry = MethodRegistry.builtIn

  /// Runs the command line and exits with its code.
  ///
  /// On the main actor, so that commands that wait for nothing run without any other thread.
  /// - Parameter methods: methods beside the built-in ones.
  @MainActor public static func main(methods: [any ClusteringMethod.Type] = []) async {
    // A file that may grow no further is an error of whoever writes it, not the program's end.
    signal(SIGXFSZ, SIG_IGN)
    await $registry.withValue(.builtIn.adding(methods)) {
      do {
        var command = try RootCommand.parseAsRoot()
        if var asynchronous = command as? any AsyncParsableCommand {
          try await asynchronous.run()
        } else {
          try command.run()
        }
      } catch {
        exit(with: error)
      }
    }
  }

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
    // ArgumentParser's own: help and version, which are no errors.
    RootCommand.exit(withError: error)
  }

  /// The help of the command that was meant, as ArgumentParser names it.
  private static func helpCommand(for error: any Error) -> String {
    let hint = RootCommand.fullMessage(for: error).firstMatch(of: /[Ss]ee '(scl[^']*--help)'/)
    return hint.map { String($0.1) } ?? "scl --help"
  }
}

struct RootCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scl",
    abstract: "Reproduces the tables of deep image clustering, SCL's first of all.",
    discussion: """
      Original image files become benchmark files (scl data prepare), an experiment file is swept \
      over benchmarks, methods and seeds (scl run), and tables are printed (scl report) and compared \
      with published numbers (scl diff). 'scl reproduce EXPERIMENT' does all of it.

      Exit codes: 0 done; 1 a comparison or a run failed; 64 usage; 65 bad data; 66 missing input; \
      74 input or output failed.
      """,
    version: "0.1.0",
    subcommands: [
      ReproduceCommand.self, DataCommand.self, MethodsCommand.self, PlanCommand.self,
      RunCommand.self, StatusCommand.self, CancelCommand.self, ReportCommand.self, DiffCommand.self,
      ListCommand.self, CleanCommand.self, SchemaCommand.self, VerifyCommand.self,
      RunChildCommand.self, MeasureChildCommand.self,
    ])
}
