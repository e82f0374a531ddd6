import Foundation
import Testing

extension CommandLineTests {
  @Test func `The doctor fits on a screen and finds nothing that makes runs impossible`() throws {
    let folders = ["--data", try Self.data.get(), "--results", "results"]
    let text = try program.run(["doctor"] + folders)
    #expect(text.exitCode == 0, "\(text.output)")
    #expect(text.lines.count <= 24 && text.lines.allSatisfy { $0.count <= 80 })
    let checks = try program.run(["doctor", "--json"] + folders).objects()
    let subjects = checks.compactMap { $0["subject"] as? String }
    #expect(
      subjects == [
        "program", "processor", "memory", "libraries", "data", "results", "Slurm", "engine",
        "GPU", "precision", "other engine",
      ])
    #expect(checks.allSatisfy { ["ok", "note"].contains($0["state"] as? String) })
    #expect((checks[3]["finding"] as? String)?.contains(/HDF5 \d+\.\d+\.\d+, OpenBLAS \d/) == true)
    #expect(!FileManager.default.fileExists(atPath: folder + "/results"))
  }

  @Test func `A results folder that is a file makes runs impossible`() throws {
    let file = folder + "/file"
    try Data().write(to: URL(fileURLWithPath: file))
    let checked = try program.run(["doctor", "--results", file, "--json"])
    #expect(checked.exitCode == 1)
    #expect(checked.output.contains(#""state":"problem","subject":"results""#))
  }
}
