import Torch

/// Which pairs of a batch's images belong together by predictions that are held fixed, and which are too
/// uncertain to be learnt from (Chang et al., "Deep Adaptive Image Clustering", ICCV 2017, section 3.2).
///
///     let relations = PairRelations(probabilities, upper: 0.95, lower: 0.455)
///     let loss = pairLoss(probabilities, relations, form: .logarithmic)
public struct PairRelations {
  /// 1 for pairs that belong together, else 0: [B, B].
  public let areSimilar: Tensor
  /// 1 for pairs that are learnt from, else 0: [B, B].
  public let areSelected: Tensor

  /// From the cosines of predictions [B, K]: pairs above `upper` or below `lower` are selected, and those
  /// above the middle between both are similar. An image is similar to itself.
  public init(_ reference: Tensor, upper: Double, lower: Double) {
    let cosines = pairCosines(reference.detached()).diagonalFilled(with: 1)
    let isNear = cosines.isGreater(than: upper).to(.float32)
    let isFar = cosines.isLess(than: lower).to(.float32)
    areSimilar = cosines.isGreater(than: (upper + lower) / 2).to(.float32)
    areSelected = isNear.maximum(isFar)
  }

  /// Pairs of cosines of at least `threshold` are similar, and all are selected (Wu et al., "Deep
  /// Comprehensive Correlation Mining for Image Clustering", ICCV 2019, section 3.1).
  public init(_ reference: Tensor, threshold: Double) {
    let cosines = pairCosines(reference.detached()).diagonalFilled(with: 1)
    areSimilar = cosines.isLess(than: threshold).not().to(.float32)
    areSelected = Tensor.full(areSimilar.shape, 1, on: areSimilar.device)
  }
}

/// How the similarity of a pair is compared with what it should be.
///
///     let loss = pairLoss(probabilities, relations, form: .linear)
public enum PairLossForm: String, CaseIterable, Sendable {
  /// The cross-entropy of the pair's relation and the similarity (Chang et al., equation 2).
  case logarithmic
  /// Their absolute difference times -log 1e-7. DAC's code gives Keras the two in the wrong order, and a
  /// cross-entropy whose logarithm is that of a 0 or 1, cut off at 1e-7, is linear.
  case linear
}

/// DAC's loss of pairs: the sum of e over the selected pairs, divided by their number, with e the deviation
/// of the cosines of predictions from the pairs' relations (Chang et al., "Deep Adaptive Image Clustering",
/// ICCV 2017, equations 2 and 8). The pairs of images with themselves count, with e = 0.
///
/// - Parameters:
///   - probabilities: [B, K].
///   - relations: the pairs' relations.
///   - form: what e is.
///   - slope: that of the linear form; -log 1e-7 in DAC's code.
public func pairLoss(
  _ probabilities: Tensor, _ relations: PairRelations, form: PairLossForm,
  slope: Double = 16.118095650958319
) -> Tensor {
  let cosines = pairCosines(probabilities).clamped(to: 1e-7...1 - 1e-7)
  let deviations =
    switch form {
    case .logarithmic: binaryCrossEntropies(cosines, relations.areSimilar)
    case .linear: (relations.areSimilar - cosines).absolute() * slope
    }
  let selected = deviations.diagonalFilled(with: 0) * relations.areSelected
  return selected.sum() / relations.areSelected.sum()
}

/// DCCM's loss of the pseudo-graph: the cross-entropy of the pairs' relations and the cosines of
/// predictions, mean over all B^2 pairs, of which those of an image with itself are 0 (Wu et al., "Deep
/// Comprehensive Correlation Mining for Image Clustering", ICCV 2019, equation 4).
///
/// - Parameters:
///   - probabilities: [B, K].
///   - relations: the pairs' relations.
public func pseudoGraphLoss(_ probabilities: Tensor, _ relations: PairRelations) -> Tensor {
  let cosines = pairCosines(probabilities).clamped(to: 1e-7...1 - 1e-7)
  return binaryCrossEntropies(cosines, relations.areSimilar).diagonalFilled(with: 0).mean()
}

/// -t log p - (1 - t) log(1 - p), element by element, for probabilities p and targets t of one shape.
package func binaryCrossEntropies(_ probabilities: Tensor, _ targets: Tensor) -> Tensor {
  let yes = probabilities.clamped(atLeast: 1e-12).log()
  let no = (1 - probabilities).clamped(atLeast: 1e-12).log()
  return -(targets * yes + (1 - targets) * no)
}

/// The cosines of all pairs of rows, [B, K] to [B, B].
func pairCosines(_ rows: Tensor) -> Tensor {
  let unit = rows.normalisedRows()
  return unit.matmul(unit.transposed())
}

extension Tensor {
  /// A square matrix with another diagonal, which has no gradient.
  fileprivate func diagonalFilled(with value: Double) -> Tensor {
    let numbers = Tensor.indices(size(0), on: device)
    return filled(where: numbers.unsqueezed(1).isEqual(to: numbers.unsqueezed(0)), with: value)
  }
}
