import ClassicalClustering
import Core
import Vision

/// The clusters that a method finds among the pixels of the images it learns from, all at once.
///
/// Such a method has no rule for others: an image that was not learnt gets the cluster of the nearest
/// one that was.
///
/// Such clusters depend on which of equally near images comes first. The images are taken in a drawn order,
/// so that this is not the order in which somebody has stored them.
final class PixelPartition {
  private let memory: PixelMemory
  private let context: MethodContext
  private let learnt: ImageSet
  private let features: PixelFeatures
  /// Positions of the images learnt from in the order in which they are taken.
  private let order: [Int]
  /// In that order.
  private var labels: [Int32]?

  /// - Parameters:
  ///   - pixels: what is seen of an image.
  ///   - tieSeed: decides on the order in which images are taken.
  init(
    _ method: MethodDescription, pixels: PixelSettings, context: MethodContext, images: ImageSet,
    tieSeed: UInt64
  ) {
    self.context = context
    learnt = images
    features = PixelFeatures(pixels, learnt: images, threads: context.threads)
    memory = PixelMemory(method: method, context: context, features: features)
    var stream = RandomStream(seed: tieSeed, purpose: .method)
    order = stream.permutation(of: images.count)
  }

  /// - Parameters:
  ///   - bytesBeside: what `find` needs for each image beside its pixels.
  ///   - bytesAfterwards: what it needs for each image when it has done with the pixels.
  ///   - find: clusters of points [N, D], which it is given for good.
  /// - Throws: `MethodError.unsupported` where the memory does not suffice.
  func assign(
    _ images: ImageSet, bytesBeside: Int, bytesAfterwards: Int = 0,
    find: (_ pixels: consuming [Float], _ dimensions: Int) throws -> [Int32]
  ) throws -> [Int32] {
    try memory.check(
      scoring: images, bytesBeside: bytesBeside, bytesAfterwards: bytesAfterwards)
    let taken = learnt.selecting(order)
    let labels = try labels ?? find(features.values(of: taken), features.dimensions)
    self.labels = labels
    guard !images.holdsSameImages(as: learnt) else {
      var inOrder = labels
      for (place, position) in order.enumerated() { inOrder[position] = labels[place] }
      return inOrder
    }
    return try nearestPoints(
      to: features.values(of: images), among: features.values(of: taken),
      dimensions: features.dimensions, threads: context.threads
    ).map { labels[$0] }
  }
}
