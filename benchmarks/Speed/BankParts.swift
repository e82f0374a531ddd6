import Core
import Methods
import Torch
import Vision

/// The parts of a method that `scl-speed bank` times.
protocol BankParts {
  var method: String { get }
  func products() throws
  func loss() throws
  func step() throws
  func stepWithBank() throws
}

/// The inputs that the parts of all methods share.
private struct BankInputs {
  let options: Speed.Bank
  let context: MethodContext
  let backbone: BackboneSettings
  let memory: MemoryBank
  /// The entries of the batch's images, [B].
  let positions: [Int]
  let index: Tensor
  /// Views of the batch's images, each [B, 3, H, W].
  let views: [Tensor]
  /// Unit embeddings of all views, [views * B, D].
  let embeddings: Tensor

  init(_ options: Speed.Bank, views count: Int) {
    self.options = options
    let device = options.step.device
    let batch = options.step.batch
    context = MethodContext(
      clusters: options.clusters, seed: 0, device: device,
      precision: options.step.precision.resolved(on: device))
    backbone = options.step.shape.settings
    var stream = RandomStream(seed: 0, purpose: .method)
    let side = options.step.shape.imageSize
    views = (0..<count).map { _ in
      Tensor.normal([batch, 3, side, side], standardDeviation: 1, from: &stream)
        .to(device).channelsLast()
    }
    memory = MemoryBank(
      count: options.entries, dimensions: options.dimensions, momentum: 0.5, seed: 0, on: device)
    // All different, as in a batch.
    positions = (0..<batch).map { $0 * options.entries / batch }
    index = Tensor(positions).to(device)
    embeddings = Tensor.normal(
      [count * batch, options.dimensions], standardDeviation: 1, from: &stream
    ).normalisedRows().to(device)
  }

  func products() throws {
    let similarities = embeddings.matmul(memory.vectors.transposed())
    _ = try similarities.matmul(memory.vectors).narrowed(0, to: 0..<1).floats()
  }

  func gradient(of loss: (Tensor) throws -> Tensor) throws {
    let leaf = embeddings.detached().settingRequiresGradient()
    try loss(leaf).backward()
    _ = try leaf.gradient?.narrowed(0, to: 0..<1).floats()
  }
}

/// A network with its optimiser.
private struct BankTraining {
  private let parameters: [NamedTensor]
  private let optimiser: any Optimiser

  init(_ network: any Module) {
    parameters = network.parameters
    optimiser = SGD(
      parameters, learningRate: 0.01, momentum: 0.9, nesterov: true, weightDecay: 5e-4)
  }

  func step(_ loss: () throws -> Tensor) throws {
    let loss = try loss()
    try loss.backward()
    try optimiser.step()
    for parameter in parameters { parameter.tensor.clearGradient() }
    // Waits for the GPU, which works asynchronously.
    _ = try loss.scalar()
  }
}

/// Instance discrimination of one view.
struct InstDiscBankParts: BankParts {
  let method = "instdisc"
  private let inputs: BankInputs
  private let encoder: Encoder
  private let training: BankTraining

  init(_ options: Speed.Bank) {
    inputs = BankInputs(options, views: 1)
    encoder = Encoder(
      inputs.backbone, dimensions: options.dimensions, context: inputs.context)
    training = BankTraining(encoder)
  }

  private func loss(_ embeddings: Tensor) -> Tensor {
    instanceDiscriminationLoss(
      embeddings, memory: inputs.memory.vectors, index: inputs.index, temperature: 0.1)
  }

  func products() throws { try inputs.products() }

  func loss() throws { try inputs.gradient(of: loss) }

  func step() throws {
    try training.step { encoder(inputs.views[0], training: true).squared().mean() }
  }

  func stepWithBank() throws {
    try training.step {
      let embeddings = encoder(inputs.views[0], training: true)
      let loss = loss(embeddings)
      inputs.memory.update(inputs.index, with: embeddings)
      return loss
    }
  }
}

/// SCL after its warm-up: the method itself.
struct SCLBankParts: BankParts {
  let method = "scl"
  private let inputs: BankInputs
  private let settings: SCLSettings
  private let scl: SCL
  private let hypotheses: [Int]
  private let training: BankTraining
  /// The same network again, for steps without a bank.
  private let network: SCLNetwork
  private let trainingWithoutBank: BankTraining

  init(_ options: Speed.Bank) throws {
    inputs = BankInputs(options, views: 2)
    var settings = SCLSettings()
    settings.common.backbone = inputs.backbone
    settings.common.dimensions = options.dimensions
    settings.warmup = 0
    self.settings = settings
    // Only their number matters, for the size of the bank: the views are given, so no pixel is read.
    let side = 8
    let images = try ImageSet(
      pixels: [UInt8](repeating: 0, count: options.entries * side * side * 3), height: side,
      width: side, drawKeys: Array(0..<options.entries))
    scl = try SCL(settings: settings, context: inputs.context, images: images)
    hypotheses = (0..<options.entries).map { $0 % options.clusters }
    for (name, tensor) in scl.memory where name == "hypotheses" {
      tensor.copy(from: Tensor(hypotheses))
    }
    training = BankTraining(scl.network)
    network = SCLNetwork(settings.common, context: inputs.context)
    trainingWithoutBank = BankTraining(network)
  }

  func products() throws { try inputs.products() }

  func loss() throws {
    try inputs.gradient { embeddings in
      let memory = try ClusteredMemory(
        inputs.memory.vectors, hypotheses: hypotheses, clusters: inputs.context.clusters)
      let affinities = try ClusterAffinities(
        embeddings, memory: memory, positions: inputs.positions + inputs.positions,
        temperature: settings.common.temperature)
      return affinities.instanceLoss()
        + balanceLoss(affinities.prediction(perMember: true))
    }
  }

  func step() throws {
    try trainingWithoutBank.step {
      let (a, b) = (
        network(inputs.views[0], training: true), network(inputs.views[1], training: true)
      )
      let view =
        partitionUncertainty(a.boundary, b.boundary)
        + partitionUncertainty(b.boundary, a.boundary)
      let balance = balanceLoss(a.boundary) + balanceLoss(b.boundary)
      // Stands for a loss of the embeddings, so that their gradients are computed.
      let embedded = a.embedding.squared().mean() + b.embedding.squared().mean()
      return view + balance + embedded
    }
  }

  func stepWithBank() throws {
    let batch = Batch(
      epoch: 0, step: 0, of: 1, positions: inputs.positions, index: inputs.index,
      views: inputs.views)
    try training.step {
      let terms = try scl.loss(batch).map(\.value)
      return terms.dropFirst().reduce(terms[0]) { $0 + $1 }
    }
    try scl.finishStep(batch)
  }
}
