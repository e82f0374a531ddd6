/// One of the parts that a benchmark's publisher divides its images into.
///
/// The raw value is stored in benchmark files (`/splits`, uint8) and must not change.
///
///     Split.allCases.map(\.name)   // ["train", "test", "unlabelled"]
public enum Split: UInt8, CaseIterable, Hashable, Sendable {
  case train = 0
  case test = 1
  /// Images without labels, as in STL-10.
  case unlabelled = 2

  /// "train", "test" or "unlabelled".
  public var name: String { "\(self)" }
}

/// The splits that a method learns from or that are scored, written as in files and tables:
/// "train+test".
///
///     SplitSet(rawValue: "train+unlabelled") == .trainAndUnlabelled  // true
///     SplitSet.trainAndTest.splits(of: .tinyImageNet)                // [.train]
///
/// `allCases` are the sets that an experiment's protocol can name, in the order of its
/// documentation.
public struct SplitSet: RawRepresentable, CaseIterable, Hashable, Sendable, Codable {
  public static let train = SplitSet([.train])
  public static let test = SplitSet([.test])
  public static let trainAndTest = SplitSet([.train, .test])
  public static let trainAndUnlabelled = SplitSet([.train, .unlabelled])
  public static let everything = SplitSet([.train, .test, .unlabelled])
  public static let allCases = [train, test, trainAndTest, trainAndUnlabelled, everything]

  private static let imageNet = "ImageNet"

  private let named: Set<Split>
  /// Whether images of ImageNet outside the benchmark are among them. Some published rows start
  /// from features that were trained on these; no run of this program does.
  public let hasImageNet: Bool

  public init(_ splits: Set<Split>) {
    self.init(splits, hasImageNet: false)
  }

  private init(_ splits: Set<Split>, hasImageNet: Bool) {
    named = splits
    self.hasImageNet = hasImageNet
  }

  /// One of `allCases`; nil for any other text.
  public init?(rawValue: String) {
    guard let known = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = known
  }

  /// A set in a table of published results, which may be any combination of splits and include
  /// "ImageNet"; nil if a word is not a split.
  public init?(published text: String) {
    var splits: Set<Split> = []
    var hasImageNet = false
    for word in text.split(separator: "+", omittingEmptySubsequences: false) {
      if let split = Split.allCases.first(where: { $0.name == word }) {
        splits.insert(split)
      } else if word == Self.imageNet {
        hasImageNet = true
      } else {
        return nil
      }
    }
    self.init(splits, hasImageNet: hasImageNet)
  }

  /// "train+test", in the order of `Split`.
  public var rawValue: String {
    (Split.allCases.filter(named.contains).map(\.name) + (hasImageNet ? [Self.imageNet] : []))
      .joined(separator: "+")
  }

  /// The splits of a benchmark that this set selects.
  ///
  /// Splits that are not part of the benchmark (`BenchmarkDefinition.extraCounts`, such as
  /// Tiny-ImageNet's validation images) are selected only if they are named alone.
  public func splits(of benchmark: BenchmarkDefinition) -> Set<Split> {
    named.count == 1 ? named : named.filter { benchmark.extraCounts[$0] == 0 }
  }

  /// The number of images in these splits of a benchmark.
  /// - Parameters:
  ///   - counts: how many images each split has.
  ///   - benchmark: the benchmark, which says what each split is.
  public func images(among counts: SplitCounts, of benchmark: BenchmarkDefinition) -> Int {
    splits(of: benchmark).reduce(0) { $0 + counts[$1] }
  }

  /// The same set in a canonical form, so that sets can be compared.
  ///
  /// Splits that the benchmark does not have are left out. If all images are training images,
  /// "train" and "train+test" are the same.
  public func canonical(on benchmark: BenchmarkDefinition) -> SplitSet {
    var splits = named
    if benchmark.counts.unlabelled == 0 { splits.remove(.unlabelled) }
    if benchmark.counts.test == 0, !benchmark.isOwn, splits.contains(.train) {
      splits.insert(.test)
    }
    return SplitSet(splits, hasImageNet: hasImageNet)
  }
}

// Without these, sets would be compared by their raw values, which have to be put together first.
extension SplitSet {
  public static func == (first: Self, second: Self) -> Bool {
    first.named == second.named && first.hasImageNet == second.hasImageNet
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(named)
    hasher.combine(hasImageNet)
  }
}

extension SplitSet: CustomStringConvertible {
  public var description: String { rawValue }
}

/// How many images each split has.
///
///     let counts = SplitCounts(train: 60_000, test: 10_000)
///     counts[.test]   // 10000
public struct SplitCounts: Hashable, Sendable, CustomStringConvertible {
  public var train: Int
  public var test: Int
  public var unlabelled: Int

  public init(train: Int = 0, test: Int = 0, unlabelled: Int = 0) {
    self.train = train
    self.test = test
    self.unlabelled = unlabelled
  }

  public subscript(split: Split) -> Int {
    get {
      switch split {
      case .train: train
      case .test: test
      case .unlabelled: unlabelled
      }
    }
    set {
      switch split {
      case .train: train = newValue
      case .test: test = newValue
      case .unlabelled: unlabelled = newValue
      }
    }
  }

  /// The number of all images.
  public var total: Int { train + test + unlabelled }

  /// "50000 train, 10000 test"; empty splits are left out.
  public var description: String {
    let parts = Split.allCases.filter { self[$0] > 0 }.map { "\(self[$0]) \($0.name)" }
    return parts.isEmpty ? "no images" : parts.joined(separator: ", ")
  }
}
