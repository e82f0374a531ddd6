import Foundation
import Testing

extension CommandLineTests {
  @Test(arguments: [
    "", "reproduce", "data", "data list", "data prepare", "data info", "data verify", "data fetch",
    "data montage", "benchmark decode", "methods",
    "plan", "run", "schema", "status", "report", "diff", "verify", "benchmark", "benchmark step",
  ])
  func `Every command explains itself`(_ command: String) throws {
    let result = try program.run(command.split(separator: " ").map(String.init) + ["--help"])
    #expect(result.exitCode == 0)
    #expect(result.output.contains("USAGE: scl"))
    #expect(result.errors.isEmpty)
  }

  @Test func `Methods and their settings are listed as JSON, one object a line`() throws {
    let methods = try program.run(["methods", "--json"]).objects()
    #expect(
      methods.compactMap { $0["name"] as? String } == ["kmeans", "scan-cluster", "instdisc", "scl"])
    let settings = try program.run(["methods", "scl", "--json"]).objects().dropFirst()
    let temperature = try #require(settings.first { $0["setting"] as? String == "temperature" })
    #expect(temperature["default"] as? Double == 0.1)
    #expect(temperature["values"] as? String == "0.01 to 10.0")
  }

  @Test func `The schema of experiment files is one JSON document with every method`() throws {
    let result = try program.run(["schema"])
    #expect(result.exitCode == 0 && result.errors.isEmpty)
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    let definitions = try #require((json as? [String: Any])?["$defs"] as? [String: Any])
    #expect(definitions["settings-of-scl"] != nil && definitions["settings-of-kmeans"] != nil)
  }

  @Test func `A prepared file says what it holds, and verifies`() throws {
    let file = try Self.data.get() + "/rehearsal.h5"
    let info = try #require(program.run(["data", "info", file, "--json"]).objects().first)
    #expect(info["images"] as? Int == 3000 && info["complete"] as? Bool == true)
    #expect(info["sourceFormat"] as? String == "cifar-binary")
    let verified = try program.run(["data", "verify", file])
    #expect(verified.exitCode == 0 && verified.output.hasPrefix("\(file): ok"))
  }
}
