import ArgumentParser
import Core
import Experiments
import Foundation
import Torch
import Vision

/// `scl devices`: prints the processor and the cards, whether networks can run on them, and what
/// libtorch was built with; with `--measure` also how fast a step is in each precision.
///
///     cpu  Intel(R) Xeon(R) Processor  2 cores, 23.5 GiB  AVX-512  precision auto: bfloat16
///     libtorch 1.13.0
///     device cuda: libtorch 1.13.0 has no CUDA, or this machine has no GPU: ...
///
/// Exit code 0.
struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "List processor and GPUs, and what libtorch can use of them.",
    discussion: """
      --measure times a training step of a small network in float32 and in bfloat16, on one thread of the \
      processor or on the first GPU, and says which is faster. Precision auto is bfloat16 where a \
      processor has instructions for it; on some, float32 is faster all the same.
      """)

  @Flag(help: "Time a training step in each precision; a minute.")
  var measure = false

  @OptionGroup var output: JSONOption

  func run() throws {
    let devices = Machine.devices
    try show(devices)
    guard measure else { return }
    // The first GPU stands for all.
    for kind in Device.allCases {
      guard let device = devices.first(where: { $0.device == kind.rawValue && $0.usable }) else {
        continue
      }
      try show(StepTimes.measured(on: kind), auto: device.precision)
    }
  }

  private func show(_ devices: [MachineDevice]) throws {
    let reason = Machine.reasonWithoutCard
    guard !output.json else {
      for device in devices { try Console.json(device) }
      return try Console.json(
        EngineLine(
          libtorch: Torch.version, configuration: Torch.configuration,
          withoutCard: reason, advice: Machine.engineAdvice))
    }
    Console.printColumns(devices.map(row))
    Console.print("libtorch \(Torch.version)")
    // The first line is a heading. The build settings are a page of compiler flags, for JSON.
    for line in Torch.configuration.split(separator: "\n").dropFirst()
    where !line.contains("Build settings") {
      Console.print("\(line)")
    }
    if let reason { Console.print(reason) }
    if let advice = Machine.engineAdvice { Console.print(advice) }
  }

  private func row(_ device: MachineDevice) -> [String] {
    let size = [
      device.cores.map { Quantities.count($0, "core") },
      device.memoryBytes.map(Quantities.memory),
    ].compactMap(\.self).joined(separator: ", ")
    return [
      device.device, device.name, size, device.vectors ?? "",
      device.usable ? "precision auto: \(device.precision)" : "not usable",
    ]
  }

  private func show(_ times: StepTimes, auto: Precision) throws {
    if output.json { return try Console.json(times) }
    let rates = Precision.allCases.map { precision in
      String(format: "%@ %.0f images/s", precision.rawValue, times.imagesPerSecond[precision] ?? 0)
    }
    Console.print("\(times.device): \(rates.joined(separator: ", "))")
    if let faster = times.faster, faster != auto {
      Console.print("\(times.device): \(faster) is faster here: use --precision \(faster)")
    }
  }
}

/// libtorch, as printed with `--json`.
private struct EngineLine: Encodable {
  let libtorch: String
  let configuration: String
  /// Why there is no card; absent if there is one.
  let withoutCard: String?
  let advice: String?
}

/// How fast a training step of ResNet-18 (width 32, pooled stem, 64 images of 32 pixels) is.
private struct StepTimes: Encodable {
  let device: Device
  let imagesPerSecond: [Precision: Double]

  /// The precision that is at least a tenth faster; nil if there is none.
  var faster: Precision? {
    let sorted = imagesPerSecond.sorted { $0.value > $1.value }
    return sorted[0].value > 1.1 * sorted[1].value ? sorted[0].key : nil
  }

  /// The medians of nine steps. The precisions take turns.
  static func measured(on device: Device) throws -> StepTimes {
    Torch.keepFreedMemory()
    Torch.threads = 1
    let batch = 64
    var settings = BackboneSettings()
    (settings.width, settings.stem) = (32, .smallPool)
    var stream = RandomStream(seed: 0, purpose: .weights)
    let network = ResNet(settings, on: device, from: &stream)
    let images = Tensor.normal([batch, 3, 32, 32], standardDeviation: 1, from: &stream)
      .to(device).channelsLast()
    var seconds: [Precision: [Double]] = [:]
    for round in 0..<11 {
      for precision in Precision.allCases {
        let time = try ContinuousClock().measure {
          let features = Torch.autocast(precision, on: device) { network(images, training: true) }
          let loss = features.to(.float32).squared().mean()
          try loss.backward()
          for parameter in network.parameters { parameter.tensor.clearGradient() }
          // Waits for the card.
          _ = try loss.scalar()
        }
        // The first steps select and compile kernels.
        if round > 1 { seconds[precision, default: []].append(time / .seconds(1)) }
      }
    }
    return StepTimes(
      device: device,
      imagesPerSecond: seconds.mapValues { Double(batch) / $0.sorted()[$0.count / 2] })
  }

  private enum CodingKeys: String, CodingKey { case device, imagesPerSecond }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(device, forKey: .device)
    try container.encode(
      Dictionary(uniqueKeysWithValues: imagesPerSecond.map { ($0.rawValue, $1) }),
      forKey: .imagesPerSecond)
  }
}
