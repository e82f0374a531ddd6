import Records

/// The images from which a method learns, or which are scored.
public struct ImageSplits: OptionSet, Hashable, Sendable {
  public let rawValue: Int

  public init(rawValue: Int) {
    self.rawValue = rawValue
  }

  public static let train = ImageSplits(rawValue: 1)
  public static let test = ImageSplits(rawValue: 2)
  public static let unlabelled = ImageSplits(rawValue: 4)
  /// Images of ImageNet beyond the benchmark's own: pretrained features.
  public static let imageNet = ImageSplits(rawValue: 8)

  private static let words: [(ImageSplits, String)] = [
    (.train, "train"), (.test, "test"), (.unlabelled, "unlabelled"), (.imageNet, "ImageNet"),
  ]

  /// Reads "train+test"; nil if a word is not a split.
  init?(_ text: String) {
    self = []
    for word in text.split(separator: "+", omittingEmptySubsequences: false) {
      guard let split = Self.words.first(where: { $0.1 == word })?.0 else { return nil }
      insert(split)
    }
  }

  init(_ selection: SplitSelection) {
    self =
      switch selection {
      case .train: .train
      case .test: .test
      case .trainAndTest: [.train, .test]
      case .trainAndUnlabelled: [.train, .unlabelled]
      case .everything: [.train, .test, .unlabelled]
      }
  }

  /// The same choice written one way. ImageNet-10, ImageNet-Dogs and Tiny-ImageNet consist of train
  /// images only, so there "train" is "train+test"; only STL-10 has unlabelled images.
  func canonical(on benchmark: String) -> ImageSplits {
    var splits = self
    if benchmark != "stl10" { splits.remove(.unlabelled) }
    let hasTrainImagesOnly = ["imagenet10", "imagenet-dogs", "tiny-imagenet"].contains(benchmark)
    if hasTrainImagesOnly && splits.contains(.train) { splits.insert(.test) }
    return splits
  }
}

extension ImageSplits: CustomStringConvertible {
  public var description: String {
    Self.words.filter { contains($0.0) }.map(\.1).joined(separator: "+")
  }
}
