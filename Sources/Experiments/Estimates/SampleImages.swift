import Benchmarks
import Vision

/// Images for measurements: a part of the run's own images, or noise of the same size if the
/// benchmark file is missing.
struct SampleImages {
  /// To learn from, in the order of presentation.
  let learnt: ImageSet
  let scored: ImageSet

  /// - Parameters:
  ///   - task: the images of the whole run.
  ///   - imageSize: side in pixels.
  ///   - part: the part of the images, in 0...1, spread evenly. Images that are both learnt from
  ///     and scored stay both.
  ///   - seed: the run's, since the order of presentation depends on it.
  init(_ task: TaskImages, imageSize: Int, part: Double, seed: UInt64) throws {
    let learntIndices = Self.thinned(task.learnt, part)
    let scoredIndices =
      task.learnt == task.scored ? learntIndices : Self.thinned(task.scored, part)
    let rows = Set(learntIndices).union(scoredIndices).sorted()
    let pixels =
      try task.file?.pixels(at: rows, side: imageSize)
      ?? Self.noise(bytes: rows.count * imageSize * imageSize * 3)
    let presented = try PresentedImages(
      fileIndices: rows, pixels: pixels, side: imageSize, unlabelled: task.unlabelled, seed: seed)
    learnt = presented.selecting(learntIndices).images
    scored = presented.selecting(scoredIndices).images
  }

  /// A part of the indices, evenly spaced, at least one.
  private static func thinned(_ indices: [Int], _ part: Double) -> [Int] {
    let count = min(indices.count, max(1, Int((Double(indices.count) * part).rounded())))
    return (0..<count).map { indices[indices.count * $0 / count] }
  }

  /// Bytes without a pattern, the same every time (Steele et al., SplitMix64, OOPSLA 2014).
  private static func noise(bytes count: Int) -> [UInt8] {
    var state: UInt64 = 0
    var word: UInt64 = 0
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      for i in 0..<count {
        if i.isMultiple(of: 8) {
          state &+= 0x9E37_79B9_7F4A_7C15
          word = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
          word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
          word ^= word >> 31
        }
        buffer[i] = UInt8(truncatingIfNeeded: word >> (8 * UInt64(i % 8)))
      }
      filled = count
    }
  }
}
