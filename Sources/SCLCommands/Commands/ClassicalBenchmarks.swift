import ArgumentParser
import Benchmarks
import ClassicalClustering
import Core
import Experiments
import Foundation
import HDF5
import Methods
import Torch
import Vision

extension BenchmarkCommand {
  /// The side that `benchmarks/kmeans.py` is compared with.
  struct KMeansFit: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "kmeans",
      abstract: "k-means from given centres: HDF5 with 'points' [N, D] and 'centres' [K, D].")

    @Argument(help: "HDF5 file with float32 data sets 'points' and 'centres'.")
    var file: String

    @Option(help: "Moves of the centres; fewer if no label changes before.")
    var iterations = 25

    @Option(help: "Fits that are timed; their median counts.")
    var repeats = 5

    @Option(help: "Threads.")
    var threads = 2

    @OptionGroup var output: JSONOption

    func validate() throws {
      try requireRanges([
        ("iterations", iterations, 1...100_000), ("repeats", repeats, 1...100_000),
        ("threads", threads, 1...1024),
      ])
    }

    private struct Line: Encodable {
      let benchmark = "kmeans"
      let points: Int
      let dimensions: Int
      let clusters: Int
      let seconds: Double
      let iterations: Int
      let inertia: Double
      let threads: Int
      let openBLAS: String
      let peakMemoryBytes: Int
    }

    func run() throws {
      let input = try HDF5File(reading: file)
      let set = try input.dataSet("points")
      let (dimensions, count) = (set.rowSize, set.rowCount)
      let points: [Float] = try set.read()
      let centres: [Float] = try input.dataSet("centres").read()
      var kMeans = KMeans(clusters: centres.count / max(1, dimensions))
      kMeans.maximumIterations = iterations
      kMeans.tolerance = 0
      kMeans.threads = threads
      var result: KMeansResult?
      func fit() throws {
        result = try kMeans.fit(points, dimensions: dimensions, startingFrom: centres)
      }
      let seconds = try medianSeconds(of: [fit], rounds: repeats)[0]
      guard let result else { return }
      let line = Line(
        points: count, dimensions: dimensions, clusters: kMeans.clusters,
        seconds: seconds, iterations: result.iterations,
        inertia: result.inertia, threads: threads, openBLAS: OpenBLAS.configuration,
        peakMemoryBytes: Machine.peakMemoryBytes)
      if output.json { return try Console.json(line) }
      Console.print(
        "scl: \(String(format: "%.3f", line.seconds)) s, median of \(repeats) fits of \(count) x "
          + "\(dimensions) points with K = \(line.clusters); \(line.iterations) iterations, inertia "
          + "\(String(format: "%.1f", line.inertia)), \(threads) threads, \(line.openBLAS)")
    }
  }

  struct Spectral: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Spectral clustering of a benchmark file's labelled images.")

    @OptionGroup var pixels: PixelOptions

    func run() throws { try pixels.measure(SpectralOnPixels.self) }
  }

  struct Agglomerative: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Agglomerative clustering of a benchmark file's labelled images.")

    @OptionGroup var pixels: PixelOptions

    func run() throws { try pixels.measure(AgglomerativeOnPixels.self) }
  }

  struct NMF: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Nonnegative matrix factorisation of a benchmark file's labelled images.")

    @OptionGroup var pixels: PixelOptions

    func run() throws { try pixels.measure(NMFOnPixels.self) }
  }
}

/// The images that a classical method is timed on.
struct PixelOptions: ParsableArguments {
  @Argument(help: "Benchmark file.")
  var file: String

  @Option(help: "At most so many images, spread over the file (default: all).")
  var images: Int?

  @Option(
    name: .customLong("set"), help: "A setting other than its default: KEY=VALUE.")
  var overrides: [String] = []

  @Option(help: "Threads.")
  var threads = 2

  @OptionGroup var output: JSONOption

  private struct Line: Encodable {
    let benchmark: String
    let images: Int
    let dimensions: Int
    let clusters: Int
    let seconds: Double
    let threads: Int
    let openBLAS: String
    let peakMemoryBytes: Int
  }

  func validate() throws {
    if let images, images < 1 { throw ValidationError("--images takes 1 or more") }
    try requireRanges([("threads", threads, 1...1024)])
  }

  /// Times one assignment of all images by a method with the defaults of the file's benchmark.
  func measure<Method: ClusteringMethod>(_ type: Method.Type) throws {
    let benchmark = try BenchmarkFile.open(file)
    let labelled = benchmark.indices(of: [.train, .test])
    let count = min(images ?? labelled.count, labelled.count)
    let rows = (0..<count).map { labelled[labelled.count * $0 / count] }
    let pixels = try benchmark.pixels(at: rows)
    let set = try ImageSet(
      pixels: pixels, height: benchmark.info.imageSize, width: benchmark.info.imageSize,
      in: ContentOrder(pixels: pixels, count: rows.count, seed: 0))
    let clusters = try BenchmarkDefinition.named(benchmark.info.benchmark).classCount
    var values = Method.benchmarkDefaults[benchmark.info.benchmark] ?? [:]
    for text in overrides {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw ValidationError("--set takes KEY=VALUE") }
      values[parts[0]] = SettingValue(scalar: parts[1])
    }
    let method = try Method(
      settings: Method.Settings.schema.resolve(values),
      context: MethodContext(clusters: clusters, seed: 0, threads: threads), images: set)
    OpenBLAS.useOneThread()
    let seconds = try ContinuousClock().measure { _ = try method.assign(set) } / .seconds(1)
    let line = Line(
      benchmark: Method.description.name, images: count,
      dimensions: 3 * set.height * set.width, clusters: clusters, seconds: seconds,
      threads: threads, openBLAS: OpenBLAS.configuration,
      peakMemoryBytes: Machine.peakMemoryBytes)
    if output.json { return try Console.json(line) }
    Console.print(
      "\(line.benchmark): \(String(format: "%.1f", seconds)) s for \(count) x \(line.dimensions) "
        + "pixels with K = \(clusters); \(threads) threads, peak memory "
        + "\(line.peakMemoryBytes >> 20) MiB, \(line.openBLAS)")
  }
}
