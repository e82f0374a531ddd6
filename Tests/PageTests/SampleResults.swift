import Core
import Domain
import Foundation
import Metrics
import Records
import Reporting

/// Finished runs in a temporary folder, with records, histories and assignments, and the table that they make.
struct SampleResults {
  /// How much of everything there is.
  struct Size {
    var methods = 4
    var benchmarks = ["cifar10", "stl10"]
    var seeds = 3
    var epochs = 12
    var images = 400
    var classes = 4
  }

  let folder: String
  let table: ResultTable
  private(set) var sources = ReportSources()

  /// Writes the runs. Scores grow with the method's number, and all values follow from the position.
  /// - Parameter titles: of the first methods; the others are "Method 3" and so on.
  init(_ size: Size = Size(), titles: [String] = []) throws {
    folder = NSTemporaryDirectory() + "page-\(UUID().uuidString)"
    var records: [RunRecord] = []
    for benchmark in size.benchmarks {
      for method in 0..<size.methods {
        let title = titles.indices.contains(method) ? titles[method] : "Method \(method)"
        for seed in 0..<size.seeds {
          let place = RunFolder(
            results: folder, experiment: "sample", benchmark: benchmark, method: "m\(method)",
            seed: UInt64(seed))
          let record = Self.record(
            benchmark, method, title: title, seed: seed, size)
          try FileManager.default.createDirectory(
            atPath: place.path, withIntermediateDirectories: true)
          try Self.history(method, seed, size).write(to: place.history)
          try Self.assignments(record, method, seed, size).write(to: place.assignments)
          try Self.projection(record, size).write(to: place.projection)
          records.append(record)
          sources.folders[.init(record)] = place
        }
      }
    }
    table = try ResultTable(
      ExperimentResults(experiment: "sample", profile: "default", records: records))
  }

  /// Deletes the folder.
  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  private static func record(
    _ benchmark: String, _ method: Int, title: String, seed: Int, _ size: Size
  ) -> RunRecord {
    let acc = 0.2 + 0.02 * Double(method) + 0.003 * Double(seed)
    return RunRecord(
      identity: "identity-\(benchmark)-\(method)-\(seed)", experiment: "sample",
      benchmark: benchmark, method: "m\(method)", methodTitle: title, methodFamily: .classical,
      methodVersion: 1, seed: UInt64(seed), profile: "default",
      settings: ["epochs": .integer(size.epochs)],
      departures: [Departure("epochs", value: .integer(size.epochs), standard: .integer(200))],
      protocol: RunProtocol(imageSize: 32),
      metrics: RunMetrics(
        scores: Scores([
          .nmi: acc / 2, .acc: acc, .ari: acc / 3, .nmiArithmetic: acc / 2,
          .nmiGeometric: acc / 2,
        ]), images: size.images, clusters: size.classes,
        clusterSizes: (0..<size.classes).map { size.images / size.classes + seed - $0 }),
      timing: RunTiming(
        seconds: 60, imagesPerSecond: 100, peakMemoryBytes: 1_000_000, resumptions: 0),
      provenance: Provenance(
        sourceRevision: "r",
        benchmarkFile: BenchmarkProvenance(
          contentHash: "content-\(benchmark)", complete: true, images: size.images,
          definitionImages: size.images, sourceFormat: "binary", rehearsalOf: nil),
        libtorch: "1.13.1", openBLAS: "0.3.21", device: "cpu", deviceName: "EPYC",
        precision: "float32", threads: 1, finishedAt: "2026-11-23T00:00:00Z"))
  }

  private static func history(_ method: Int, _ seed: Int, _ size: Size) throws -> History {
    var history = History()
    for epoch in 1...size.epochs {
      let loss = 5 / Double(epoch + method) + 0.01 * Double(seed)
      let score = 0.1 + 0.3 * Double(epoch) / Double(size.epochs)
      let isScored = epoch % 3 == 0
      try history.append(
        HistoryRow(
          epoch: epoch, loss: loss,
          partialLosses: [PartialLoss("contrast", loss * 0.9), PartialLoss("balance", loss * 0.1)],
          learningRate: 0.1, imagesPerSecond: 100,
          scores: isScored ? Scores([.nmi: score / 2, .acc: score, .ari: score / 3]) : nil))
    }
    return history
  }

  /// Every second image, up to the most that a run keeps, on a spiral.
  private static func projection(_ record: RunRecord, _ size: Size) -> Projection {
    let places = (0..<min(size.images / 2, Projection.mostImages)).map { Int32(2 * $0) }
    return Projection(
      identity: record.identity, vectors: "embeddings", dimensions: 128,
      varianceShares: [0.5, 0.25], places: places,
      coordinates: places.flatMap { place in
        let angle = Float(place) / 50
        return [angle * cos(angle), angle * sin(angle)]
      }, silhouettes: places.map { _ in 0.25 })
  }

  /// Clusters that are the classes turned by one, so that the matching has work to do, with every fifth image in
  /// another one.
  private static func assignments(
    _ record: RunRecord, _ method: Int, _ seed: Int, _ size: Size
  ) throws -> Assignments {
    let classes = Int32(size.classes)
    let truth = (0..<size.images).map { Int32($0) % classes }
    let predicted = truth.enumerated().map { index, label in
      (label + 1 + (index % 5 == seed % 5 ? Int32(method + 1) : 0)) % classes
    }
    return try Assignments(
      identity: record.identity,
      benchmarkContentHash: record.provenance.benchmarkFile.contentHash,
      indices: (0..<Int64(size.images)).map { $0 }, predicted: predicted, truth: truth)
  }
}
