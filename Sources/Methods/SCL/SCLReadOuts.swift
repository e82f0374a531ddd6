import Torch
import Vision

/// Both predictions of images as they are scored, and their consensus.
struct SCLPredictions {
  /// p, [N, K].
  let boundary: Tensor
  /// q, [N, K].
  let similarity: Tensor

  /// The normalised p q, [N, K].
  var consensus: Tensor { normalisedProduct(boundary, similarity) }

  func named(_ assignment: SCLSettings.Assignment) -> Tensor {
    switch assignment {
    case .boundary: boundary
    case .similarity: similarity
    case .consensus: consensus
    }
  }
}

extension SCL: ReportsReadOuts {
  /// Of all of `images`, in one pass. An image's own entry in the bank is left out of its similarities, as in
  /// training.
  func predictions(of images: ImageSet) throws -> SCLPredictions {
    let areLearnt = images.holdsSameImages(as: learnt)
    let memory = try clusteredMemory()
    let both = try model.encoder.backbone.overAll(images, augmentation) { features, positions in
      let embeddings = model.encoder.projection(features, training: false).normalisedRows()
      let similarity = try SCLSimilarity(
        embeddings, memory, positions: areLearnt ? positions : nil, settings)
      return Tensor.concatenated([model.classify(features), similarity.prediction], along: 1)
    }
    let k = context.clusters
    return SCLPredictions(
      boundary: both.narrowed(1, to: 0..<k), similarity: both.narrowed(1, to: k..<2 * k))
  }

  /// The prediction that the settings name.
  public func confidentAssignment(of images: ImageSet) throws -> ConfidentAssignment {
    // The classifier needs no memory, which a run does not keep.
    guard settings.assignment != .boundary else {
      return try ConfidentAssignment(probabilities: model.boundary(of: images, augmentation))
    }
    return try ConfidentAssignment(
      probabilities: predictions(of: images).named(settings.assignment))
  }

  /// The result with the other two predictions, how often both agree, and how the hypotheses are.
  public func readOuts(of images: ImageSet) throws -> ReadOuts {
    let predictions = try predictions(of: images)
    let clusters = try SCLSettings.Assignment.allCases.map {
      (name: $0, clusters: try predictions.named($0).largestColumns())
    }
    func of(_ name: SCLSettings.Assignment) -> [Int32] {
      clusters.first { $0.name == name }?.clusters ?? []
    }
    return ReadOuts(
      assigned: try ConfidentAssignment(probabilities: predictions.named(settings.assignment)),
      predictions: clusters.filter { $0.name != settings.assignment }.map {
        ($0.name.rawValue, $0.clusters)
      },
      measures: [("agreement", ReadOuts.agreement(of: of(.boundary), of(.similarity)))]
        + (try hypotheses.measures()))
  }
}
