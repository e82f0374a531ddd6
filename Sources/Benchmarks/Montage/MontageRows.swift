import Domain

/// The images of a montage: a few of some classes, the same ones every time.
struct MontageRows {
  /// A class with its images.
  struct Row {
    let name: String
    /// Where its images are in the benchmark file.
    let indices: [Int]
  }

  let rows: [Row]
  /// How many classes there are that no row shows.
  let leftOut: Int

  /// Takes classes and, of each, images at even distances; images without a label are the last row.
  init(
    labels: [Int32], splits: [Split], classNames: [String], wanted: Set<Split>, perClass: Int,
    classes: Int
  ) {
    var members: [[Int]] = Array(repeating: [], count: classNames.count)
    var unlabelled: [Int] = []
    for (index, label) in labels.enumerated() where wanted.contains(splits[index]) {
      if label < 0 {
        unlabelled.append(index)
      } else {
        members[Int(label)].append(index)
      }
    }
    let present = members.indices.filter { !members[$0].isEmpty }
    let shown = Self.evenly(present, classes)
    leftOut = present.count - shown.count
    var rows = shown.map { label in
      Row(name: classNames[label], indices: Self.evenly(members[label], perClass))
    }
    if !unlabelled.isEmpty {
      rows.append(Row(name: "(unlabelled)", indices: Self.evenly(unlabelled, perClass)))
    }
    self.rows = rows
  }

  /// `count` entries at even distances, from the first on; all if there are no more.
  private static func evenly(_ entries: [Int], _ count: Int) -> [Int] {
    guard entries.count > count else { return entries }
    return (0..<count).map { entries[$0 * entries.count / count] }
  }
}
