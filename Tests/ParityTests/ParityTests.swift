import Foundation
import HDF5
import Parity
import Testing

/// `parity.h5`, where the checkout has it beside it.
private let parityFile = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("shared/fixtures/parity.h5").path

private let hasParityFile = FileManager.default.fileExists(atPath: parityFile)

@Suite(.serialized) final class ParityTests {
  /// The operations that have to be known by now.
  private static let operations = [
    "metric.clustering", "loss.instance_discrimination", "loss.scl_semantic", "cluster.kmeans",
    "augment.resized_crop", "augment.brightness", "augment.contrast", "augment.saturation",
    "augment.hue", "augment.greyscale", "augment.gaussian_blur", "image.decode_resize_crop",
    "network.resnet", "optimiser.steps",
  ]

  private let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "parity-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  // MARK: The shared file

  @Test(.enabled(if: hasParityFile, "needs shared/fixtures/parity.h5"))
  func `Every case of a known operation agrees with the other programs`() throws {
    let parity = try ParityFile(parityFile)
    let results = try parity.names().map(parity.run)
    for result in results where Self.operations.contains(result.operation) {
      #expect(result.passed, "\(result.name): \(result.outcome), tolerance \(result.tolerance)")
    }
    for operation in Self.operations {
      #expect(results.contains { $0.operation == operation }, "no case of \(operation)")
    }
  }

  @Test(.enabled(if: hasParityFile, "needs shared/fixtures/parity.h5"))
  func `Every case either passes or is of an operation that is not known yet`() throws {
    let parity = try ParityFile(parityFile)
    for name in try parity.names() {
      let result = try parity.run(name)
      #expect(result.passed || result.outcome == .unknownOperation, "\(result)")
      #expect(result.tolerance > 0)
    }
  }

  // MARK: Files made here

  /// Makes a file of one metric case with two clusters found perfectly, but for `change`.
  private func metricFile(
    operation: String = "metric.clustering", nmi: Double = 1, acc: Double = 1,
    accuracies: Int = 1, tolerance: Double = 1e-6, truth: [Int32] = [0, 0, 1, 1]
  ) throws -> ParityFile {
    let path = folder + "/case.h5"
    let file = try HDF5File(creating: path)
    let group = try file.createGroup("cases").createGroup("one")
    try group.setAttribute("op", operation)
    try group.setAttribute("tolerance", tolerance)
    try group.write("in/truth", truth)
    try group.write("in/predicted", [1, 1, 0, 0] as [Int32])
    try group.write("out/nmi_arithmetic", [nmi])
    try group.write("out/nmi_geometric", [1.0])
    try group.write("out/acc", [Double](repeating: acc, count: accuracies))
    try group.write("out/ari", [1.0])
    try file.close()
    return try ParityFile(path)
  }

  @Test func `A case whose values are right passes`() throws {
    let result = try metricFile().run("one")
    #expect(result.passed)
    #expect(result.name == "one" && result.operation == "metric.clustering")
    guard case .measured(let error) = result.outcome else {
      Issue.record("nothing was measured: \(result.outcome)")
      return
    }
    #expect(error < 1e-12)
  }

  @Test func `A wrong value beyond the tolerance fails, and its error is measured`() throws {
    let result = try metricFile(acc: 0.75).run("one")
    #expect(!result.passed)
    #expect(result.outcome == .measured(0.25))
    #expect(try metricFile(acc: 0.75, tolerance: 0.25).run("one").passed, "within the tolerance")
  }

  @Test func `A value that is not a number never passes`() throws {
    for tolerance in [1e-6, .infinity] {
      let result = try metricFile(nmi: .nan, tolerance: tolerance).run("one")
      #expect(!result.passed)
      guard case .measured(let error) = result.outcome else {
        Issue.record("nothing was measured: \(result.outcome)")
        continue
      }
      #expect(error.isNaN)
    }
    #expect(try !metricFile(tolerance: .nan).run("one").passed)
  }

  @Test func `An operation that is not known is reported as such`() throws {
    let result = try metricFile(operation: "loss.of_tomorrow").run("one")
    #expect(result.outcome == .unknownOperation)
    #expect(!result.passed)
  }

  @Test func `A case that asks for another number of values is refused, not passed`() throws {
    let result = try metricFile(accuracies: 2).run("one")
    #expect(!result.passed)
    #expect(result.outcome == .refused("one: 'acc' has 2 values, and 1 were computed"))
  }

  @Test func `A case without its input is refused with the name of what is missing`() throws {
    let result = try metricFile(operation: "cluster.kmeans").run("one")
    guard case .refused(let reason) = result.outcome else {
      Issue.record("it was not refused: \(result.outcome)")
      return
    }
    #expect(reason.contains("initial_centres"))
  }

  @Test(.enabled(if: hasParityFile, "needs shared/fixtures/parity.h5"))
  func `A tampered copy of a real case fails`() throws {
    let cases = try HDF5File(reading: parityFile).group("cases")
    let name = try #require(
      try cases.children().first {
        try cases.group($0).stringAttribute("op") == "loss.instance_discrimination"
      })
    let original = try cases.group(name)
    for offset in [Float(0), 0.01] {
      let path = folder + "/tampered-\(offset).h5"
      let file = try HDF5File(creating: path)
      let copy = try file.createGroup("cases").createGroup(name)
      try copy.setAttribute("op", "loss.instance_discrimination")
      try copy.setAttribute("tolerance", original.attribute("tolerance", as: Double.self))
      try copy.setAttribute("temperature", original.attribute("temperature", as: Double.self))
      for input in ["in/features", "in/memory"] {
        let data = try original.dataSet(input)
        try copy.write(input, data.read(as: Float.self), shape: data.shape)
      }
      try copy.write("in/index", original.dataSet("in/index").read(as: Int64.self))
      try copy.write("out/loss", original.dataSet("out/loss").read(as: Float.self))
      let gradient = try original.dataSet("out/grad_features")
      var values: [Float] = try gradient.read()
      values[0] += offset
      try copy.write("out/grad_features", values, shape: gradient.shape)
      try file.close()
      #expect(try ParityFile(path).run(name).passed == (offset == 0), "offset \(offset)")
    }
  }

  @Test func `Another HDF5 file is not taken for a parity file`() throws {
    let path = folder + "/other.h5"
    try HDF5File(creating: path).close()
    #expect(throws: ParityError.noCases(file: path)) { try ParityFile(path) }
    let missing = folder + "/missing.h5"
    let error = #expect(throws: HDF5Error.self) { try ParityFile(missing) }
    #expect(error?.description.contains(missing) == true)
  }
}
