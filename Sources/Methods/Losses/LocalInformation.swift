import Core
import Torch

/// For each image of a batch another one that it belongs together with, and two that it does not: whose
/// maps its feature vector is to be told from (Wu et al., "Deep Comprehensive Correlation Mining for Image
/// Clustering", ICCV 2019, section 3.3).
///
///     let triplets = try Triplets(relations.areSimilar, .drawn, from: &stream)
///     triplets.negatives.shape   // [B, 2]
public struct Triplets {
  /// How they are found among a batch's images.
  ///
  ///     let triplets = try Triplets(areSimilar, .asReleased, from: &stream)
  public enum Choice: String, CaseIterable, Sendable {
    /// Drawn from the similar images and from the others.
    case drawn
    /// As DCCM's code finds them: negatives are the first two images of the batch that are not similar. The
    /// positive is the first similar one by its place in a list without the image itself, which is not
    /// shifted back: after the image it is the one before. Without any similar image it is the first.
    case asReleased = "as-released"
  }

  /// The places of the positives in the batch: int64 [B].
  public let positives: Tensor
  /// The places of the two negatives of each image: int64 [B, 2].
  public let negatives: Tensor

  public init(positives: Tensor, negatives: Tensor) {
    self.positives = positives
    self.negatives = negatives
  }

  /// Finds them by the pairs that are similar. An image that no other is similar to is its own positive.
  /// One that all are similar to, or all but one, has any others as negatives; there the code ends.
  /// - Parameters:
  ///   - areSimilar: 1 for similar pairs, else 0, [B, B].
  ///   - choice: how they are found.
  ///   - stream: what they are drawn from.
  public init(_ areSimilar: Tensor, _ choice: Choice, from stream: inout RandomStream) throws {
    let count = areSimilar.size(0)
    let similar = try areSimilar.floats()
    var (positives, negatives) = ([Int](), [Int]())
    for image in 0..<count {
      let others = (0..<count).filter { $0 != image }
      let near = others.filter { similar[image * count + $0] == 1 }
      var far = others.filter { similar[image * count + $0] != 1 }
      if far.count < 2 { far = others.isEmpty ? [image, image] : others + others }
      switch choice {
      case .drawn:
        positives.append(near.isEmpty ? image : near[stream.integer(below: near.count)])
        let first = stream.integer(below: far.count)
        let second = (first + 1 + stream.integer(below: far.count - 1)) % far.count
        negatives += [far[first], far[second]]
      case .asReleased:
        positives.append(near.first.map { $0 > image ? $0 - 1 : $0 } ?? 0)
        negatives += far.prefix(2)
      }
    }
    self.init(
      positives: Tensor(positives).to(areSimilar.device),
      negatives: Tensor(negatives).reshaped([count, 2]).to(areSimilar.device))
  }
}

/// A network that tells whether a place of a map and a feature vector are of the same image: 1x1
/// convolutions without bias, with ReLU between them, on the map's channels and the vector at every place
/// (Hjelm et al., "Learning Deep Representations by Mutual Information Estimation and Maximization", ICLR
/// 2019, appendix A.1).
///
///     let discriminator = LocalDiscriminator(
///       channels: 128, dimensions: 10, width: 1_024, on: context.device, from: &stream)
///     let loss = localInformationLoss(
///       maps: maps, vectors: vectors, triplets, weights: discriminator.weights)
public struct LocalDiscriminator: Module {
  /// [h, C + D], [h, h] and [1, h].
  private let layers: [Linear]

  /// - Parameters:
  ///   - channels: C of the maps.
  ///   - dimensions: D of the vectors.
  ///   - width: h of the two hidden layers.
  ///   - device: where the tensors are.
  ///   - stream: what the weights are drawn from.
  public init(
    channels: Int, dimensions: Int, width: Int, on device: Device, from stream: inout RandomStream
  ) {
    var layers: [Linear] = []
    for (inputs, outputs) in [(channels + dimensions, width), (width, width), (width, 1)] {
      layers.append(Linear(inputs, outputs, hasBias: false, on: device, from: &stream))
    }
    self.layers = layers
  }

  public var children: [(name: String, module: any Module)] {
    layers.enumerated().map { ("\($0.offset)", $0.element) }
  }

  /// The weights of the three layers.
  public var weights: [Tensor] { layers.map(\.weight) }
}

/// Minus the mutual information of maps and vectors in its Jensen-Shannon form, with correlated images as
/// further positives: the mean softplus of -T over the pairs of maps and vectors that belong together (an
/// image's own map and its positive's), and of T over those that do not, with T the discriminator's output
/// at a place (Hjelm et al., ICLR 2019, equation 4; Wu et al., ICCV 2019, equation 10).
///
/// - Parameters:
///   - maps: [B, C, H, W].
///   - vectors: [B, D].
///   - triplets: whose maps an image's vector is paired with.
///   - weights: those of a `LocalDiscriminator`.
public func localInformationLoss(
  maps: Tensor, vectors: Tensor, _ triplets: Triplets, weights: [Tensor]
) -> Tensor {
  let (channels, count, width) = (maps.size(1), maps.size(0), weights[0].size(0))
  func kernel(_ weight: Tensor) -> Tensor { weight.unsqueezed(2).unsqueezed(3) }
  // The first layer is a sum over map and vector, so that each map goes through it once.
  let ofMaps = maps.convolved(kernel(weights[0].narrowed(1, to: 0..<channels)))
  let ofVectors = vectors.linear(weights[0].narrowed(1, to: channels..<weights[0].size(1)))
    .reshaped([count, width, 1, 1])
  func outputs(_ maps: Tensor) -> Tensor {
    (maps + ofVectors).relu().convolved(kernel(weights[1])).relu().convolved(kernel(weights[2]))
  }
  let positives = [ofMaps, ofMaps.rows(triplets.positives)].map { (-outputs($0)).softplus().mean() }
  let negatives = (0..<2).map { number in
    let places = triplets.negatives.narrowed(1, to: number..<number + 1).squeezed(1)
    return outputs(ofMaps.rows(places)).softplus().mean()
  }
  return (positives[0] + positives[1] + negatives[0] + negatives[1]) / 2
}
