import Core
import Dispatch
import Foundation

/// Makes the original files of the rehearsal: drawn 32 x 32 images in CIFAR-10's binary layout.
///
/// The same seed gives the same bytes. Every file holds equally many images of each class, in
/// shuffled order.
public struct RehearsalGenerator: Sendable {
  /// The seed of the images that the rehearsal's published results were made with.
  public static let defaultSeed: UInt64 = 2_020

  private let seed: UInt64

  public init(seed: UInt64 = defaultSeed) {
    self.seed = seed
  }

  /// Writes data_batch_1.bin to data_batch_5.bin, test_batch.bin and batches.meta.txt.
  /// - Parameter folder: made if it is missing.
  /// - Throws: `BenchmarkError.unwritable`.
  public func write(to folder: String) throws(BenchmarkError) {
    let names = (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"]
    let counts = BenchmarkDefinition.rehearsal.counts
    let perFile = [Int](repeating: counts.train / 5, count: 5) + [counts.test]
    var first = 0
    for (name, count) in zip(names, perFile) {
      try write(records(first..<first + count), to: "\(folder)/\(name)")
      first += count
    }
    let classNames = BenchmarkDefinition.rehearsal.classNames.map { $0 + "\n" }.joined()
    try write([UInt8](classNames.utf8), to: "\(folder)/batches.meta.txt")
  }

  /// The records (a label byte and 3,072 colour bytes each) of consecutive images.
  private func records(_ images: Range<Int>) -> [UInt8] {
    let recordSize = 1 + 3 * RehearsalImage.side * RehearsalImage.side
    var shuffle = RandomStream(
      seed: seed, purpose: .rehearsal, epoch: 1, item: images.lowerBound)
    let order = shuffle.permutation(of: images.count)
    let shapes = RehearsalShape.allCases
    return [UInt8](unsafeUninitializedCapacity: images.count * recordSize) { buffer, filled in
      buffer.initialize(repeating: 0)
      // Every iteration writes its own record.
      nonisolated(unsafe) let records = buffer
      DispatchQueue.concurrentPerform(iterations: images.count) { place in
        let label = order[place] % shapes.count
        var random = RandomStream(
          seed: seed, purpose: .rehearsal, item: images.lowerBound + place)
        let image = RehearsalImage(shapes[label], &random)
        let record = UnsafeMutableBufferPointer(
          rebasing: records[place * recordSize..<(place + 1) * recordSize])
        record[0] = UInt8(label)
        _ = UnsafeMutableBufferPointer(rebasing: record[1...])
          .update(from: image.planes(&random))
      }
      filled = images.count * recordSize
    }
  }

  private func write(_ bytes: [UInt8], to file: String) throws(BenchmarkError) {
    do {
      try AtomicFile.write(Data(bytes), to: file)
    } catch {
      throw .unwritable(file: file, reason: "\(error)")
    }
  }
}
