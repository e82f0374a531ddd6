import Foundation
import Vision

/// The memory that a method on raw pixels needs.
struct PixelMemory {
  let method: MethodDescription
  let context: MethodContext
  let features: PixelFeatures

  /// - Parameters:
  ///   - images: those to be scored; where others than those learnt from, both are there at once.
  ///   - bytesBeside: what is needed for each image beside its pixels.
  ///   - bytesAfterwards: what is needed for each image when the pixels are done with.
  /// - Throws: `MethodError.unsupported` where the memory does not suffice.
  func check(
    scoring images: ImageSet, bytesBeside: Int = 0, bytesAfterwards: Int = 0
  ) throws {
    let learnt = features.learnt
    let count = learnt.count + (images.holdsSameImages(as: learnt) ? 0 : images.count)
    let bytes =
      count * max(features.bytesPerImage + bytesBeside, bytesAfterwards)
      + features.bytesOfComponents
    guard let memory = context.memory, bytes > memory else { return }
    throw MethodError.unsupported(
      method: method.name,
      reason: String(
        format: "%d images of %d values need %.1f GiB, and %.1f GiB of memory are there",
        count, features.describedCount, Double(bytes) / 0x1p30, Double(memory) / 0x1p30))
  }
}
