import Benchmarks
import Foundation
import HDF5
import Testing

/// The recipe of docs/clusters.md that loads an encoder in PyTorch.
extension CommandLineTests {
  /// SCL_PYTHON, or python3 of the path.
  private static let python = ProcessInfo.processInfo.environment["SCL_PYTHON"] ?? "python3"

  /// Whether that Python has what the recipe imports.
  private static let hasTorch =
    Program.isSlow
    && (try? runPython(["-c", "import torch, torchvision, safetensors, numpy"])) == 0

  @discardableResult
  private static func runPython(_ arguments: [String], in folder: String = "/") throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    try process.waitForEnd()
    return process.terminationStatus
  }

  /// The block of the page that loads an encoder.
  private func recipe() throws -> String {
    let page = Self.repository.appendingPathComponent("docs/clusters.md").path
    let blocks = try String(contentsOfFile: page, encoding: .utf8).components(
      separatedBy: "```python\n"
    ).dropFirst().compactMap { $0.components(separatedBy: "```").first }
    return try #require(blocks.first { $0.contains("load_state_dict") })
  }

  @Test(
    .enabled(
      if: hasTorch,
      "needs SCL_SLOW, and a Python with torch, torchvision, safetensors and numpy (SCL_PYTHON)"))
  func `PyTorch loads an encoder strictly and computes the same features`() throws {
    let file = try write(
      """
      benchmarks: [rehearsal]
      methods: [instdisc]
      protocol: {train: test, score: test}
      settings: {defaults: {epochs: 1, width: 64, stem: small, batch_size: 64, restarts: 1}}
      """, to: "recipe.yaml")
    let places = try [
      "--data", Self.data.get(), "--results", "\(folder)/results", "--precision", "float32",
    ]
    #expect(try program.run(["run", file] + places).exitCode == 0)
    let made = try program.run(["features", file, "--out", "\(folder)/features.h5"] + places)
    #expect(made.exitCode == 0, "\(made.errors)")
    let group = try HDF5File(reading: "\(folder)/features.h5").group("rehearsal/instdisc/seed-0")
    let count = 32
    let indices: [Int64] = try group.dataSet("indices").read(rows: 0..<count)
    let expected: [Float] = try group.dataSet("features").read(rows: 0..<count)

    let images = try BenchmarkFile.open(Self.data.get() + "/rehearsal.h5")
    let side = images.info.imageSize
    try Data(images.pixels(at: indices.map { Int($0) }))
      .write(to: URL(fileURLWithPath: "\(folder)/images.bin"))
    try FileManager.default.copyItem(
      atPath: "\(folder)/results/recipe/rehearsal/instdisc/seed-0/encoder.safetensors",
      toPath: "\(folder)/encoder.safetensors")
    let script = try write(
      recipe() + """

        import numpy
        pixels = numpy.fromfile("images.bin", dtype="uint8").reshape(-1, \(side), \(side), 3)
        images = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
        features(images).numpy().astype("float32").tofile("features.bin")

        """, to: "recipe.py")
    #expect(try Self.runPython([script], in: folder) == 0)
    let found = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/features.bin"))
      .withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    #expect(found.count == expected.count && expected.contains { $0 > 0.1 })
    let deviation = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(deviation < 1e-3, "\(deviation)")
  }
}
