import ClassicalClustering
import Foundation
import Vision

/// The clusters that a method finds among the pixels of the images it learns from, all at once.
///
/// Such a method has no rule for others: an image that was not learnt gets the cluster of the nearest
/// one that was.
final class PixelPartition {
  private let method: MethodDescription
  private let context: MethodContext
  private let learnt: ImageSet
  private var labels: [Int32]?

  init(_ method: MethodDescription, context: MethodContext, images: ImageSet) {
    self.method = method
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
    if labels == nil {
      // Pixels as numbers, and twice as the bytes that these are made from.
      try checkMemory(perImage: max(dimensions * 6 + bytesBeside, bytesAfterwards))
      labels = try find(learnt.flattenedPixels(), dimensions)
    }
    guard let labels, !images.holdsSameImages(as: learnt) else { return labels ?? [] }
    return try nearestPoints(
      to: images.flattenedPixels(), among: learnt.flattenedPixels(), dimensions: dimensions,
      threads: context.threads
    ).map { labels[$0] }
  }

  private func checkMemory(perImage: Int) throws {
    let bytes = learnt.count * perImage
    guard let memory = context.memory, bytes > memory else { return }
    throw MethodError.unsupported(
      method: method.name,
      reason: String(
        format: "%d images of %d values need %.1f GiB, and %.1f GiB of memory are there",
        learnt.count, dimensions, Double(bytes) / 0x1p30, Double(memory) / 0x1p30))
  }
}
