import Domain

/// Counts the images of each class, by split.
struct ClassTally {
  private let classCount: Int
  /// `counts[split]?[label]`, for splits with labelled images.
  private(set) var counts: [Split: [Int]] = [:]

  init(classCount: Int) {
    self.classCount = classCount
  }

  /// Counts images of one split; -1 stands for no label.
  mutating func add(_ labels: some Sequence<Int32>, in split: Split) {
    for label in labels where label >= 0 {
      counts[split, default: Array(repeating: 0, count: classCount)][Int(label)] += 1
    }
  }
}
