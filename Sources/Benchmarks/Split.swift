/// Which of a benchmark's original parts an image belongs to; the raw value is the one in files.
public enum Split: UInt8, CaseIterable, Hashable, Sendable {
  case train = 0
  case test = 1
  case unlabelled = 2

  /// "train", "test" or "unlabelled".
  public var name: String { "\(self)" }
}

/// How many images each split has.
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

  public var total: Int { train + test + unlabelled }

  /// "50,000 train, 10,000 test" without the empty splits, with plain digits.
  public var description: String {
    let parts = Split.allCases.filter { self[$0] > 0 }.map { "\(self[$0]) \($0.name)" }
    return parts.isEmpty ? "no images" : parts.joined(separator: ", ")
  }
}
