import Foundation
import HDF5
import Parity
import Testing

@Suite(.serialized) final class ParityTests {
  private let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "parity-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

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
    #expect(result.outcome == .refused("one: expected 2 values of 'acc', computed 1"))
  }

  @Test func `A case without its input is refused with the name of what is missing`() throws {
    let result = try metricFile(operation: "cluster.kmeans").run("one")
    guard case .refused(let reason) = result.outcome else {
      Issue.record("it was not refused: \(result.outcome)")
      return
    }
    #expect(reason.contains("initial_centres"))
  }

  @Test(arguments: [
    ("augment.resized_crop", ["top": 6], "top cannot be 6: it takes 0 to 5"),
    ("augment.resized_crop", ["top": 2, "height": 5], "height cannot be 5: it takes 1 to 4"),
    ("augment.resized_crop", ["width": -1], "width cannot be -1: it takes 1 to 4"),
    ("augment.resized_crop", ["size": 0], "size cannot be 0: it takes 1 to 4096"),
    ("augment.gaussian_blur", ["kernel": 4], "kernel cannot be 4: it takes odd numbers"),
    ("augment.gaussian_blur", ["kernel": 9], "kernel cannot be 9: it takes 1 to 7"),
    ("cluster.kmeans", [:], "'initial_centres' has shape [3], expected 2 dimensions"),
    ("loss.scan", [:], "'anchor' has shape [3], expected 2 dimensions"),
  ])
  func `A case that makes no sense is refused with what is wrong`(
    _ operation: String, _ changes: [String: Int], _ problem: String
  ) throws {
    let path = folder + "/case.h5"
    let file = try HDF5File(creating: path)
    let group = try file.createGroup("cases").createGroup("one")
    try group.setAttribute("op", operation)
    try group.setAttribute("tolerance", 1e-3)
    try group.setAttribute("sigma", 1.0)
    // Of an image of 6 x 4 pixels.
    let whole = ["top": 0, "left": 0, "height": 6, "width": 4, "size": 4, "flip": 0, "kernel": 3]
    for (name, value) in whole.merging(changes, uniquingKeysWith: { $1 }) {
      try group.setAttribute(name, Int64(value))
    }
    try group.write("in/image", [UInt8](repeating: 9, count: 72), shape: [6, 4, 3])
    for flat in ["in/initial_centres", "in/points", "in/anchor", "in/neighbour"] {
      try group.write(flat, [1, 2, 3] as [Float])
    }
    try file.close()
    #expect(try ParityFile(path).run("one").outcome == .refused("one: " + problem))
  }

  @Test(.enabled(if: SharedParityFiles.has("parity.h5"), "needs shared/fixtures/parity.h5"))
  func `A tampered copy of a real case fails`() throws {
    let cases = try HDF5File(reading: SharedParityFiles.path("parity.h5")).group("cases")
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
