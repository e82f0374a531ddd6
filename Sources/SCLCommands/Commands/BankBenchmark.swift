import ArgumentParser
import ClassicalClustering
import Core
import Experiments
import Foundation
import Methods
import Torch

extension BenchmarkCommand {
  /// Measures what a memory bank costs.
  struct Bank: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The losses against a memory bank, beside their matrix products and whole steps.",
      discussion: """
        'products' are the two products that no loss against a bank can do without: similarities, and \
        their gradient. 'loss' is the method's loss, forward and backward. 'step' is a training step of \
        ResNet-18 on 32x32 images without a bank, 'step with bank' the same with it and with its \
        update. InstDisc takes one view of each image. SCL takes two: its step with the bank has all of \
        its terms, the one without has the classifier's alone. Rounds alternate all parts, so that a \
        noisy neighbour meets all of them.
        """)

    @OptionGroup var step: StepOptions

    @Option(help: "Entries of the bank, N.")
    var entries = 100_000

    @Option(help: "Length of an entry, D.")
    var dimensions = 128

    @Option(help: "Clusters of SCL, K.")
    var clusters = 10

    func validate() throws {
      try requireRanges([
        ("entries", entries, 2...10_000_000), ("dimensions", dimensions, 2...4096),
        ("clusters", clusters, 2...10_000),
      ])
    }

    private struct Result: Encodable {
      let benchmark = "bank"
      let method: String
      let entries: Int
      let dimensions: Int
      let clusters: Int
      let batch: Int
      let productsSeconds: Double
      let lossSeconds: Double
      let stepSeconds: Double
      let stepWithBankSeconds: Double
      let lossPerProducts: Double
      let stepWithBankPerStep: Double
      let libtorch: String
      let precision: String
      let threads: Int
    }

    func run() throws {
      Torch.keepFreedMemory()
      Torch.threads = step.threads
      OpenBLAS.useOneThread()
      let parts: [any BankParts] = [try InstDiscBankParts(self), try SCLBankParts(self)]
      let bodies = parts.flatMap { [$0.products, $0.loss, $0.step, $0.stepWithBank] }
      // The first steps choose and compile kernels.
      for body in bodies { for _ in 0..<2 { try body() } }
      let medians = try medianSeconds(of: bodies, rounds: step.steps)
      for (number, part) in parts.enumerated() {
        try show(part.method, Array(medians[(4 * number)..<(4 * number + 4)]))
      }
    }

    private func show(_ method: String, _ medians: [Double]) throws {
      let result = Result(
        method: method, entries: entries, dimensions: dimensions, clusters: clusters,
        batch: step.batch, productsSeconds: medians[0], lossSeconds: medians[1],
        stepSeconds: medians[2], stepWithBankSeconds: medians[3],
        lossPerProducts: medians[1] / medians[0], stepWithBankPerStep: medians[3] / medians[2],
        libtorch: Torch.version, precision: step.precision.resolved(on: step.device).rawValue,
        threads: step.threads)
      if step.output.json {
        try Console.json(result)
        return
      }
      let rows = zip(["products", "loss", "step", "step with bank"], medians).map { name, seconds in
        [method, name, String(format: "%.1f ms", seconds * 1000)]
      }
      for line in TextColumns(rows).lines { Console.print(line) }
      Console.print(
        String(
          format: "loss / products %.2f, step with bank / step %.3f", result.lossPerProducts,
          result.stepWithBankPerStep)
          + "; \(entries) x \(dimensions), batch \(step.batch), \(result.precision), "
          + "\(step.threads) threads, libtorch \(Torch.version), medians of \(step.steps)")
    }
  }
}
