import Domain

/// The files of records that a complete copy of a benchmark has, in the order of their images.
struct RecordPlan {
  let files: [(name: String, split: Split, expected: Int)]
  let layout: RecordLayout
  let definition: BenchmarkDefinition

  /// Bytes handed over at a time, about.
  private static let blockSize = 4 << 20

  /// Reads the `count` records of a file block by block, and returns its checksums; `receive` gets the
  /// records from number `first` on.
  func read(
    _ count: Int, of name: String, from stream: any MemberStream,
    _ receive: (_ records: [UInt8], _ first: Int) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> SourceFile {
    let checksums = Checksums(md5: definition.publishedMD5(of: name) != nil)
    let perBlock = max(1, Self.blockSize / layout.recordSize)
    for first in stride(from: 0, to: count, by: perBlock) {
      let records = try stream.read(
        exactly: min(perBlock, count - first) * layout.recordSize)
      checksums.update(records)
      try receive(records, first)
    }
    return checksums.finish(name: name)
  }
}

/// Files of records of one size without any header, as they are there.
struct RecordFiles {
  let root: SourceRoot
  let inventory: [InventoryEntry]
  private let plan: RecordPlan

  /// Some records of one file.
  struct Block {
    /// The number of the first in its file.
    let first: Int
    /// Their rows in the benchmark file.
    let rows: Range<Int>
    /// [rows, labelBytes].
    let labels: [UInt8]
    /// [rows, side, side, 3]; nil where they are in the benchmark file.
    let pixels: [UInt8]?
  }

  /// Takes stock of the files, each of which has whole records or none.
  init(_ plan: RecordPlan, root: SourceRoot) throws(BenchmarkError) {
    self.plan = plan
    self.root = root
    let recordSize = plan.layout.recordSize
    var inventory: [InventoryEntry] = []
    for file in plan.files {
      let entry = try root.tree.entry(root.path(file.name))
      let size = entry?.size ?? 0
      if entry != nil, size == 0 { throw .emptyFile(file: root.name(of: file.name)) }
      guard size % recordSize == 0 else {
        throw .brokenRecord(
          file: root.name(of: file.name), record: size / recordSize,
          bytesLeft: size % recordSize, recordSize: recordSize)
      }
      inventory.append(
        InventoryEntry(
          name: file.name, split: file.split, expected: file.expected, found: size / recordSize))
    }
    self.inventory = inventory
  }

  /// Hands over the records of all files, each with its position in the inventory.
  func read(
    _ receive: (_ block: Block, _ entry: Int) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile] {
    let firstRows = inventory.firstRows
    var sources = [Int: SourceFile]()
    var rest: [Int] = []
    for (entry, file) in inventory.enumerated() where file.found > 0 {
      guard let taken = root.tree.taken(root.path(file.name)) else {
        rest.append(entry)
        continue
      }
      let rows = firstRows[entry]..<firstRows[entry] + file.found
      try receive(Block(first: 0, rows: rows, labels: taken.labels, pixels: nil), entry)
      sources[entry] = taken.source
    }
    if rest.isEmpty { return inventory.indices.compactMap { sources[$0] } }
    try root.tree.read(rest.map { root.path(inventory[$0].name) }) {
      position, stream throws(BenchmarkError) in
      let entry = rest[position]
      let (name, count) = (inventory[entry].name, inventory[entry].found)
      sources[entry] = try plan.read(count, of: name, from: stream) {
        records, first throws(BenchmarkError) in
        let start = firstRows[entry] + first
        let rows = start..<start + records.count / plan.layout.recordSize
        let block = Block(
          first: first, rows: rows, labels: plan.layout.labels(of: records),
          pixels: plan.layout.pixels(of: records))
        try receive(block, entry)
      }
    }
    return inventory.indices.compactMap { sources[$0] }
  }
}
