import Core
import Torch
import Vision

/// The network of SCAN's second and third steps: a backbone and a classifier on it.
struct SCANNetwork: Module {
  let backbone: Backbone
  private let head: Linear

  /// - Parameter backbone: with what its pretext learnt.
  init(_ backbone: Backbone, context: MethodContext) throws {
    self.backbone = backbone
    var stream = RandomStream(seed: context.seed, purpose: .weights, epoch: 1)
    head = try Linear(backbone.features, context.clusters, on: context.device, from: &stream)
  }

  var children: [(name: String, module: any Module)] {
    [("backbone", backbone), ("cluster_head", head)]
  }

  /// Logits [B, K].
  func callAsFunction(_ images: Tensor, training: Bool) throws -> Tensor {
    try head(backbone(images, training: training))
  }

  func assign(_ images: ImageSet, _ augmentation: Augmentation) throws -> [Int32] {
    try backbone.overAll(images, augmentation) { features, _ in try head(features) }
      .largestColumns()
  }
}
