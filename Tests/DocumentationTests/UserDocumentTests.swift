import Core
import Experiments
import Foundation
import Methods
import Slurm
import Testing
import Vision

/// What README.md, CONTRIBUTING.md and docs/ say is so.
@Suite struct UserDocumentTests {
  /// Lines that begin with `scl` in blocks of shell commands, and inline code that does.
  private func commands(in document: Document) -> [[String]] {
    let lines = document.codeBlocks(in: "sh").flatMap { $0.text.split(separator: "\n") }
      .map { String($0.prefix { $0 != "#" }) }
    return (lines + document.inlineCode).map { $0.split(separator: " ").map(String.init) }
      .filter { $0.first == "scl" && $0.count > 1 }
      .map { Array($0.dropFirst()) }
  }

  @Test func `every documented command line has known subcommands and options`() throws {
    let program = try CommandLineProgram()
    var count = 0
    for document in try Document.userDocuments.map(Document.init) {
      for command in commands(in: document) {
        count += 1
        let problem = program.problem(of: command)
        #expect(problem == nil, "\(document.path): scl \(command.joined(separator: " "))")
      }
    }
    #expect(count > 20)
  }

  @Test func `a misspelt command or option would be found`() throws {
    let program = try CommandLineProgram()
    #expect(program.problem(of: ["data", "prepare", "cifar10", "--from", "X"]) == nil)
    #expect(program.problem(of: ["data", "prepair", "cifar10"]) != nil)
    #expect(program.problem(of: ["report", "X", "--formats", "csv"]) != nil)
  }

  @Test(arguments: Document.userDocuments)
  func `every relative link leads to a file`(path: String) throws {
    let folder = Document.root.appendingPathComponent(path).deletingLastPathComponent()
    for link in try Document(path).relativeLinks {
      let target = folder.appendingPathComponent(String(link.prefix { $0 != "#" }))
      #expect(FileManager.default.fileExists(atPath: target.path), "\(path): \(link)")
    }
  }

  @Test(arguments: Document.userDocuments)
  func `every path of the repository in backticks exists`(path: String) throws {
    let folders = /^(?:Sources|Tests|docs|experiments|results|benchmarks|\.ci)\/[\w.\/+-]+$/
    let files = /^(?:README\.md|Makefile|Package\.swift|paper-tables\.md|\.swift-format)$/
    for code in try Document(path).inlineCode
    where code.wholeMatch(of: folders) != nil || code.wholeMatch(of: files) != nil {
      #expect(Document.exists(code), "\(path): \(code)")
    }
  }

  @Test(arguments: Document.userDocuments)
  func `every YAML example is an experiment file that can be read`(path: String) throws {
    for example in try Document(path).codeBlocks(in: "yaml") {
      let file = NSTemporaryDirectory() + "documentation-\(UUID().uuidString).yaml"
      try Data(example.text.utf8).write(to: URL(fileURLWithPath: file))
      defer { try? FileManager.default.removeItem(atPath: file) }
      #expect(throws: Never.self, "\(path): \(example.text)") {
        try ExecutorRegistry.$current.withValue(ExecutorRegistry([SlurmExecutor.self])) {
          try ExperimentFile(registry: .builtIn).read(file)
        }
      }
    }
  }

  @Test func `docs/methods.md names every method with its title`() throws {
    let rows = try Document("docs/methods.md").codeRows
    for method in MethodRegistry.builtIn.methods {
      let description = method.description
      #expect(rows.contains { $0.prefix(2) == [description.name, description.title] })
    }
  }
}

/// What docs/methods.md says, against the registry.
@Suite struct MethodSectionsTests {
  private let headings: [String]

  init() throws {
    headings = try Document("docs/methods.md").text.split(separator: "\n")
      .filter { $0.hasPrefix("### ") }.map { String($0.dropFirst(4)) }
  }

  @Test func `every method has a section of its own`() {
    for name in MethodRegistry.builtIn.names { #expect(headings.contains("`\(name)`")) }
    #expect(Set(headings).count == headings.count)
  }
}

/// The settings table of docs/scl.md against SCL's schema.
@Suite struct SCLSettingsTableTests {
  private let settings = SCLSettings.schema.descriptions

  private func rows() throws -> [[String]] {
    try Document("docs/scl.md").codeRows
  }

  @Test func `every documented setting of SCL has that default and those values`() throws {
    let rows = try rows()
    #expect(!rows.isEmpty)
    for row in rows {
      let setting = try #require(settings.first { $0.name == row[0] }, "'\(row[0])' is no setting")
      #expect(row[1] == "\(setting.defaultValue)", "default of \(row[0])")
      #expect(row[2] == setting.kind.values, "values of \(row[0])")
    }
  }

  @Test func `every setting of SCL's own is documented once`() throws {
    let shared =
      BackboneSettings.schema.settings.map(\.name) + TrainingSettings.schema.settings.map(\.name)
      + AugmentationSettings.schema.settings.map(\.name)
    let own = settings.map(\.name).filter { !shared.contains($0) }
    let documented = try rows().map { $0[0] }
    #expect(own == documented.filter { !shared.contains($0) })
  }
}

/// The modules of docs/architecture.md against Package.swift.
@Suite struct ModuleTableTests {
  @Test func `docs/architecture.md lists every target in the order of Package.swift`() throws {
    let manifest = try Document("Package.swift").text
    let declaration =
      /\n    \.(?:target|systemLibrary|executableTarget)\(\s*name: "([^"]+)"/
    let targets = manifest.matches(of: declaration).map { String($0.1) }
    #expect(targets.count > 10)
    let listed = try Document("docs/architecture.md").codeRows.map { $0[0] }
    #expect(listed.filter(targets.contains) == targets)
  }

  @Test func `its imports are those that Package.swift declares`() throws {
    let manifest = try Document("Package.swift").text
    let declaration =
      /\n    \.target\(\s*name: "([^"]+)"(?:,\s*dependencies: \[([^\]]*)\])?/
    let rows = try Document("docs/architecture.md").codeRows
    let modules = Set(rows.map { $0[0] })
    var count = 0
    for match in manifest.matches(of: declaration) {
      guard let row = rows.first(where: { $0[0] == match.1 }), row.count > 2 else { continue }
      let listed = row[2].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      // In words where there are too many.
      guard listed.allSatisfy(modules.contains) else { continue }
      let imported = (match.2 ?? "").matches(of: /"([A-Za-z0-9]+)"/).map { String($0.1) }
        .filter(modules.contains)
      #expect(listed == imported, "\(match.1)")
      count += 1
    }
    #expect(count > 10)
  }
}

/// What README.md promises of itself.
@Suite struct ReadmeTests {
  @Test func `no table of README.md is wider than 100 characters`() throws {
    for line in try Document("README.md").text.split(separator: "\n") where line.hasPrefix("|") {
      #expect(line.count <= 100, "\(line)")
    }
  }

  @Test func `docs/README.md links every page beside it`() throws {
    let linked = try Document("docs/README.md").relativeLinks
    for page in Document.userDocuments where page.hasPrefix("docs/") && page != "docs/README.md" {
      #expect(linked.contains(String(page.dropFirst("docs/".count))), "\(page)")
    }
  }
}
