import Core
import Records
import Vision

/// The images of a run in the order in which its method sees them, and where they lie in the benchmark
/// file, which the method does not see.
struct PresentedImages {
  private let all: ImageSet
  /// The index in the benchmark file of each image, in the order of presentation.
  private let fileIndices: [Int]

  /// - Parameters:
  ///   - fileIndices: of the images, ascending, [N].
  ///   - pixels: their bytes, [N, side, side, 3].
  ///   - unlabelled: indices in the file of images of a split without labels.
  ///   - seed: the run's.
  init(
    fileIndices: [Int], pixels: [UInt8], side: Int, unlabelled: Set<Int>, seed: UInt64
  ) throws {
    let order = ContentOrder(pixels: pixels, count: fileIndices.count, seed: seed)
    all = try ImageSet(
      pixels: pixels, height: side, width: side, in: order,
      unlabelled: Set(fileIndices.indices.filter { unlabelled.contains(fileIndices[$0]) }))
    self.fileIndices = order.places.map { fileIndices[$0] }
  }

  /// Some of the images in the order of presentation, with their indices in the file in the same order.
  /// - Parameter wanted: indices in the file, in any order.
  func selecting(_ wanted: [Int]) -> (images: ImageSet, fileIndices: [Int]) {
    let wanted = Set(wanted)
    let positions = fileIndices.indices.filter { wanted.contains(fileIndices[$0]) }
    return (all.selecting(positions), positions.map { fileIndices[$0] })
  }

  /// What a record says of the order.
  var provenance: PresentationProvenance {
    var hash = SHA256Hash()
    fileIndices.map { Int64($0).littleEndian }.withUnsafeBytes { hash.update($0) }
    return PresentationProvenance(version: ContentOrder.version, order: hash.hexadecimal)
  }
}
