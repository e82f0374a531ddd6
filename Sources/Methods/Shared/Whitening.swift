import Torch

extension Tensor {
  /// The principal components of feature vectors, each with variance 1, and every row divided by its
  /// length (Caron et al., "Deep Clustering for Unsupervised Learning of Visual Features", ECCV 2018,
  /// section 3.3 and its code's PCA with power -0.5).
  ///
  /// - Parameter components: how many are kept; at most min(N - 1, D).
  /// - Returns: unit rows [N, components].
  package func whitened(to components: Int) throws -> Tensor {
    let (count, dimensions) = (size(0), size(1))
    let kept = max(1, min(components, dimensions, count - 1))
    let centred = self - mean(along: [0], keep: true)
    let covariance = centred.transposed().matmul(centred) / Double(max(1, count - 1))
    // In double precision: the least components are small differences.
    let (values, vectors) = covariance.to(.float64).symmetricEigen()
    let largest = dimensions - kept..<dimensions
    // A component without variance has nothing to be scaled up.
    let floor = try max(values.maximum(along: [0]).scalar() * 1e-10, 1e-20)
    let scales = values.narrowed(0, to: largest).clamped(atLeast: floor).squareRoot()
    let projection = (vectors.narrowed(1, to: largest) / scales).to(.float32)
    return centred.matmul(projection).normalisedRows()
  }
}
