import Domain

/// CIFAR's "binary version" (https://www.cs.toronto.edu/~kriz/cifar.html): files of records without any
/// header. A record is the label byte (of CIFAR-100 the superclass and the fine label) and three planes
/// (red, green, blue) of the image's rows. Lists of class names, where they are there, must name the
/// right ones.
struct CIFARBinaryAdapter: BenchmarkAdapter {
  private let definition: BenchmarkDefinition
  private let files: CIFARFiles
  private let records: RecordFiles

  var classNames: [String] { definition.classNames }
  var inventory: [InventoryEntry] { records.inventory }
  var imageNames: [String] { inventory.recordNames(below: records.root) }

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
    records = try RecordFiles(Self.plan(of: definition), root: root)
    try root.remarkOthers(
      than: files.batches.map(\.name) + Self.nameFiles(of: definition).map(\.file))
  }

  static func records(of definition: BenchmarkDefinition) -> RecordPlan? { plan(of: definition) }

  private static func plan(of definition: BenchmarkDefinition) -> RecordPlan {
    RecordPlan(
      files: CIFARFiles(definition: definition, suffix: ".bin").batches,
      layout: RecordLayout(
        labelBytes: definition.fineClasses == nil ? 1 : 2, side: definition.imageSize),
      definition: definition)
  }

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
          rows: Array(block.rows), split: inventory[entry].split, pixels: block.pixels,
          labels: labels, fineLabels: fineLabels))
    }
    var nameFiles: [SourceFile] = []
    for (file, _) in Self.nameFiles(of: definition) {
      if let source = try records.root.source(of: file, definition) { nameFiles.append(source) }
    }
    return sources + nameFiles
  }
}
