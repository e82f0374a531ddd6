import Torch
import Vision

extension TrainedMethod {
  /// What the network makes of images as they are scored, without gradients, each [N, D] in float32.
  ///
  /// `features` are the backbone's feature vectors. `embeddings` are what the loss compares: the unit
  /// vectors of a projection, or the codes of an autoencoder. A network that has neither gives nothing.
  ///
  ///     for (name, vectors) in method.representations(of: images) {
  ///       let rows = try vectors.floats()  // [N * D]
  ///     }
  ///
  /// They are those of `network`. A method that clusters by a momentum encoder's vectors, as BYOL does by
  /// default, clusters by others.
  public func representations(of images: ImageSet) -> [NamedTensor] {
    let backbone =
      network.child("backbone", as: Backbone.self)
      ?? network.child("backbone", as: FrozenBackbone.self)?.backbone
    if let backbone {
      let features = backbone.overAll(images, augmentation) { features, _ in features }
      guard let projection = network.child("projection", as: ProjectionHead.self) else {
        return [("features", features)]
      }
      let embeddings = Torch.withoutGradients {
        projection(features, training: false).normalisedRows()
      }
      return [("features", features), ("embeddings", embeddings)]
    }
    guard let encoder = network.child("encoder", as: (any Coder).self) else { return [] }
    let codes = augmentation.overAll(images) { views, _ in encoder(views, training: false) }
    return [("embeddings", codes)]
  }
}

extension Module {
  /// The child of this name, if it is of this type.
  fileprivate func child<Part>(_ name: String, as type: Part.Type) -> Part? {
    children.first { $0.name == name }?.module as? Part
  }
}
