import ArgumentParser
import Core
import Methods

struct MethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods", abstract: "Lists the methods, or one method's settings.")

  @Argument(help: "Method whose settings are shown.")
  var name: String?

  @OptionGroup var output: JSONOption

  private struct Summary: Encodable {
    let name: String
    let title: String
    let family: String
    let version: Int
    let reference: String
    let summary: String
  }

  private struct SettingLine: Encodable {
    let method: String
    let setting: String
    let value: SettingValue
    let values: String
    let summary: String

    private enum CodingKeys: String, CodingKey {
      case method, setting, values, summary
      case value = "default"
    }
  }

  func run() throws {
    if let name {
      try show(SCLProgram.registry.method(name))
    } else {
      try showAll(SCLProgram.registry.methods.map { $0.description })
    }
  }

  private func showAll(_ methods: [MethodDescription]) throws {
    if output.json {
      for method in methods { try Console.json(summary(method)) }
      return
    }
    let rows = methods.map { [$0.name, $0.title, $0.family.rawValue, $0.summary] }
    for line in TextColumns(rows).lines { Console.print(line) }
  }

  private func show(_ method: any ClusteringMethod.Type) throws {
    let description = method.description
    if output.json {
      try Console.json(summary(description))
      for setting in method.settings {
        try Console.json(
          SettingLine(
            method: description.name, setting: setting.name, value: setting.defaultValue,
            values: setting.kind.values, summary: setting.summary))
      }
      return
    }
    Console.print("\(description.title): \(description.summary)")
    Console.print(description.reference)
    Console.print("")
    let rows = method.settings.map { setting in
      [setting.name, "\(setting.defaultValue)", setting.kind.values, setting.summary]
    }
    for line in TextColumns([["setting", "default", "values", "meaning"]] + rows).lines {
      Console.print(line)
    }
  }

  private func summary(_ method: MethodDescription) -> Summary {
    Summary(
      name: method.name, title: method.title, family: method.family.rawValue,
      version: method.version, reference: method.reference, summary: method.summary)
  }
}
