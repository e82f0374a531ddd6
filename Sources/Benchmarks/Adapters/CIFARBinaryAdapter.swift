import Domain

/// CIFAR's binary version (https://www.cs.toronto.edu/~kriz/cifar.html): files of records
/// without a header.
///
///     CIFAR-10, data_batch_1.bin to data_batch_5.bin, test_batch.bin: 10,000 times 3,073 bytes
///       1 byte       label, 0 to 9
///       1,024 bytes  red plane, 32 rows of 32
///       1,024 bytes  green plane
///       1,024 bytes  blue plane
///     CIFAR-100, train.bin: 50,000 times 3,074 bytes; test.bin: 10,000 times
///       1 byte       superclass, 0 to 19
///       1 byte       fine label, 0 to 99
///       3,072 bytes  planes as above
///
/// Lists of class names (batches.meta.txt, or coarse_label_names.txt and fine_label_names.txt)
/// are checked if present.
struct CIFARBinaryAdapter: RecordAdapter {
  private let definition: BenchmarkDefinition
  private let files: CIFARFiles
  private let records: RecordFiles

  var classNames: [String] { definition.classNames }
  var inventory: [InventoryEntry] { records.inventory }
  var imageNames: [String] { inventory.recordNames(below: records.root) }

  static let form = SourceForm.cifarBinary

  static func expectation(of definition: BenchmarkDefinition) -> String {
    "the binary version (\(CIFARFiles(definition: definition, suffix: ".bin").expectation))"
  }

  static func index(of definition: BenchmarkDefinition) -> SourceIndex {
    SourceIndex(kept: Set(nameFiles(of: definition).map(\.file)))
  }

  static func recognises(
    _ root: SourceRoot, as definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> Bool {
    try CIFARFiles(definition: definition, suffix: ".bin").areIn(root)
  }

  init(definition: BenchmarkDefinition, root: SourceRoot) throws(BenchmarkError) {
    self.definition = definition
    files = CIFARFiles(definition: definition, suffix: ".bin")
    for (file, names) in Self.nameFiles(of: definition) {
      try files.check(root.lines(of: file), are: names, in: root.name(of: file))
    }
    records = try RecordFiles(Self.records(of: definition), root: root)
    try root.remarkOthers(
      than: files.batches.map(\.name) + Self.nameFiles(of: definition).map(\.file))
  }

  /// The batch files as records with one or two label bytes.
  static func records(of definition: BenchmarkDefinition) -> RecordPlan {
    RecordPlan(
      files: CIFARFiles(definition: definition, suffix: ".bin").batches,
      layout: RecordLayout(
        labelBytes: definition.fineClasses == nil ? 1 : 2, side: definition.imageSize),
      definition: definition)
  }

  /// The lists of class names that may be present, with their expected lines.
  private static func nameFiles(
    of definition: BenchmarkDefinition
  ) -> [(file: String, names: [String])] {
    guard let fine = definition.fineClasses else {
      return [("batches.meta.txt", definition.classNames)]
    }
    return [
      ("coarse_label_names.txt", definition.classNames), ("fine_label_names.txt", fine.names),
    ]
  }

  func read(
    into receive: (ImageBlock) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile] {
    let hasFine = definition.fineClasses != nil
    let sources = try records.read { block, entry throws(BenchmarkError) in
      let file = records.root.name(of: inventory[entry].name)
      var labels: [Int32] = []
      var fineLabels: [Int32] = []
      for start in stride(from: 0, to: block.labels.count, by: hasFine ? 2 : 1) {
        let fine = hasFine ? Int(block.labels[start + 1]) : nil
        try files.check(
          label: Int(block.labels[start]), fine: fine, file: file,
          record: block.first + labels.count)
        labels.append(Int32(block.labels[start]))
        if let fine { fineLabels.append(Int32(fine)) }
      }
      try receive(
        ImageBlock(
          rows: Array(block.rows), split: inventory[entry].split, stored: block.pixels,
          labels: labels, fineLabels: fineLabels))
    }
    var nameFiles: [SourceFile] = []
    for (file, _) in Self.nameFiles(of: definition) {
      if let source = try records.root.source(of: file, definition) { nameFiles.append(source) }
    }
    return sources + nameFiles
  }
}

/// The file names and label rules that CIFAR's two versions share. A definition with fine
/// classes means CIFAR-100's files, one without CIFAR-10's.
struct CIFARFiles {
  /// A benchmark in CIFAR's layout; rehearsals have smaller batches.
  let definition: BenchmarkDefinition
  /// ".bin" in the binary version, empty in the Python version.
  let suffix: String

  /// The names of the batch files with training images.
  private var trainingFiles: [String] {
    definition.fineClasses == nil
      ? (1...5).map { "data_batch_\($0)\(suffix)" } : ["train\(suffix)"]
  }

  private var testFile: String {
    (definition.fineClasses == nil ? "test_batch" : "test") + suffix
  }

  /// The batch files in image order, with the number of images of a complete one.
  var batches: [(name: String, split: Split, expected: Int)] {
    trainingFiles.map {
      ($0, .train, definition.counts.train / trainingFiles.count)
    } + [(testFile, .test, definition.counts.test)]
  }

  /// The batch files, for messages.
  var expectation: String {
    (trainingFiles + [testFile]).joined(separator: ", ")
  }

  /// Whether at least one batch file is in a folder.
  func areIn(_ root: SourceRoot) throws(BenchmarkError) -> Bool {
    for batch in batches where try root.isFile(batch.name) { return true }
    return false
  }

  /// Refuses the class list of another benchmark. Nil lists are not compared.
  /// - Throws: `BenchmarkError.wrongClassNames`.
  func check(
    _ found: [String]?, are expected: [String]?, in file: String
  ) throws(BenchmarkError) {
    guard let found, let expected, found != expected else { return }
    throw .wrongClassNames(file: file, expected: expected, found: found)
  }

  /// Refuses labels out of range, and fine labels of another superclass. A shifted or damaged
  /// file rarely passes 50,000 such checks.
  /// - Parameters:
  ///   - fine: the fine label; nil if the benchmark has none.
  ///   - record: the number of the record in its file, from 0, for messages.
  /// - Throws: `BenchmarkError.labelOutOfRange` or `.contradictoryLabels`.
  func check(
    label: Int, fine: Int?, file: String, record: Int
  ) throws(BenchmarkError) {
    guard (0..<definition.classCount).contains(label) else {
      throw .labelOutOfRange(
        file: file, record: record, label: label, allowed: 0...definition.classCount - 1)
    }
    guard let classes = definition.fineClasses, let fine else { return }
    guard classes.names.indices.contains(fine) else {
      throw .labelOutOfRange(
        file: file, record: record, label: fine, allowed: 0...classes.names.count - 1)
    }
    guard classes.superclasses[fine] == label else {
      throw .contradictoryLabels(
        file: file, record: record, fine: classes.names[fine],
        stated: definition.classNames[label],
        expected: definition.classNames[classes.superclasses[fine]])
    }
  }
}
