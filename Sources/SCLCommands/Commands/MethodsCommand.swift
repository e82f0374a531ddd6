import ArgumentParser
import Conformance
import Core
import Methods

struct MethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods", abstract: "Lists the methods, or one method's settings.")

  @Argument(help: "Method whose settings are shown.")
  var name: String?

  @Flag(help: "Examine whether it keeps what every method promises. Exits with 1 if not.")
  var check = false

  @OptionGroup var output: JSONOption

  func validate() throws {
    if check && name == nil { throw ValidationError("--check needs the name of a method") }
  }

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
    if let name, check {
      try examine(SCLProgram.registry.method(name))
    } else if let name {
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

  /// A line for each promise; what is found is said behind it.
  private func examine(_ method: any ClusteringMethod.Type) throws {
    let suite = Conformance(registry: SCLProgram.registry)
    var findings: [Finding] = []
    for promise in Promise.allCases {
      let found = try suite.findings(of: method, promises: [promise])
      findings += found
      if output.json { continue }
      Console.print("\(found.isEmpty ? "ok    " : "BROKEN")  \(promise.statement)")
      for finding in found { Console.print("          \(finding.detail)") }
    }
    if output.json { for finding in findings { try Console.json(finding) } }
    if !findings.isEmpty { throw ExitCode.failure }
  }

  private func summary(_ method: MethodDescription) -> Summary {
    Summary(
      name: method.name, title: method.title, family: method.family.rawValue,
      version: method.version, reference: method.reference, summary: method.summary)
  }
}
