import ArgumentParser
import Benchmarks
import ClassicalClustering
import Core
import Experiments
import Foundation
import Torch
import Vision

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark", abstract: "Measures how fast this program is on this machine.",
    subcommands: [
      Step.self, Convolutions.self, Bank.self, Read.self, Decode.self, KMeansFit.self,
      Spectral.self, Agglomerative.self, NMF.self,
    ])
}

/// The network and batch of a measured step.
struct StepOptions: ParsableArguments {
  @Option(help: "Images in a step.")
  var batch = 128

  @Option(help: "Channels of the network's first stage.")
  var width = 64

  @Option(help: "Steps that are timed; their median counts.")
  var steps = 15

  @Option(help: "Threads.")
  var threads = 2

  @Option(help: "Device.")
  var device: Device = .cpu

  @Option(help: "Arithmetic of convolutions and matrix products.")
  var precision: PrecisionChoice = .auto

  @OptionGroup var output: JSONOption

  func validate() throws {
    try requireRanges([
      ("batch", batch, 1...65_536), ("width", width, 16...256), ("steps", steps, 1...100_000),
      ("threads", threads, 1...1024),
    ])
    try device.checkAvailable()
  }

  /// Times `body` and prints images per second of the median.
  func measure(_ name: String, _ body: @escaping () throws -> Void) throws {
    Torch.keepFreedMemory()
    Torch.threads = threads
    OpenBLAS.useOneThread()
    // The first steps choose and compile kernels.
    for _ in 0..<3 { try body() }
    let median = try medianSeconds(of: [body], rounds: steps)[0]
    let result = SpeedResult(
      benchmark: name, imagesPerSecond: Double(batch) / median, secondsPerStep: median,
      peakMemoryBytes: Machine.peakMemoryBytes, libtorch: Torch.version,
      precision: precision.resolved(on: device).rawValue, threads: threads)
    if output.json {
      try Console.json(result)
    } else {
      Console.print(
        "\(name): \(String(format: "%.1f", result.imagesPerSecond)) images/s, median of \(steps) "
          + "steps of \(batch) images; \(result.precision), \(threads) threads, libtorch "
          + "\(result.libtorch), peak memory \(result.peakMemoryBytes >> 20) MiB")
    }
  }
}

/// What every measurement's numbers are checked by.
/// - Throws: `ValidationError` for the first that lies outside its range.
func requireRanges(_ options: [(name: String, value: Int, range: ClosedRange<Int>)]) throws {
  for (name, value, range) in options where !range.contains(value) {
    throw ValidationError("--\(name) takes \(range.lowerBound) to \(range.upperBound)")
  }
}

/// Median seconds of each of `bodies`, which take turns in every round, so that a noisy neighbour meets
/// all of them.
func medianSeconds(of bodies: [() throws -> Void], rounds: Int) throws -> [Double] {
  let clock = ContinuousClock()
  var times = bodies.map { _ in [Double]() }
  for _ in 0..<rounds {
    for (number, body) in bodies.enumerated() {
      times[number].append(try clock.measure(body) / .seconds(1))
    }
  }
  return times.map { $0.sorted()[rounds / 2] }
}

struct SpeedResult: Encodable {
  let benchmark: String
  let imagesPerSecond: Double
  let secondsPerStep: Double
  let peakMemoryBytes: Int
  let libtorch: String
  let precision: String
  let threads: Int
}

extension BenchmarkCommand {
  struct Step: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A training step of ResNet-18: forward, backward and SGD on 32x32 images.")

    @OptionGroup var step: StepOptions

    func run() throws {
      var stream = RandomStream(seed: 0, purpose: .weights)
      var settings = BackboneSettings()
      settings.width = step.width
      let network = try ResNet(settings, on: step.device, from: &stream)
      let images = try Tensor.normal(
        [step.batch, 3, 32, 32], standardDeviation: 1, from: &stream
      ).to(step.device).channelsLast()
      let optimiser = SGD(
        network.parameters, learningRate: 0.01, momentum: 0.9, nesterov: true, weightDecay: 5e-4)
      let precision = step.precision.resolved(on: step.device)
      try step.measure("step") {
        let features = try Torch.autocast(precision, on: step.device) {
          try network(images, training: true)
        }
        let loss = try features.to(.float32).squared().mean()
        try loss.backward()
        try optimiser.step()
        for parameter in network.parameters { try parameter.tensor.clearGradient() }
        // Waits for a card, which works on its own time.
        _ = try loss.scalar()
      }
    }
  }

  struct Convolutions: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The convolutions of that step alone, forward and backward: the floor of a step.")

    @OptionGroup var step: StepOptions

    func run() throws {
      var stream = RandomStream(seed: 0, purpose: .weights)
      let type: DType =
        step.precision.resolved(on: step.device) == .bfloat16 ? .bfloat16 : .float32
      let layers = try ResNetConvolutions(
        width: step.width, batch: step.batch, type: type, on: step.device, from: &stream)
      try step.measure("convolutions", layers.run)
    }
  }

  struct Read: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Reading all pixels and labels of a benchmark file.")

    @Argument(help: "Benchmark file.")
    var file: String

    func run() throws {
      var images = 0
      func read() throws {
        let benchmark = try BenchmarkFile.open(file)
        _ = try benchmark.pixels()
        images = try benchmark.labels().count
      }
      let seconds = try medianSeconds(of: [read], rounds: 5)[0]
      Console.print("\(images) images in \(String(format: "%.3f", seconds)) s, median of 5 reads")
    }
  }
}
