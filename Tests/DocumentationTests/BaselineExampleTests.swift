import Conformance
import Core
import Foundation
import Methods
import Testing

/// The README's baseline is that of the package in Examples, whose file this target compiles too.
@Suite struct BaselineExampleTests {
  @Test func `the README shows the example's loss and program, every character of them`() throws {
    let blocks = try Document("README.md").codeBlocks(in: "swift").map(\.text)
    let method = try Document("Examples/Sources/scl-barlow/BarlowTwins.swift").text
    let program = try Document("Examples/Sources/scl-barlow/main.swift").text
    let lines = method.split(separator: "\n", omittingEmptySubsequences: false)
    // Members of a class are indented by two spaces.
    let members = lines.map { $0.hasPrefix("  ") ? $0.dropFirst(2) : $0 }.joined(separator: "\n")
    #expect(blocks.count == 2 && blocks.contains(program))
    let loss = try #require(blocks.first { $0 != program })
    #expect(members.contains(loss) && loss.contains("func loss(_ batch: Batch)"))
    #expect(lines.count < 70)
    #expect(program.split(separator: "\n").count == 2)
  }

  @Test func `a registry with the example finds it, its settings and its ranges`() throws {
    let registry = MethodRegistry.builtIn.adding([BarlowTwins.self])
    let method = try registry.method("barlow")
    let resolved = try method.resolve(["redundancy": 0.01])
    #expect(resolved["redundancy"] == 0.01 && resolved["restarts"] == 10)
    #expect(throws: SettingError.self) { try method.resolve(["redundancy": 2]) }
    #expect(throws: SettingError.unknown(name: "redundance", nearest: "redundancy")) {
      try method.resolve(["redundance": 0.1])
    }
  }

  @Test func `the example keeps what every method promises`() throws {
    let findings = try Conformance().findings(of: BarlowTwins.self)
    #expect(findings == [])
  }

  @Test func `the guide to methods of one's own shows a method that keeps every promise`() throws {
    let document = try Document("docs/own-methods.md")
    let method = try Document("Tests/DocumentationTests/MeanColour.swift").text
    #expect(document.codeBlocks(in: "swift").map(\.text).contains(method))
    let findings = try Conformance().findings(of: MeanColour.self)
    #expect(findings == [])
  }

  @Test func `the guide to a benchmark of one's own shows the example's program`() throws {
    let document = try Document("docs/own-methods.md")
    let program = try Document("Examples/Sources/scl-fashion/main.swift").text
    #expect(document.codeBlocks(in: "swift").map(\.text).contains(program))
  }

  @Test func `the guide's list of tensor operations is complete`() throws {
    let listed = try Document("docs/own-methods.md").text
    let folder = Document.root.appendingPathComponent("Sources/Torch").path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasPrefix("Tensor") }
    var count = 0
    for file in files {
      for match in try Document("Sources/Torch/\(file)").text.matches(
        of: /public (?:static )?func (\w+)/)
      {
        count += 1
        #expect(listed.contains("`\(match.1)"), "\(match.1)")
      }
    }
    #expect(count > 60)
  }
}
