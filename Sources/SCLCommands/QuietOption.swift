import ArgumentParser

/// `--quiet`, which commands have that show how they go on.
struct QuietOption: ParsableArguments {
  @Flag(name: .shortAndLong, help: "No progress and no remarks: results and errors alone.")
  var quiet = false

  func validate() throws {
    if quiet { Console.isQuiet.store(true, ordering: .relaxed) }
  }
}
