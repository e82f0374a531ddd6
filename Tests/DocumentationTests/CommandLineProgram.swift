import Foundation
import Testing

/// The commands and options of the built `scl`, which lies beside this test program.
struct CommandLineProgram {
  /// A command as ArgumentParser describes it.
  private struct Command: Decodable {
    struct Argument: Decodable {
      struct Name: Decodable {
        let kind: String
        let name: String
      }
      let names: [Name]?
    }

    let commandName: String
    let subcommands: [Command]?
    let arguments: [Argument]?

    func subcommand(_ name: String) -> Command? {
      subcommands?.first { $0.commandName == name }
    }

    var options: [String] {
      (arguments ?? []).flatMap { $0.names ?? [] }.filter { $0.kind == "long" }.map {
        "--" + $0.name
      }
    }
  }

  private struct Description: Decodable {
    let command: Command
  }

  private let root: Command

  init() throws {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = URL(fileURLWithPath: tests).deletingLastPathComponent().path + "/scl"
    try #require(FileManager.default.isExecutableFile(atPath: path), "'\(path)' is not built")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    // All of --help in one answer: starting the program for every command would take seconds.
    process.arguments = ["--experimental-dump-help"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let json = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    root = try JSONDecoder().decode(Description.self, from: json).command
  }

  /// What is wrong with the words after `scl`, or nil.
  func problem(of words: [String]) -> String? {
    var command = root
    var rest = words[...]
    while let word = rest.first, !word.hasPrefix("-"), command.subcommands?.isEmpty == false {
      guard let next = command.subcommand(word) else {
        return "'\(word)' is no subcommand of \(command.commandName)"
      }
      command = next
      rest = rest.dropFirst()
    }
    let unknown = rest.first { $0.hasPrefix("--") && !command.options.contains($0) }
    return unknown.map { "'\($0)' is no option of \(command.commandName)" }
  }
}
