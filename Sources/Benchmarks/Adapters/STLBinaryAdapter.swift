import Domain

/// STL-10's binary files (https://cs.stanford.edu/~acoates/stl10/): for each part an X file of images, three
/// colour planes by columns each, and a y file with a label byte per image, 1 to 10. The unlabelled images
/// have no y file.
struct STLBinaryAdapter: BenchmarkAdapter {
  /// The files of a split.
  private struct Part {
    let images: String
    let labels: String?
    let split: Split
  }

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
  private let labelFiles: [SourceFile]

  var classNames: [String] { definition.classNames }
  var inventory: [InventoryEntry] { records.inventory }
  var imageNames: [String] { inventory.recordNames(below: records.root) }

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

  init(definition: BenchmarkDefinition, root: SourceRoot) throws(BenchmarkError) {
    self.definition = definition
    if let found = try root.lines(of: Self.classFile), found != definition.classNames {
      throw .wrongClassNames(
        file: root.name(of: Self.classFile), expected: definition.classNames, found: found)
    }
    let records = try RecordFiles(Self.plan(of: definition), root: root)
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
      let bytes = try root.tree.contents(of: root.path(file))
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

  static func records(of definition: BenchmarkDefinition) -> RecordPlan? { plan(of: definition) }

  private static func plan(of definition: BenchmarkDefinition) -> RecordPlan {
    RecordPlan(
      files: parts(of: definition).map { ($0.images, $0.split, definition.counts[$0.split]) },
      layout: RecordLayout(side: definition.imageSize, order: .byColumns), definition: definition)
  }

  /// The parts with images in the definition, which lacks excluded splits.
  private static func parts(of definition: BenchmarkDefinition) -> [Part] {
    parts.filter { definition.counts[$0.split] > 0 }
  }

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
            rows: Array(block.rows), split: inventory[entry].split, pixels: block.pixels,
            labels: Array(labels[entry][images])))
      }
  }
}
