import ArgumentParser
import ClassicalClustering
import Core
import Experiments
import Foundation
import Methods
import Torch
import Vision

extension BenchmarkCommand {
  /// Measures what a memory bank costs.
  struct Bank: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The loss against a memory bank, beside its matrix products and a whole step.",
      discussion: """
        'products' are the two products that no loss against a bank can do without: similarities, and \
        their gradient. 'loss' is instance discrimination, forward and backward. 'step' is a training \
        step of ResNet-18 on 32x32 images without a bank, 'step with bank' the same with it and with \
        its update. Steps and rounds alternate, so that a noisy neighbour meets all of them.
        """)

    @OptionGroup var step: StepOptions

    @Option(help: "Entries of the bank, N.")
    var entries = 100_000

    @Option(help: "Length of an entry, D.")
    var dimensions = 128

    func validate() throws {
      for (name, value, range) in [
        ("entries", entries, 2...10_000_000), ("dimensions", dimensions, 2...4096),
      ] where !range.contains(value) {
        throw ValidationError("--\(name) takes \(range.lowerBound) to \(range.upperBound)")
      }
    }

    private struct Result: Encodable {
      let benchmark = "bank"
      let entries: Int
      let dimensions: Int
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
      let parts = try BankParts(self)
      let bodies = [parts.products, parts.loss, parts.step, parts.stepWithBank]
      // The first steps choose and compile kernels.
      for body in bodies { for _ in 0..<2 { try body() } }
      let clock = ContinuousClock()
      var times = bodies.map { _ in [Double]() }
      for _ in 0..<step.steps {
        for (part, body) in bodies.enumerated() {
          times[part].append(Double(try clock.measure(body).attoseconds) * 1e-18)
        }
      }
      let medians = times.map { $0.sorted()[$0.count / 2] }
      let result = Result(
        entries: entries, dimensions: dimensions, batch: step.batch, productsSeconds: medians[0],
        lossSeconds: medians[1], stepSeconds: medians[2], stepWithBankSeconds: medians[3],
        lossPerProducts: medians[1] / medians[0], stepWithBankPerStep: medians[3] / medians[2],
        libtorch: Torch.version, precision: step.precision.resolved(on: step.device).rawValue,
        threads: step.threads)
      if step.output.json {
        try Console.json(result)
        return
      }
      let rows = zip(["products", "loss", "step", "step with bank"], medians).map { name, seconds in
        [name, String(format: "%.1f ms", seconds * 1000)]
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

/// What `scl benchmark bank` times.
private struct BankParts {
  private let options: BenchmarkCommand.Bank
  private let encoder: Encoder
  private let optimiser: any Optimiser
  private let images: Tensor
  private let bank: MemoryBank
  private let index: Tensor
  private let features: Tensor

  private var batch: Int { options.step.batch }
  private var device: Device { options.step.device }

  init(_ options: BenchmarkCommand.Bank) throws {
    self.options = options
    var backbone = BackboneSettings()
    backbone.width = options.step.width
    let device = options.step.device
    encoder = try Encoder(
      backbone, dimensions: options.dimensions,
      context: MethodContext(
        clusters: 2, seed: 0, device: device,
        precision: options.step.precision.resolved(on: device)))
    optimiser = SGD(
      encoder.parameters, learningRate: 0.01, momentum: 0.9, nesterov: true, weightDecay: 5e-4)
    var stream = RandomStream(seed: 0, purpose: .method)
    images = try Tensor.normal(
      [options.step.batch, 3, 32, 32], standardDeviation: 1, from: &stream
    ).to(device).channelsLast()
    bank = try MemoryBank(
      count: options.entries, dimensions: options.dimensions, momentum: 0.5, seed: 0, on: device)
    let entries = (0..<options.step.batch).map { _ in stream.integer(below: options.entries) }
    index = try Tensor(entries).to(device)
    features = try Tensor.normal(
      [options.step.batch, options.dimensions], standardDeviation: 1, from: &stream
    ).normalisedRows().to(device)
  }

  func products() throws {
    let similarities = try features.matmul(bank.vectors.transposed())
    _ = try similarities.matmul(bank.vectors).narrowed(0, to: 0..<1).floats()
  }

  func loss() throws {
    let leaf = try features.detached().settingRequiresGradient()
    try loss(leaf).backward()
    _ = try leaf.gradient?.narrowed(0, to: 0..<1).floats()
  }

  private func loss(_ embeddings: Tensor) throws -> Tensor {
    try instanceDiscriminationLoss(
      embeddings, memory: bank.vectors, index: index, temperature: 0.1)
  }

  func step() throws {
    try step { try $0.squared().mean() }
  }

  func stepWithBank() throws {
    try step { embeddings in
      let loss = try loss(embeddings)
      try bank.update(index, with: embeddings)
      return loss
    }
  }

  private func step(_ loss: (Tensor) throws -> Tensor) throws {
    let loss = try loss(encoder(images, training: true))
    try loss.backward()
    try optimiser.step()
    for parameter in encoder.parameters { try parameter.tensor.clearGradient() }
    // Waits for a card, which works on its own time.
    _ = try loss.scalar()
  }
}
