import Foundation
import Testing

extension CommandLineTests {
  @Test func `Devices are listed with what libtorch can use of them`() throws {
    let listed = try program.run(["devices"])
    #expect(listed.exitCode == 0, "\(listed.errors)")
    #expect(listed.lines[0].hasPrefix("cpu "))
    #expect(listed.lines[0].contains(/\d+ cores?, [\d.]+ GiB/))
    #expect(listed.lines[0].contains(/precision auto: (float32|bfloat16)$/))
    #expect(listed.output.contains("\nlibtorch "))
    let objects = try program.run(["devices", "--json"]).objects()
    #expect(objects[0]["device"] as? String == "cpu" && objects[0]["usable"] as? Bool == true)
    #expect((objects[0]["memoryBytes"] as? Int ?? 0) > 1 << 28)
    #expect((objects.last?["configuration"] as? String)?.contains("Build settings") == true)
  }

  @Test(arguments: [
    ["run", "experiment.yaml", "--device", "cuda"], ["verify", "x.h5", "--device", "cuda"],
    ["devices"],
  ])
  func `Without a card, one line says so and what to do`(_ arguments: [String]) throws {
    let cards = try program.run(["devices", "--json"]).objects().count {
      $0["device"] as? String == "cuda" && $0["usable"] as? Bool == true
    }
    guard cards == 0 else { return }
    try "benchmarks: [rehearsal]\nmethods: [instdisc]\n".write(
      toFile: folder + "/experiment.yaml", atomically: true, encoding: .utf8)
    let runs = arguments[0] == "run"
    let data = try runs ? ["--data", Self.data.get(), "--results", folder + "/r"] : []
    let refused = try program.run(arguments + data)
    let isRefused = arguments[0] != "devices"
    #expect(refused.exitCode == (isRefused ? 64 : 0))
    let lines = (refused.output + refused.errors).split(separator: "\n")
    #expect(lines.count { $0.contains("device cuda: ") && $0.contains("build with LIBTORCH") } == 1)
    if isRefused { #expect(refused.errorLines.count == 1) }
  }

  @Test func `Unknown kernels of convolutions are refused instead of ignored`() throws {
    let environment = Program(folder: folder, path: "/usr/bin/env")
    let refused = try environment.run(["SCL_CONVOLUTIONS=onednn", Program.path, "devices"])
    #expect(refused.exitCode == 64 && refused.errorLines.count == 1, "\(refused.errors)")
    #expect(refused.errors.contains("SCL_CONVOLUTIONS: 'onednn'"))
    #expect(refused.errors.contains("avx512, avx2, libtorch"))
    let known = try environment.run(["SCL_CONVOLUTIONS=libtorch", Program.path, "devices"])
    #expect(known.exitCode == 0, "\(known.errors)")
  }

  @Test func `Faster operators are for cards alone`() throws {
    try "benchmarks: [rehearsal]\nmethods: [kmeans]\n".write(
      toFile: folder + "/experiment.yaml", atomically: true, encoding: .utf8)
    let refused = try program.run([
      "run", "experiment.yaml", "--fast", "--data", Self.data.get(), "--results", folder + "/r",
    ])
    #expect(refused.exitCode == 64 && refused.errors.contains("--fast is for --device cuda"))
    #expect(!FileManager.default.fileExists(atPath: folder + "/r"))
  }
}
