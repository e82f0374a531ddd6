import Domain

/// STL-10's binary files (https://cs.stanford.edu/~acoates/stl10/), without headers.
///
///     train_X.bin (5,000), test_X.bin (8,000), unlabeled_X.bin (100,000): 27,648 bytes per image
///       9,216 bytes  red plane, 96 columns of 96, the left one first
///       9,216 bytes  green plane
///       9,216 bytes  blue plane
///     train_y.bin, test_y.bin: 1 byte per image
///       label, 1 to 10
///
/// Labels become 0 to 9 in the benchmark file. The list class_names.txt is checked if present.
/// fold_indices.txt is not used.
struct STLBinaryAdapter: RecordAdapter {
  /// The files of a split: images, and labels unless there are none.
  private struct Part {
    let images: String
    let labels: String?
    let split: Split
  }

  /// The splits in the order of the benchmark file.
  private static let parts = [
    Part(images: "train_X.bin", labels: "train_y.bin", split: .train),
    Part(images: "test_X.bin", labels: "test_y.bin", split: .test),
    Part(images: "unlabeled_X.bin", labels: nil, split: .unlabelled),
  ]
  private static let classFile = "class_names.txt"

  private let definition: BenchmarkDefinition
  private let records: RecordFiles
  /// The labels of each inventory entry, from 0; -1 where unlabelled.
  private let labels: [[Int32]]
  /// The y files with their checksums.
  private let labelFiles: [SourceFile]

  var classNames: [String] { definition.classNames }
  var inventory: [InventoryEntry] { records.inventory }
  var imageNames: [String] { inventory.recordNames(below: records.root) }

  static let form = SourceForm.stlBinary

  static func expectation(of definition: BenchmarkDefinition) -> String {
    "train_X.bin, train_y.bin, test_X.bin, test_y.bin and unlabeled_X.bin"
  }

  static func index(of definition: BenchmarkDefinition) -> SourceIndex {
    SourceIndex(kept: Set(parts.compactMap(\.labels) + [classFile]))
  }

  static func recognises(
    _ root: SourceRoot, as definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> Bool {
    for part in parts where try root.isFile(part.images) { return true }
    return false
  }

  /// Takes inventory of the image files and reads the labels.
  /// - Throws: `BenchmarkError.wrongClassNames`, `.wrongLabelCount`, `.labelOutOfRange`,
  ///   `.unreadable` for a missing y file, or errors of the image files.
  init(definition: BenchmarkDefinition, root: SourceRoot) throws(BenchmarkError) {
    self.definition = definition
    if let found = try root.lines(of: Self.classFile), found != definition.classNames {
      throw .wrongClassNames(
        file: root.name(of: Self.classFile), expected: definition.classNames, found: found)
    }
    let records = try RecordFiles(Self.records(of: definition), root: root)
    var labels: [[Int32]] = []
    var labelFiles: [SourceFile] = []
    for (part, entry) in zip(Self.parts(of: definition), records.inventory) {
      guard let file = part.labels, entry.found > 0 else {
        labels.append([Int32](repeating: -1, count: entry.found))
        continue
      }
      guard try root.isFile(file) else {
        throw .unreadable(
          file: root.name(of: file), reason: "it does not exist, but \(entry.name) needs it")
      }
      let bytes = try root.contents(of: file)
      labels.append(
        try Self.labels(bytes, images: entry.found, file: root.name(of: file), definition))
      if let source = try root.source(of: file, definition) { labelFiles.append(source) }
    }
    try root.remarkOthers(
      than: Self.parts.flatMap { [$0.images, $0.labels ?? $0.images] } + [Self.classFile])
    self.records = records
    self.labels = labels
    self.labelFiles = labelFiles
  }

  /// The image files as records without labels.
  static func records(of definition: BenchmarkDefinition) -> RecordPlan {
    RecordPlan(
      files: parts(of: definition).map { ($0.images, $0.split, definition.counts[$0.split]) },
      layout: RecordLayout(side: definition.imageSize, order: .byColumns), definition: definition)
  }

  /// The parts with images in the definition; a user can leave out the unlabelled ones.
  private static func parts(of definition: BenchmarkDefinition) -> [Part] {
    parts.filter { definition.counts[$0.split] > 0 }
  }

  /// The labels of a y file, counted from 0.
  /// - Throws: `BenchmarkError.wrongLabelCount` or `.labelOutOfRange`.
  private static func labels(
    _ bytes: [UInt8], images: Int, file: String, _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> [Int32] {
    guard bytes.count == images else {
      throw .wrongLabelCount(file: file, labels: bytes.count, images: images)
    }
    if let record = bytes.firstIndex(where: { !(1...definition.classCount).contains(Int($0)) }) {
      throw .labelOutOfRange(
        file: file, record: record, label: Int(bytes[record]), allowed: 1...definition.classCount)
    }
    return bytes.map { Int32($0) - 1 }
  }

  func read(
    into receive: (ImageBlock) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile] {
    try labelFiles
      + records.read { block, entry throws(BenchmarkError) in
        let images = block.first..<block.first + block.rows.count
        try receive(
          ImageBlock(
            rows: Array(block.rows), split: inventory[entry].split, stored: block.pixels,
            labels: Array(labels[entry][images])))
      }
  }
}
