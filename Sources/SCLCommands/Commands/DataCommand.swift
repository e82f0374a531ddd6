import ArgumentParser

struct DataCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Turns original image files into benchmark files.",
    subcommands: [
      List.self, Fetch.self, Prepare.self, Info.self, Verify.self, Montage.self,
    ])
}
