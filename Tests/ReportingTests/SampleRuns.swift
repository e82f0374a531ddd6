import Core
import Domain
import Metrics
import Records
import Reporting

/// Records with the scores that a test wants; everything else is alike.
enum SampleRuns {
  static let kMeans = TableMethod(name: "kmeans", title: "k-means", family: .classical)
  static let scl = TableMethod(name: "scl", title: "SCL", family: .semantic)
  static let pica = TableMethod(name: "pica", title: "PICA", family: .deepClustering)
  static let moco = TableMethod(name: "moco", title: "MoCo + k-means", family: .contrastive)
  static let truth = TableMethod(name: "true-labels", title: "True labels", family: .control)

  /// A record with scores in per cent, NMI / ACC / ARI.
  static func record(
    _ method: TableMethod, on benchmark: String, seed: UInt64 = 0,
    _ nmi: Double, _ acc: Double, _ ari: Double, geometricNMI: Double? = nil,
    profile: String = "default", departures: [Departure]? = [],
    protocol: RunProtocol = RunProtocol(imageSize: 32),
    file: BenchmarkProvenance = complete
  ) -> RunRecord {
    RunRecord(
      identity: "identity", experiment: "table", benchmark: benchmark, method: method.name,
      methodTitle: method.title, methodFamily: method.family, methodVersion: 1,
      variantOf: method.variantOf, seed: seed, profile: profile, settings: ["epochs": .integer(30)],
      departures: departures, protocol: `protocol`,
      metrics: RunMetrics(
        scores: Scores([
          .nmi: nmi / 100, .acc: acc / 100, .ari: ari / 100, .nmiArithmetic: nmi / 100,
          .nmiGeometric: (geometricNMI ?? nmi) / 100,
        ]), images: 60_000, clusters: 10,
        clusterSizes: Array(repeating: 6_000, count: 10)),
      timing: RunTiming(seconds: 1, imagesPerSecond: nil, peakMemoryBytes: 1, resumptions: 0),
      provenance: Provenance(
        sourceRevision: "r", benchmarkFile: file, libtorch: "1.13.1", openBLAS: "0.3.21",
        device: "cpu", deviceName: "EPYC", precision: "float32", threads: 1,
        finishedAt: "2026-11-23T00:00:00Z"))
  }

  static let complete = BenchmarkProvenance(
    contentHash: "aaaaaaaaaaaaaaaa", complete: true, images: 60_000, definitionImages: 60_000,
    sourceFormat: "CIFAR-10 binary version", rehearsalOf: nil)

  static let incomplete = BenchmarkProvenance(
    contentHash: "bbbbbbbbbbbbbbbb", complete: false, images: 9_353, definitionImages: 60_000,
    sourceFormat: "CIFAR-10 binary version", rehearsalOf: nil)

  static let reEncoded = BenchmarkProvenance(
    contentHash: "dddddddddddddddd", complete: true, images: 60_000, definitionImages: 60_000,
    sourceFormat: "class-folders", rehearsalOf: nil, pixels: .reEncoded)

  static let rehearsal = BenchmarkProvenance(
    contentHash: "cccccccccccccccc", complete: true, images: 200, definitionImages: 200,
    sourceFormat: "generated", rehearsalOf: "stl10")

  static func finished(_ record: RunRecord) -> RunOutcome {
    RunOutcome(
      benchmark: record.benchmark, method: record.method, seed: record.seed,
      result: .finished(record))
  }

  /// A result table of these runs; methods are rows in the order given.
  static func table(
    _ methods: [TableMethod], _ runs: [RunOutcome], profile: String = "default",
    distance: [String] = []
  ) throws -> ResultTable {
    try ResultTable(
      ExperimentResults(
        experiment: "table", profile: profile, methods: methods, runs: runs, distance: distance))
  }

  /// Rows "Row 0", "Row 1", ... of several families, with figures on every benchmark.
  static func tallTable(rows: Int, benchmarks: [String]) throws -> ResultTable {
    let methods = (0..<rows).map {
      let family: MethodFamily = $0 < rows / 3 ? .classical : .contrastive
      return TableMethod(name: "m\($0)", title: "Row \($0)", family: family)
    }
    return try table(
      methods,
      benchmarks.flatMap { benchmark in
        methods.map { finished(record($0, on: benchmark, 10, 20, 5)) }
      })
  }

  /// Two benchmarks, four rows, and everything that can become of a run.
  static func mixedTable() throws -> ResultTable {
    let byLabels = RunProtocol(imageSize: 32, checkpoint: .bestByLabels)
    return try table(
      [scl, truth, kMeans, pica],
      [
        finished(record(kMeans, on: "cifar10", seed: 0, 8.5, 22.8, 4.9, file: incomplete)),
        finished(record(kMeans, on: "cifar10", seed: 1, 8.7, 23.0, 4.9, file: incomplete)),
        finished(
          record(
            pica, on: "cifar10", seed: 0, 50, 60, 40, protocol: byLabels,
            file: incomplete)),
        RunOutcome(
          benchmark: "cifar10", method: "pica", seed: 1,
          result: .failed(reason: "the loss became nan in epoch 3")),
        finished(record(scl, on: "cifar10", seed: 0, 30, 40, 20, file: incomplete)),
        finished(record(scl, on: "cifar10", seed: 1, 32, 44, 21, file: incomplete)),
        finished(record(truth, on: "cifar10", seed: 0, 100, 100, 100, file: incomplete)),
        finished(record(truth, on: "cifar10", seed: 1, 100, 100, 100, file: incomplete)),
        finished(record(kMeans, on: "stl10", seed: 0, 12, 19, 6, file: rehearsal)),
        finished(
          record(
            kMeans, on: "stl10", seed: 1, 13, 20, 6, profile: "quick",
            file: rehearsal)),
        RunOutcome(
          benchmark: "stl10", method: "pica", seed: 0,
          result: .failed(reason: "killed by signal 9")),
        RunOutcome(
          benchmark: "stl10", method: "pica", seed: 1,
          result: .failed(reason: "killed by signal 9")),
        RunOutcome(
          benchmark: "stl10", method: "scl", seed: 0,
          result: .stale(reason: "epochs 30, now 40")),
        RunOutcome(benchmark: "stl10", method: "scl", seed: 1, result: .missing),
        RunOutcome(
          benchmark: "stl10", method: "true-labels", seed: 0,
          result: .notApplicable(reason: "no labels")),
      ],
      distance: ["30 epochs instead of 200"])
  }
}
