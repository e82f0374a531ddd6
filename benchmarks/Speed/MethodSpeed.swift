import ArgumentParser
import Core
import Domain
import Experiments
import Foundation
import Methods
import Torch
import Vision

extension Speed {
  /// Measures training steps of the methods themselves.
  struct MethodSteps: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "methods",
      abstract: "Time a training step of every method in alternation with SimCLR's.",
      discussion: """
        A step is that of a run: views, loss, gradients, optimiser, and what follows it, such as the update \
        of a memory bank; where targets are fixed for a block of images, also the step's share of making \
        them. The last of 20 epochs is timed, so that every warm-up is over. Work before an epoch, such as \
        a clustering of all images, is left out ('scl plan' measures it). \
        All methods have the same images, batches and residual network, and otherwise their defaults; a \
        method without a residual network has its own. Methods that start from another's run start from \
        its untrained network. \
        Methods differ in the images that a step shows the network: views times the images of a batch. \
        Where they do, the time per shown image is the fair figure.
        """)

    @Option(help: "Methods, separated by commas (default: all that train).")
    var only: String?

    @Option(help: "Images of a batch.")
    var batch = 128

    @Option(help: "Channels of the network's first stage.")
    var width = 32

    @Option(help: "Layers of the network: 18 or 34.")
    var depth = BackboneSettings.Depth.eighteen

    @Option(help: "First layers: small, small-pool, small-padded-pool or imagenet.")
    var stem = ResNetStem.smallPool

    @Option(help: "Height and width of the images in pixels.")
    var imageSize = 32

    @Option(help: "Images to learn from (default: eight batches, at least 256).")
    var images: Int?

    @Option(help: "Clusters, K.")
    var clusters = 10

    @Option(help: "Rounds, each a step of SimCLR's and one of the method; medians are reported.")
    var rounds = 9

    @Option(help: "Device: cpu or cuda.")
    var device: Device = .cpu

    @Option(help: "Precision of convolutions and matrix products.")
    var precision: PrecisionChoice = .auto

    @OptionGroup var thread: ThreadOption

    @Flag(help: "Print the table in Markdown.")
    var markdown = false

    @Flag(help: "Print JSON, one object per line.")
    var json = false

    func validate() throws {
      try Machine.checkHas(device)
      guard batch > 1, width > 0, imageSize > 0, clusters > 1, rounds > 0 else {
        throw ValidationError(
          "--width, --image-size and --rounds take positive numbers, --batch and --clusters 2 or more"
        )
      }
      guard images ?? batch >= batch else {
        throw ValidationError("--images takes at least as many as a batch has")
      }
    }

    /// What all methods have in common.
    private var task: MethodTask {
      get throws {
        try MethodTask(
          context: MethodContext(
            clusters: clusters, seed: 0, device: device,
            precision: precision.resolved(on: device), threads: thread.threads),
          images: noiseImages(images ?? max(8 * batch, 256), side: imageSize),
          settings: [
            SettingName.width: .integer(width), SettingName.depth: .text(depth.rawValue),
            "stem": .text(stem.rawValue), "batch_size": .integer(batch),
            SettingName.viewSize: 0, SettingName.epochs: .integer(MethodTask.epochs),
          ])
      }
    }

    private var conditions: String {
      "ResNet-\(depth.rawValue), width \(width), stem \(stem.rawValue), \(imageSize) px, batch \(batch), "
        + "\(precision.resolved(on: device)), \(thread.threads) threads, libtorch \(Torch.version), "
        + "\(Machine.name(of: device)), medians of \(rounds)"
    }

    func run() throws {
      let registry = MethodRegistry.builtIn
      let chosen =
        try only.map { try $0.split(separator: ",").map { try registry.method(String($0)) } }
        ?? registry.methods.filter { $0 is any TrainedMethod.Type }
      thread.apply()
      let task = try task
      let reference = try MethodStep(SimCLR.self, of: task)
      var rows: [MethodStepTimes] = []
      var failures = 0
      for type in chosen {
        do {
          let times = try MethodStepTimes(
            MethodStep(type, of: task), beside: reference, rounds: rounds)
          rows.append(times)
          note("\(times.method): \(fixed(times.ratio, 2))")
        } catch {
          failures += 1
          note("\(type.description.name) cannot be timed: \(error)")
        }
      }
      try show(rows)
      if failures > 0 { throw ExitCode.failure }
    }

    private func show(_ rows: [MethodStepTimes]) throws {
      guard !json else {
        for row in rows {
          print(String(decoding: try JSONEncoder.sorted().encode(row), as: UTF8.self))
        }
        return
      }
      print("\(conditions)\n")
      for line in tableLines([MethodStepTimes.head] + rows.map(\.cells), markdown: markdown) {
        print(line)
      }
    }

    /// Progress, beside the table.
    private func note(_ line: String) {
      try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }
  }
}

/// Rows, the first of which is the head, as lines in Markdown or in aligned columns.
private func tableLines(_ rows: [[String]], markdown: Bool) -> [String] {
  guard let head = rows.first else { return [] }
  if markdown {
    let rule = head.map { _ in "---" }
    return ([head, rule] + rows.dropFirst()).map { "| \($0.joined(separator: " | ")) |" }
  }
  let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    zip(row, widths.dropLast() + [0]).map { text, width in
      text + String(repeating: " ", count: max(0, width - text.count))
    }.joined(separator: "  ")
  }
}
