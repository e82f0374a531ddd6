/// A command as it is typed into a shell.
struct ShellCommand {
  let text: String

  /// The command that this process was started with.
  static var current: ShellCommand { ShellCommand(CommandLine.arguments) }

  init(_ arguments: [String]) {
    text = arguments.map(Self.quoted).joined(separator: " ")
  }

  private static func quoted(_ argument: String) -> String {
    let isPlain = argument.unicodeScalars.allSatisfy {
      ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
        || "%+,-./:=@_".unicodeScalars.contains($0)
    }
    if isPlain, !argument.isEmpty { return argument }
    return "'"
      + argument.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: #"'\''"#) + "'"
  }
}
