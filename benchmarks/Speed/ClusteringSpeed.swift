import ArgumentParser
import Benchmarks
import ClassicalClustering
import Core
import Domain
import Experiments
import HDF5
import Methods
import Vision

extension Speed {
  /// The counterpart of benchmarks/kmeans.py.
  struct KMeansFit: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "kmeans", abstract: "Time k-means from given initial centres.")

    @Argument(help: "HDF5 file with float32 data sets 'points' [N, D] and 'centres' [K, D].")
    var file: String

    @Option(help: "Maximum number of iterations; k-means stops earlier if no label changes.")
    var iterations = 25

    @Option(help: "Number of timed fits; the median is reported.")
    var repeats = 5

    @OptionGroup var thread: ThreadOption

    func run() throws {
      let input = try HDF5File(reading: file)
      let set = try input.dataSet("points")
      let points: [Float] = try set.read()
      let centres: [Float] = try input.dataSet("centres").read()
      var kMeans = KMeans(clusters: centres.count / max(1, set.rowSize))
      kMeans.maximumIterations = iterations
      kMeans.tolerance = 0
      kMeans.threads = thread.threads
      var result: KMeansResult?
      func fit() throws {
        result = try kMeans.fit(points, dimensions: set.rowSize, startingFrom: centres)
      }
      let seconds = try medianSeconds(of: [fit], rounds: max(1, repeats))[0]
      guard let result else { return }
      print(
        "scl: \(fixed(seconds, 3)) s, median of \(repeats) fits of \(set.rowCount) x "
          + "\(set.rowSize) points with K = \(kMeans.clusters); \(result.iterations) iterations, "
          + "inertia \(fixed(Double(result.inertia), 1)), \(thread.threads) threads, "
          + "\(OpenBLAS.configuration)")
    }
  }

  /// Times one assignment by a classical method on real images.
  struct Classical: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time a classical method on the labelled images of a benchmark file.")

    @Argument(help: "Method: kmeans, spectral, agglomerative or nmf.")
    var method: String

    @Argument(help: "Benchmark file.")
    var file: String

    @Option(help: "Maximum number of images, spread over the file (default: all).")
    var images: Int?

    @Option(name: .customLong("set"), help: "Override a setting: KEY=VALUE.")
    var overrides: [String] = []

    @OptionGroup var thread: ThreadOption

    func run() throws {
      let type = try MethodRegistry.builtIn.method(method)
      guard type.description.family == .classical else {
        throw ValidationError("'\(method)' is not a classical method")
      }
      try measure(type)
    }

    /// Times one assignment of the images, with the method's defaults for the file's benchmark.
    private func measure<Method: ClusteringMethod>(_ type: Method.Type) throws {
      let benchmark = try BenchmarkFile.open(file)
      let labelled = benchmark.indices(of: [.train, .test])
      let count = min(max(1, images ?? labelled.count), labelled.count)
      let pixels = try benchmark.pixels(
        at: (0..<count).map { labelled[labelled.count * $0 / count] })
      let set = try ImageSet(
        pixels: pixels, height: benchmark.info.imageSize, width: benchmark.info.imageSize,
        in: ContentOrder(pixels: pixels, count: count, seed: 0))
      let clusters = try BenchmarkDefinition.named(benchmark.info.benchmark).classCount
      var values = Method.benchmarkDefaults[benchmark.info.benchmark] ?? [:]
      for text in overrides {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw ValidationError("--set takes KEY=VALUE") }
        values[parts[0]] = SettingValue(scalar: parts[1])
      }
      let method = try Method(
        settings: Method.Settings.schema.resolve(values),
        context: MethodContext(clusters: clusters, seed: 0, threads: thread.threads), images: set)
      OpenBLAS.useOneThread()
      let seconds = try medianSeconds(of: [{ _ = try method.assign(set) }], rounds: 1)[0]
      print(
        "\(self.method): \(fixed(seconds, 1)) s for \(count) x \(3 * set.height * set.width) "
          + "pixels with K = \(clusters); \(thread.threads) threads, peak memory "
          + "\(Machine.peakMemoryBytes >> 20) MiB, \(OpenBLAS.configuration)")
    }
  }
}
