import ArgumentParser
import ClassicalClustering
import Core
import Experiments
import Foundation
import Torch
import Vision

/// Measures how fast this package is on this machine, beside the programs that the scripts of
/// `benchmarks/` run. No product or test target depends on it.
@main
struct Speed: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scl-speed", abstract: "Measures the speed of scl on this machine.",
    subcommands: [
      Step.self, Convolutions.self, Bank.self, Augment.self, Read.self, Decode.self,
      KMeansFit.self, Classical.self, Score.self, Growth.self, MethodSteps.self,
    ])
}

extension Device: ExpressibleByArgument {}
extension PrecisionChoice: ExpressibleByArgument {}

/// Options shared by measurements that compute.
struct ThreadOption: ParsableArguments {
  @Option(help: "Number of threads.")
  var threads = 2

  /// Sets the thread counts of libtorch and OpenBLAS as a run of an experiment does.
  func apply() {
    Torch.keepFreedMemory()
    Torch.threads = threads
    OpenBLAS.useOneThread()
  }
}

extension ResNetStem: ExpressibleByArgument {}
extension BackboneSettings.Depth: ExpressibleByArgument {}

/// The shape of the network of a step.
struct ShapeOptions: ParsableArguments {
  @Option(help: "Channels of the network's first stage.")
  var width = 64

  @Option(help: "Layers of the network: 18 or 34.")
  var depth = BackboneSettings.Depth.eighteen

  @Option(help: "First layers: small, small-pool, small-padded-pool or imagenet.")
  var stem = ResNetStem.small

  @Option(help: "Height and width of the images in pixels.")
  var imageSize = 32

  var settings: BackboneSettings {
    var settings = BackboneSettings()
    (settings.width, settings.depth, settings.stem) = (width, depth, stem)
    return settings
  }

  /// "ResNet-18, width 64, stem small, 32 px"
  var text: String {
    "ResNet-\(depth.rawValue), width \(width), stem \(stem.rawValue), \(imageSize) px"
  }
}

/// Options of measurements that train a network.
struct StepOptions: ParsableArguments {
  @Option(help: "Images per step.")
  var batch = 128

  @OptionGroup var shape: ShapeOptions

  @Option(help: "Number of timed steps; the median is reported.")
  var steps = 15

  @Option(help: "Device: cpu or cuda.")
  var device: Device = .cpu

  @Option(help: "Precision of convolutions and matrix products.")
  var precision: PrecisionChoice = .auto

  @OptionGroup var thread: ThreadOption

  func validate() throws {
    try Machine.checkHas(device)
    guard batch > 0, shape.width > 0, shape.imageSize > 0, steps > 0 else {
      throw ValidationError("--batch, --width, --image-size and --steps take positive numbers")
    }
  }

  /// What every line about a network ends with.
  var conditions: String {
    "\(shape.text), batch \(batch), \(precision.resolved(on: device)), \(thread.threads) threads, "
      + "libtorch \(Torch.version), median of \(steps)"
  }

  /// Times `body` and prints the images per second of its median step.
  func measure(_ name: String, _ body: @escaping () throws -> Void) throws {
    thread.apply()
    // The first steps select and compile kernels.
    for _ in 0..<3 { try body() }
    let median = try medianSeconds(of: [body], rounds: steps)[0]
    print(
      "\(name): \(fixed(Double(batch) / median, 1)) images/s; \(conditions), "
        + "peak memory \(Machine.peakMemoryBytes >> 20) MiB")
  }
}

/// The median time of each body in seconds.
func medianSeconds(of bodies: [() throws -> Void], rounds: Int) throws -> [Double] {
  try seconds(of: bodies, rounds: rounds).map { $0.sorted()[rounds / 2] }
}

/// The times of each body in seconds.
///
/// The bodies take turns in every round, so that other load on the machine affects all of them alike.
func seconds(of bodies: [() throws -> Void], rounds: Int) throws -> [[Double]] {
  let clock = ContinuousClock()
  var times = bodies.map { _ in [Double]() }
  for _ in 0..<rounds {
    for (number, body) in bodies.enumerated() {
      times[number].append(try clock.measure(body) / .seconds(1))
    }
  }
  return times
}

/// Images of noise, the same in every call.
func noiseImages(_ count: Int, side: Int) throws -> ImageSet {
  var stream = RandomStream(seed: 0, purpose: .method)
  let pixels = (0..<count * side * side * 3).map { _ in UInt8(truncatingIfNeeded: stream.next()) }
  return try ImageSet(pixels: pixels, height: side, width: side, drawKeys: Array(0..<count))
}

/// A number with a fixed count of decimals.
func fixed(_ value: Double, _ decimals: Int) -> String {
  String(format: "%.\(decimals)f", value)
}
