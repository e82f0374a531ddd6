import ArgumentParser
import Core

/// A command that does not exist, and the one that was probably meant.
struct UnknownCommand {
  /// What was typed, where the commands are listed, and the nearest one.
  let message: String

  /// - Returns: nil where the arguments begin with commands that exist, or with an option.
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
          ?? "there are \(names.joined(separator: ", "))")
      return
    }
    return nil
  }
}
