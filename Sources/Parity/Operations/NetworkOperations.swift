import Core
import Torch
import Vision

/// Networks and optimisers. References: PyTorch and torchvision.
///
/// - `network.resnet`: image [B, 3, H, W]; parameters under torchvision's names; `depth` 18 or 34,
///   `stem` (small, small-pool or imagenet), `width`. Features in evaluation and in training, the
///   gradient of the first convolution of the sum of squared training features, and the running
///   mean after that one pass. Relative errors; the shared cases allow 2e-3.
/// - `optimiser.steps`: parameter [n], gradients [T, n]; `kind` sgd or adam with the options of
///   torch.optim. The parameter after T steps. Relative error; the shared cases allow 1e-5.
let networkOperations: [String: ParityFile.Operation] = [
  "network.resnet": { parity in
    var settings = BackboneSettings()
    for (name, value) in [
      ("depth", SettingValue.text("\(try parity.integer("depth"))")),
      ("stem", .text(try parity.text("stem"))),
    ] {
      try BackboneSettings.schema.set(name, to: value, in: &settings)
    }
    // Cases use networks narrower than the schema allows.
    settings.width = try parity.integer("width", in: 1...256)
    var stream = RandomStream(seed: 0, purpose: .weights)
    let network = ResNet(settings, on: ParityFile.device, from: &stream)
    try network.load(parity.tensors(below: "parameters"))
    let images = try parity.tensor("image", rank: 4)
    let evaluation = try parity.relativeError(
      network(images, training: false), "features_evaluation")
    let features = network(images, training: true)
    try features.squared().sum().backward()
    func tensor(_ name: String) -> Tensor? {
      network.state.first { $0.name == name }?.tensor
    }
    return try largest(
      evaluation, parity.relativeError(features, "features_training"),
      tensor("conv1.weight")?.gradient.map { try parity.relativeError($0, "grad_conv1") }
        ?? .infinity,
      tensor("bn1.running_mean").map { try parity.relativeError($0, "running_mean_bn1") }
        ?? .infinity)
  },

  "optimiser.steps": { parity in
    let parameter = try parity.leaf("parameter", rank: 1)
    let gradients = try parity.tensor("gradients")
    let optimiser = try optimiser(of: parity, [("parameter", parameter)])
    for step in 0..<gradients.size(0) {
      // The gradient of sum(parameter * g) is g.
      let gradient = gradients.narrowed(0, to: step..<(step + 1)).squeezed(0)
      parameter.clearGradient()
      try (parameter * gradient).sum().backward()
      try optimiser.step()
    }
    return try parity.relativeError(parameter.detached(), "parameter")
  },
]

/// The optimiser that a case describes.
/// - Throws: `ParityError.unknownValue` for another `kind`.
private func optimiser(
  of parity: ParityCase, _ parameters: [NamedTensor]
) throws -> any Optimiser {
  let rate = try parity.number("learning_rate")
  let decay = try parity.number("weight_decay")
  switch try parity.text("kind") {
  case "sgd":
    return SGD(
      parameters, learningRate: rate, momentum: try parity.number("momentum"),
      nesterov: try parity.integer("nesterov") == 1, weightDecay: decay)
  case "adam":
    return Adam(
      parameters, learningRate: rate, beta1: try parity.number("beta1"),
      beta2: try parity.number("beta2"), epsilon: try parity.number("epsilon"),
      weightDecay: decay)
  case let kind: throw ParityError.unknownValue(case: parity.name, name: "kind", value: kind)
  }
}
