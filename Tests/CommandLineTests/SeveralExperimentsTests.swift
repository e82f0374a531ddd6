import Foundation
import Testing

/// Several experiment files in one table, and grids, from the command line on.
extension CommandLineTests {
  private func sweepFiles() throws -> [String] {
    try [("one", "[1, 2]"), ("two", "[2, 3]")].map { name, values in
      try write(
        """
        benchmarks: [rehearsal]
        methods: [kmeans, sweep]
        notes: [few iterations]
        settings: {defaults: {iterations: 2, restarts: 2}}
        variants:
          sweep: {method: kmeans, grid: {restarts: \(values)}}
        """, to: "\(name).yaml")
    }
  }

  @Test func `Several experiments make one table, in which a run that two have is once`() throws {
    let files = try sweepFiles()
    let folders = ["--data", try Self.data.get(), "--results", folder + "/several"]
    func scl(_ arguments: [String]) throws -> Program.Result {
      try program.run(arguments + folders)
    }
    #expect(try scl(["run", files[0]]).exitCode == 0)
    let absent = try scl(["report"] + files)
    #expect(absent.exitCode == 66 && absent.errors.contains("no runs of two"), "\(absent.errors)")
    #expect(try scl(["run", files[1]]).exitCode == 0)

    func methods(_ more: [String]) throws -> [String] {
      try scl(["report", "--json"] + files + more).objects().compactMap { $0["method"] as? String }
    }
    #expect(
      try methods([]) == ["kmeans", "sweep-restarts-1", "sweep-restarts-2", "sweep-restarts-3"])
    #expect(try methods(["--only", "method=sweep-restarts-3"]) == ["sweep-restarts-3"])
    #expect(
      try methods(["--only", "method=sweep"])
        == ["sweep-restarts-1", "sweep-restarts-2", "sweep-restarts-3"])
    let unknown = try scl(["report"] + files + ["--only", "method=sweep-restarts-4"])
    #expect(unknown.exitCode == 64)
    #expect(unknown.errors.contains("none of the experiments has a method"), "\(unknown.errors)")

    // The notes are of the whole experiment, of which --only shows a part.
    let part = try scl(["report", files[0], "--only", "method=kmeans"])
    #expect(part.output.contains("As a whole, the experiment departs from the published ones: few"))
    #expect(
      try scl(["report", files[0]]).output.contains(
        "Departs from the published experiments: few iterations"))

    let table = try scl(["report"] + files + ["--sensitivity", "restarts", "--score", "acc"])
    #expect(table.exitCode == 0 && table.output.contains("| restarts"), "\(table.errors)")
    let refused = try scl(["report"] + files + ["--sensitivity", "iterations"])
    #expect(refused.exitCode == 64 && refused.errors.contains("rows differ in restarts"))
    let comparison = try scl(["compare", "--reference", "kmeans"] + files)
    #expect(comparison.exitCode == 0 && comparison.output.contains("restarts 3"))
    #expect(try scl(["diff"] + files).exitCode == 0)
    let folder = try scl(["diff", "--against", self.folder + "/several"] + files)
    #expect(folder.exitCode == 64 && folder.errors.contains("a single experiment"))
  }

  @Test func `Two experiments of one name are refused, and a file that is named twice is one`()
    throws
  {
    let file = try sweepFiles()[0]
    let other = try write(String(contentsOfFile: file, encoding: .utf8), to: "more/one.yaml")
    let folders = ["--data", try Self.data.get(), "--results", folder + "/none"]
    let refused = try program.run(["report", file, other] + folders)
    #expect(refused.exitCode == 64 && refused.errors.contains("one results folder"))
    let twice = try program.run(["report", file, file] + folders)
    #expect(twice.exitCode == 66, "\(twice.errors)")
  }

  @Test func `The example of a diff needs no results and exits with 1`() throws {
    let example = try program.run(["diff", "example"])
    #expect(example.exitCode == 1 && example.output.contains("Verdicts and marks:"))
    #expect(try program.run(["diff", "example", "--json"]).lines.count > 14)
    #expect(try program.run(["diff", "example", "--within", "30"]).exitCode == 0)
    #expect(try program.run(["diff", "example.yaml"]).exitCode == 66)
    #expect(try program.run(["diff", "example", "example.yaml"]).exitCode == 66)
  }
}
