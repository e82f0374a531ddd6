import ArgumentParser
import Core
import Domain
import Experiments
import Foundation
import Methods
import Torch

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
        Where they do, the time per shown image is the fair figure. \
        A step should read tensors once, for its losses: to read what is on a card is to wait for it. An \
        operator that waits for the card besides is named, and fails the command.
        """)

    @Option(help: "Methods, separated by commas (default: all that train).")
    var only: String?

    @OptionGroup var step: StepOptions

    @Option(help: "Images to learn from (default: eight batches, at least 256).")
    var images: Int?

    @Option(help: "Clusters, K.")
    var clusters = 10

    @Flag(help: "Print the table in Markdown.")
    var markdown = false

    @Flag(help: "Print JSON, one object per line.")
    var json = false

    func validate() throws {
      guard step.batch > 1, clusters > 1 else {
        throw ValidationError("--batch and --clusters take 2 or more")
      }
      guard images ?? step.batch >= step.batch else {
        throw ValidationError("--images takes at least as many as a batch has")
      }
    }

    /// What all methods have in common.
    private var task: MethodTask {
      get throws {
        let shape = step.shape
        return try MethodTask(
          context: MethodContext(
            clusters: clusters, seed: 0, device: step.device,
            precision: step.precision.resolved(on: step.device), threads: step.thread.threads),
          images: noiseImages(images ?? max(8 * step.batch, 256), side: shape.imageSize),
          settings: [
            SettingName.width: .integer(shape.width),
            SettingName.depth: .text(shape.depth.rawValue),
            "stem": .text(shape.stem.rawValue), "batch_size": .integer(step.batch),
            SettingName.viewSize: 0, SettingName.epochs: .integer(MethodTask.epochs),
          ])
      }
    }

    func run() throws {
      let registry = MethodRegistry.builtIn
      let chosen =
        try only.map { try $0.split(separator: ",").map { try registry.method(String($0)) } }
        ?? registry.methods.filter { $0 is any TrainedMethod.Type }
      step.thread.apply()
      // As in a run without --fast.
      if step.device == .cuda { Torch.setDeterministic(true) }
      let task = try task
      let reference = try MethodStep(SimCLR.self, of: task)
      var rows: [MethodStepTimes] = []
      var failures = 0
      for type in chosen {
        do {
          let times = try MethodStepTimes(
            MethodStep(type, of: task), beside: reference, rounds: step.steps)
          rows.append(times)
          note("\(times.method): \(fixed(times.ratio, 2)), reads: \(times.reads)")
          if let wait = times.wait {
            failures += 1
            note("a step of \(times.method) waits for the card: \(wait)")
          }
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
      print("\(step.conditions), \(Machine.name(of: step.device))\n")
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
