import ClassicalClustering
import Vision

/// The clusters that a method finds among the pixels of the images it learns from, all at once.
///
/// Such a method has no rule for others: an image that was not learnt gets the cluster of the nearest
/// one that was.
final class PixelPartition {
  private let memory: PixelMemory
  private let context: MethodContext
  private let learnt: ImageSet
  private var labels: [Int32]?

  init(_ method: MethodDescription, context: MethodContext, images: ImageSet) {
    memory = PixelMemory(method: method, context: context, learnt: images)
    self.context = context
    learnt = images
  }

  /// Values of an image, D.
  private var dimensions: Int { 3 * learnt.height * learnt.width }

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
    if labels == nil {
      labels = try find(learnt.flattenedPixels(), dimensions)
    }
    guard let labels, !images.holdsSameImages(as: learnt) else { return labels ?? [] }
    return try nearestPoints(
      to: images.flattenedPixels(), among: learnt.flattenedPixels(), dimensions: dimensions,
      threads: context.threads
    ).map { labels[$0] }
  }
}
