import Conformance
import Core
import Methods
import Testing

/// The README's baseline is that of the package in Examples, whose file this target compiles too.
@Suite struct BaselineExampleTests {
  @Test func `the README shows the example's files, every character of them`() throws {
    let blocks = try Document("README.md").codeBlocks(in: "swift").map(\.text)
    let method = try Document("Examples/Sources/scl-barlow/BarlowTwins.swift").text
    let program = try Document("Examples/Sources/scl-barlow/main.swift").text
    #expect(blocks.contains(method))
    #expect(blocks.contains(program))
    #expect(method.split(separator: "\n", omittingEmptySubsequences: false).count < 80)
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
    #expect(try Conformance().findings(of: BarlowTwins.self).isEmpty)
  }
}
