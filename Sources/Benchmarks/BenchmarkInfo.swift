import Core
import Domain

/// What a benchmark file says of itself.
package struct BenchmarkInfo: Hashable, Sendable {
  /// The definition's name: "cifar10".
  package let benchmark: String
  package let schema: Int
  /// Whether every image of the definition is there.
  package let isComplete: Bool
  /// The side of the images in pixels.
  package let imageSize: Int
  /// The classes in the order of their labels.
  package let classNames: [String]
  /// The finer classes in the order of the fine labels; empty where the benchmark has none.
  package let fineClassNames: [String]
  package let counts: SplitCounts
  /// The counts of a complete copy.
  package let expectedCounts: SplitCounts
  /// How many labelled images each class has: `classCounts[split]?[label]`, for splits with images.
  package let classCounts: [Split: [Int]]
  /// "cifar-binary", "class-folders", ...
  package let sourceFormat: String
  /// Whether the images have the pixels that were published.
  package let pixels: PixelFidelity
  package let sources: [SourceFile]
  /// What was passed over, left out, or is worth telling.
  package let remarks: [Remark]
  /// The originals of images that could not be read and were left out.
  package let leftOut: [String]
  /// Whether the file names the original of each image; those of earlier versions do not.
  package let hasFileNames: Bool
  package let toolVersion: String
  package let contentSHA256: String

  /// Whether checksums prove that the images are the published ones: of their archive, or of files in it.
  /// Numbers alone cannot tell altered images. Nil where nothing is published.
  package var isVerified: Bool? {
    guard (try? BenchmarkDefinition.named(benchmark))?.publication != nil else { return nil }
    return isComplete && sources.contains { $0.isAsPublished == true }
  }

  /// Whether every image is there and published images could have been altered unnoticed.
  package var isRightByNumberAlone: Bool { isComplete && isVerified == false }

  /// How many of a complete copy's images are there: those of splits that are no part of the benchmark
  /// do not count.
  package var foundCount: Int {
    Split.allCases.reduce(0) { $0 + min(counts[$1], expectedCounts[$1]) }
  }

  /// Bytes of all pixels.
  package var pixelBytes: Int { counts.total * imageSize * imageSize * 3 }
}
