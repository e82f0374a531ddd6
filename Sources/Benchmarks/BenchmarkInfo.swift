import Core
import Domain

/// What a benchmark file says of itself.
public struct BenchmarkInfo: Hashable, Sendable {
  /// The definition's name: "cifar10".
  public let benchmark: String
  public let schema: Int
  /// Whether every image of the definition is there.
  public let isComplete: Bool
  /// The side of the images in pixels.
  public let imageSize: Int
  /// The classes in the order of their labels.
  public let classNames: [String]
  /// The finer classes in the order of the fine labels; empty where the benchmark has none.
  public let fineClassNames: [String]
  public let counts: SplitCounts
  /// The counts of a complete copy.
  public let expectedCounts: SplitCounts
  /// How many labelled images each class has: `classCounts[split]?[label]`, for splits with images.
  public let classCounts: [Split: [Int]]
  /// "cifar-binary", "class-folders", ...
  public let sourceFormat: String
  /// Whether the images have the pixels that were published.
  public let pixels: PixelFidelity
  public let sources: [SourceFile]
  /// What was passed over, left out, or is worth telling.
  public let remarks: [Remark]
  /// The originals of images that could not be read and were left out.
  public let leftOut: [String]
  /// Whether the file names the original of each image; those of earlier versions do not.
  public let hasFileNames: Bool
  public let toolVersion: String
  public let contentSHA256: String

  /// Whether checksums prove that the images are the published ones: of their archive, or of files in it.
  /// Numbers alone cannot tell altered images. Nil where nothing is published.
  public var isVerified: Bool? {
    guard (try? BenchmarkDefinition.named(benchmark))?.publication != nil else { return nil }
    return isComplete && sources.contains { $0.isAsPublished == true }
  }

  /// Whether every image is there and published images could have been altered unnoticed.
  public var isRightByNumberAlone: Bool { isComplete && isVerified == false }

  /// How many of a complete copy's images are there: those of splits that are no part of the benchmark
  /// do not count.
  public var foundCount: Int {
    Split.allCases.reduce(0) { $0 + min(counts[$1], expectedCounts[$1]) }
  }

  /// Bytes of all pixels.
  public var pixelBytes: Int { counts.total * imageSize * imageSize * 3 }
}
