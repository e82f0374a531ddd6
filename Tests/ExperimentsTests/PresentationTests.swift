import Benchmarks
import Core
import Experiments
import Foundation
import Methods
import Records
import Testing
import Torch
import Vision

/// Takes the images of a class to follow each other.
final class PositionReader: ClusteringMethod {
  struct Settings: Configurable {
    static let schema = SettingsSchema<Self>([])
  }

  static let description = MethodDescription(
    name: "position-reader", title: "Position reader", family: .classical, version: 1,
    reference: "Nobody, 2024", summary: "clusters by position")

  let inputs: Inputs
  private let clusters: Int

  init(_ inputs: Inputs) {
    self.inputs = inputs
    clusters = inputs.context.clusters
  }

  func assign(_ images: ImageSet) throws -> [Int32] {
    (0..<images.count).map { Int32($0 * clusters / images.count) }
  }
}

/// The order in which a run presents images, from a benchmark file that is stored class by class.
extension ExperimentsTests {
  private static let presentationRegistry = MethodRegistry.builtIn.adding([PositionReader.self])

  /// A record of CIFAR-10's binary version: the label, and a plane of each colour.
  private func cifarRecord(_ label: Int, _ number: Int) -> [UInt8] {
    var stream = RandomStream(seed: 3, purpose: .rehearsal, item: number)
    return [UInt8(label)] + (0..<3_072).map { _ in UInt8(stream.integer(below: 256)) }
  }

  /// Makes a benchmark file of 400 images, ten in a hundred identical, and returns its folder.
  /// - Parameter order: of the images' numbers; by their numbers they are stored class by class.
  private func sorted(_ name: String, order: [Int]) throws -> String {
    let originals = folder + "/originals-\(name)"
    try FileManager.default.createDirectory(atPath: originals, withIntermediateDirectories: true)
    let records = order.map { number in
      cifarRecord(number / 40, number % 10 == 0 ? 0 : number)
    }
    try Data(records.flatMap { $0 }).write(
      to: URL(fileURLWithPath: originals + "/test_batch.bin"))
    let data = folder + "/data-\(name)"
    var options = PreparationOptions()
    options.acceptsPartial = true
    _ = try BenchmarkPreparation.prepare(
      .named("cifar10"), from: originals, to: data + "/cifar10.h5", options: options)
    return data
  }

  private func presentationPlan(_ data: String, methods: String) throws -> Plan {
    let text = """
      benchmarks: [cifar10]
      methods: [\(methods)]
      protocol: {train: test, score: test}
      settings: {defaults: {epochs: 1, batch_size: 100, width: 16, restarts: 1}}
      """
    return try Plan(
      ExperimentFile(registry: Self.presentationRegistry).read(write(text, to: "order.yaml")),
      options: RunOptions(data: data, results: data + "/results", precision: .float32, threads: 1),
      registry: Self.presentationRegistry)
  }

  private func finish(_ data: String, _ method: String) throws -> (RunRecord, Assignments) {
    let plan = try presentationPlan(data, methods: method)
    try RunExecution(plan.runs[0], options: plan.options, experiment: plan.experiment).run()
    return (
      try RunRecord.read(from: plan.runs[0].folder.record),
      try Assignments.read(from: plan.runs[0].folder.assignments)
    )
  }

  @Test func `A run presents images by content, and its assignments are in the file's order`()
    throws
  {
    let data = try sorted("classes", order: Array(0..<400))
    let run = try presentationPlan(data, methods: "kmeans").runs[0]
    let file = try BenchmarkFile.open(data + "/cifar10.h5")
    let task = try RunTask(file, run: run)
    #expect(task.learntIndices.sorted() == Array(0..<400))
    let pixels = try file.pixels()
    let order = ContentOrder(pixels: pixels, count: 400, seed: run.seed)
    #expect(task.learntIndices == order.places)
    #expect(
      try task.learnt.bytes(at: [0, 399]).bytes()
        == file.pixels(at: [order.places[0], order.places[399]]))

    let (record, truth) = try finish(data, "true-labels")
    #expect(record.metrics.scores?[.acc] == 1)
    #expect(truth.indices == (0..<400).map { Int64($0) })
    #expect(try truth.predicted == file.labels() && truth.truth == file.labels())
    var hash = SHA256Hash()
    order.places.map { Int64($0).littleEndian }.withUnsafeBytes { hash.update($0) }
    #expect(
      record.provenance.presentation
        == PresentationProvenance(version: ContentOrder.version, order: hash.hexadecimal))
  }

  @Test func `A method that clusters by position finds what chance finds in sorted classes`() throws
  {
    let (record, assignments) = try finish(
      sorted("position", order: Array(0..<400)), "position-reader")
    // Ten clusters of 40 dealt out at random among ten classes of 40 have an accuracy of about 0.17.
    let scores = try #require(record.metrics.scores)
    let (acc, ari) = (try #require(scores[.acc]), try #require(scores[.ari]))
    #expect(acc < 0.22 && abs(ari) < 0.02)
    #expect(record.metrics.clusterSizes == Array(repeating: 40, count: 10))
    #expect(assignments.truth == (0..<400).map { Int32($0 / 40) })
  }

  @Test(arguments: ["kmeans", "instdisc"])
  func `Images stored in another order have the same clusters`(_ method: String) throws {
    var stream = RandomStream(seed: 9, purpose: .shuffle)
    let order = stream.permutation(of: 400)
    let (_, first) = try finish(sorted("first", order: Array(0..<400)), method)
    let (_, second) = try finish(sorted("second", order: order), method)
    // Identical images exchange their places, and nothing else changes.
    let others = order.enumerated().filter { !$0.element.isMultiple(of: 10) }
    #expect(others.allSatisfy { second.predicted[$0.offset] == first.predicted[$0.element] })
    #expect(second.truth == order.map { first.truth[$0] })
    #expect(
      second.predicted.sorted() == first.predicted.sorted())
  }
}
