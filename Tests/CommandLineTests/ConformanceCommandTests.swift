import Testing

extension CommandLineTests {
  @Test func `A method is examined promise by promise`() throws {
    let result = try program.run(["methods", "kmeans", "--check"])
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.lines.count == 10 && result.lines.allSatisfy { $0.hasPrefix("ok ") })
    let findings = try program.run(["methods", "kmeans", "--check", "--json"])
    #expect(findings.exitCode == 0 && findings.output.isEmpty)
    #expect(try program.run(["methods", "--check"]).exitCode == 64)
  }
}
