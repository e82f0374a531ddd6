import Foundation
import Testing

extension CommandLineTests {
  /// A command as ArgumentParser describes it.
  private struct Command: Decodable {
    let commandName: String
    let shouldDisplay: Bool
    let subcommands: [Command]?

    /// Its own words behind `scl` and those of all commands below it, hidden ones left out.
    func paths(_ words: [String] = []) -> [[String]] {
      [words]
        + (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }
        .flatMap { $0.paths(words + [$0.commandName]) }
    }
  }

  @Test func `Every command explains itself`() throws {
    struct Description: Decodable {
      let command: Command
    }
    let dump = try program.run(["--experimental-dump-help"]).output
    let commands = try JSONDecoder().decode(Description.self, from: Data(dump.utf8)).command.paths()
    #expect(commands.count >= 20 && commands.contains(["data", "prepare"]))
    for command in commands {
      let result = try program.run(command + ["--help"])
      #expect(result.exitCode == 0, "\(command)")
      #expect(result.output.contains("USAGE: scl"), "\(command)")
      #expect(result.errors.isEmpty, "\(command)")
    }
  }

  @Test(arguments: [
    (["data", "prepare", "cifar10", "--form", "x"], "scl data prepare --help"),
    (["run"], "scl run --help"), (["diff", "x.yaml", "--within", "-2"], "scl diff --help"),
    (["no-such-command"], "scl --help"),
  ])
  func `A wrong command line names the help of the command that was meant`(
    _ arguments: [String], _ help: String
  ) throws {
    try expectRefusal(64, arguments, ["see '\(help)'"])
  }

  @Test(arguments: [
    (["rnu", "x.yaml"], "'rnu', see 'scl --help'; did you mean 'run'?"),
    (["raport", "x.yaml"], "did you mean 'report'?"),
    (["data", "perpare", "cifar10"], "see 'scl data --help'; did you mean 'prepare'?"),
    (["xyzzy"], "available: reproduce, data, methods"),
  ])
  func `A mistyped command is answered with the one that was meant`(
    _ arguments: [String], _ answer: String
  ) throws {
    try expectRefusal(64, arguments, ["unknown command", answer])
  }

  @Test func `Images under a name of their own are told how they become a benchmark`() throws {
    for arguments in [["my-dogs"], ["my-dogs", "--from", "somewhere"]] {
      try expectRefusal(
        64, ["data", "prepare"] + arguments,
        ["unknown benchmark 'my-dogs'", "scl data list", "--as folders --from"])
    }
  }

  @Test func `A benchmark file is found by its benchmark's name`() throws {
    let data = try Self.data.get()
    let byPath = try program.run(["data", "info", data + "/rehearsal.h5", "--json"]).output
    let byName = try program.run(["data", "info", "rehearsal", "--data", data, "--json"])
    #expect(byName.exitCode == 0 && byName.output == byPath, "\(byName.errors)")
    #expect(try program.run(["data", "verify", "rehearsal", "--data", data]).exitCode == 0)
    try expectRefusal(66, ["data", "info", "cifar10"], ["data/cifar10.h5"])
  }

  @Test func `All mistakes of an experiment file are told, a line each`() throws {
    let file = try write(
      "benchmarks: [rehersal]\nmethods: [scl]\nseeds: three\n", to: "wrong.yaml")
    let result = try program.run(["plan", file])
    #expect(result.exitCode == 65)
    #expect(result.errorLines.count == 2, "\(result.errors)")
    #expect(result.errorLines.allSatisfy { $0.hasPrefix("error: \(file):") })
  }

  @Test func `Methods and their settings are listed as JSON, one object a line`() throws {
    let methods = try program.run(["methods", "--json"]).objects()
    let names = methods.compactMap { $0["name"] as? String }
    #expect(names.prefix(4) == ["kmeans", "spectral", "agglomerative", "nmf"])
    #expect(names.suffix(3) == ["scl", "true-labels", "random-labels"])
    #expect(
      methods.allSatisfy {
        $0["family"] is String && $0["reference"] is String && $0["benchmarks"] is [String]
      })
    let settings = try program.run(["methods", "scl", "--json"]).objects().dropFirst()
    let temperature = try #require(settings.first { $0["setting"] as? String == "temperature" })
    #expect(temperature["default"] as? Double == 0.1)
    #expect(temperature["values"] as? String == "0.01 to 10.0")
  }

  @Test func `A method says what its settings are from, and what its results are compared with`()
    throws
  {
    let tables = Self.repository.appendingPathComponent("paper-tables.md").path
    let lines = try program.run(["methods", "idfd", "--json", "--against", tables]).objects()
    let weight = try #require(
      lines.first { $0["setting"] as? String == "decorrelation_temperature" })
    #expect(weight["default"] as? Double == 2)
    #expect(lines.filter { $0["setting"] != nil }.allSatisfy { $0["source"] is String })
    #expect((weight["source"] as? String)?.contains("ICLR 2021") == true)
    let stem = try #require(lines.first { $0["benchmark"] as? String == "stl10" })
    #expect(stem["defaults"] as? [String: String] == ["stem": "small-padded-pool"])
    // The cell of IDFD's row of that file.
    let published = try #require(
      lines.first { $0["row"] != nil && $0["benchmark"] as? String == "cifar10" })
    #expect(published["nmi"] as? Double == 71.1 && published["acc"] as? Double == 81.5)

    let text = try program.run(["methods", "idfd", "--against", tables])
    #expect(text.output.contains("71.1/81.5/66.3"))
    #expect(text.output.contains("Its authors report results on cifar10, cifar100, stl10"))
    #expect(try program.run(["methods", "idfd", "--against", folder + "/none.md"]).exitCode == 66)
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
