import Benchmarks
import Domain

/// A picture of sample images of a benchmark file: a row per class with its name, as PNG or
/// SVG.
///
///     let montage = try ClassMontage(BenchmarkFile.open("data/cifar10.h5"))
///     try montage.write(to: "cifar10.png", as: .png)
///
/// The choice of images is deterministic (`MontageRows`), and so are the bytes of the picture
/// (`MontagePicture`).
package struct ClassMontage {
  /// The file format of the picture; the raw value is its file name extension. In SVG the text
  /// can be searched, and each tile is an embedded PNG.
  package enum Format: String, CaseIterable, Sendable {
    case png, svg
  }

  /// The contents of the picture.
  ///
  ///     var options = ClassMontage.Options()
  ///     options.perClass = 20
  ///     options.splits = [.test]
  package struct Options: Hashable, Sendable {
    /// The number of images per class; fewer if the class has fewer.
    package var perClass = 10
    /// The maximum number of classes. If there are more, some are chosen at even intervals.
    package var classes = 20
    /// The splits whose images are shown. Unlabelled images form the last row.
    package var splits = Set(Split.allCases)

    package init() {}
  }

  /// The number of classes with images that are not shown.
  package var classesLeftOut: Int { rows.leftOut }

  /// The chosen images.
  private let rows: MontageRows
  private let picture: MontagePicture

  /// Reads the images of the picture.
  /// - Parameters:
  ///   - file: an open benchmark file.
  ///   - options: the number of images and classes, and the splits.
  /// - Throws: `BenchmarkError`; `.noImages` if the splits have none.
  package init(
    _ file: BenchmarkFile, _ options: Options = Options()
  ) throws(BenchmarkError) {
    let info = file.info
    rows = MontageRows(
      labels: try file.labels(), splits: file.splits, classNames: info.classNames,
      wanted: options.splits, perClass: options.perClass, classes: options.classes)
    guard !rows.rows.isEmpty else {
      throw .noImages(
        file: file.path, splits: Split.allCases.filter(options.splits.contains))
    }
    let title =
      "\(info.benchmark): \(info.counts)"
      + (info.isComplete ? "" : ", partial (\(info.expectedCounts.total) in all)")
    var tiles: [MontagePicture.Row] = []
    for row in rows.rows { tiles.append(try .init(row.name, row.indices, of: file)) }
    picture = MontagePicture(title: title, rows: tiles, side: info.imageSize)
  }

  /// Writes the picture atomically.
  /// - Parameters:
  ///   - file: the path; it need not have the extension of the format.
  ///   - format: PNG or SVG.
  /// - Throws: `BenchmarkError.unwritable`.
  package func write(to file: String, as format: Format) throws(BenchmarkError) {
    try picture.write(to: file, as: format)
  }
}

/// The choice of images for a montage. It is deterministic: the same file and options give the
/// same rows.
struct MontageRows {
  /// A class with its images.
  struct Row {
    /// The name of the class, or "(unlabelled)".
    let name: String
    /// The indices of its images in the benchmark file.
    let indices: [Int]
  }

  /// In the order of the labels; classes without images are left out.
  let rows: [Row]
  /// The number of classes that have images but no row.
  let leftOut: Int

  /// Samples classes and their images at even intervals, since neighbouring images may be
  /// alike. Unlabelled images form the last row.
  /// - Parameters:
  ///   - labels: the label of each image, [N], -1 where unlabelled.
  ///   - splits: the split of each image, [N].
  ///   - classNames: in the order of the labels.
  ///   - wanted: the splits whose images count.
  ///   - perClass: the maximum number of images in a row.
  ///   - classes: the maximum number of classes.
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
    let shown = present.evenly(classes)
    leftOut = present.count - shown.count
    var rows = shown.map { label in
      Row(name: classNames[label], indices: members[label].evenly(perClass))
    }
    if !unlabelled.isEmpty {
      rows.append(Row(name: "(unlabelled)", indices: unlabelled.evenly(perClass)))
    }
    self.rows = rows
  }
}

extension [Int] {
  /// `count` entries at even intervals, starting with the first; all if there are not more.
  func evenly(_ count: Int) -> [Int] {
    guard self.count > count else { return self }
    return (0..<count).map { self[$0 * self.count / count] }
  }
}
