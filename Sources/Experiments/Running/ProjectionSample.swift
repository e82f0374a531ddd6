import ClassicalClustering
import Core
import Methods
import Records
import Torch
import Vision

extension TrainedMethod {
  /// A sample of images in the plane of the first two principal components of their vectors, with the silhouette value
  /// of each among all images.
  ///
  ///     let kept = try method.projection(
  ///       of: scored, clusters, order: order, identity: identity, threads: 2)
  ///     try kept?.write(to: folder.projection)
  ///
  /// The vectors are `representations(of:)`: embeddings, or features of a network that has no projection. The sample
  /// is the same for all runs that score as many images, whatever their method and seed, so that figures can be
  /// compared. Silhouette values of the sample are exact: each is among the vectors of all images. In a sample alone
  /// the nearest cluster would seem nearer than it is, the more so the fewer of its images are drawn.
  /// - Parameters:
  ///   - images: the scored images, [N].
  ///   - clusters: the cluster of each, [N].
  ///   - order: the places of the images in the order of `assignments.h5`, [N].
  ///   - identity: the run's.
  ///   - threads: of the computation.
  /// - Returns: nil for a network without vectors, and for fewer than three images.
  /// - Throws: `ClusteringError` for vectors that are not numbers; `TorchError`.
  func projection(
    of images: ImageSet, _ clusters: [Int32], order: [Int], identity: String, threads: Int
  ) throws -> Projection? {
    guard images.count > 2,
      let (name, tensor) = try Torch.checked({ representations(of: images) }).last,
      tensor.shape.count == 2
    else { return nil }
    let dimensions = tensor.shape[1]
    let vectors = try tensor.floats()
    var stream = RandomStream(seed: 0, purpose: .sample)
    let places = stream.permutation(of: images.count).prefix(Projection.mostImages).sorted()
    let chosen = places.map { order[$0] }
    let sample = chosen.flatMap { vectors[$0 * dimensions..<($0 + 1) * dimensions] }
    let axes = min(2, dimensions, places.count - 1)
    // All components, since their variances add up to the whole.
    let components = try PrincipalComponents(
      of: sample, dimensions: dimensions, count: min(dimensions, places.count - 1))
    let all = components.variances.reduce(0, +)
    let projected = try components.projected(sample, whitened: false, threads: threads)
    return Projection(
      identity: identity, vectors: name, dimensions: dimensions,
      varianceShares: (0..<2).map { all > 0 && $0 < axes ? components.variances[$0] / all : 0 },
      places: places.map(Int32.init),
      coordinates: places.indices.flatMap { row in
        (0..<2).map { $0 < axes ? projected[row * components.count + $0] : 0 }
      },
      silhouettes: try Silhouette.values(
        of: vectors, dimensions: dimensions, labels: clusters, at: chosen, threads: threads
      ).map(Float.init))
  }
}
