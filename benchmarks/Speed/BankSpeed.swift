import ArgumentParser
import Experiments
import Torch

extension Speed {
  /// Measures what a memory bank costs.
  struct Bank: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time losses against a memory bank, their matrix products, and whole steps.",
      discussion: """
        'products' are the two matrix products that every loss against a bank needs: similarities and \
        their gradient. 'loss' is the method's loss, forward and backward. 'step' is a training step of \
        a ResNet without a bank; 'step with bank' adds the bank and its update. \
        InstDisc has one view of each image. SCL has two: its step with the bank has all loss terms, \
        its step without has those of the classifier only. All parts take turns.
        """)

    @OptionGroup var step: StepOptions

    @Option(help: "Entries of the bank, N.")
    var entries = 100_000

    @Option(help: "Length of an entry, D.")
    var dimensions = 128

    @Option(help: "Clusters of SCL, K.")
    var clusters = 10

    func validate() throws {
      guard entries > 1, dimensions > 1, clusters > 1 else {
        throw ValidationError("--entries, --dimensions and --clusters take 2 or more")
      }
    }

    func run() throws {
      step.thread.apply()
      let parts: [any BankParts] = [InstDiscBankParts(self), try SCLBankParts(self)]
      let bodies = parts.flatMap { [$0.products, $0.loss, $0.step, $0.stepWithBank] }
      // The first steps select and compile kernels.
      for body in bodies { for _ in 0..<2 { try body() } }
      let medians = try medianSeconds(of: bodies, rounds: step.steps)
      for (number, part) in parts.enumerated() {
        let times = medians[(4 * number)..<(4 * number + 4)].map { $0 * 1000 }
        for (name, time) in zip(["products", "loss", "step", "step with bank"], times) {
          print("\(part.method): \(name) \(fixed(time, 1)) ms")
        }
        print(
          "\(part.method): loss / products \(fixed(times[1] / times[0], 2)), step with bank / step "
            + "\(fixed(times[3] / times[2], 3)); \(entries) x \(dimensions), \(step.conditions)")
      }
    }
  }
}
