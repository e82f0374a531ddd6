import Dispatch
import Domain

/// The record files of a complete copy of a benchmark, in image order.
struct RecordPlan {
  /// The name, split and number of records of each file.
  let files: [(name: String, split: Split, expected: Int)]
  /// The layout of the records, the same in all files.
  let layout: RecordLayout
  let definition: BenchmarkDefinition

  /// The approximate number of bytes per block.
  private static let blockSize = 4 << 20

  /// Reads the records of a file in blocks.
  /// - Parameters:
  ///   - count: the number of records.
  ///   - name: the file's name, which selects the published checksum.
  ///   - stream: the file from its start.
  ///   - receive: gets a block of records and the number of the first.
  /// - Returns: the file with its checksums.
  /// - Throws: `BenchmarkError.damaged` if the file ends earlier, and what `receive` throws.
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

/// Existing files of fixed-size records without headers. The size of a file gives its number of
/// records.
struct RecordFiles {
  let root: SourceRoot
  let inventory: [InventoryEntry]
  private let plan: RecordPlan

  /// A block of records of a file.
  struct Block {
    /// The number of the first record in its file.
    let first: Int
    /// The rows in the benchmark file.
    let rows: Range<Int>
    /// [rows, labelBytes].
    let labels: [UInt8]
    /// [rows, side, side, 3]; nil if they are already in the benchmark file.
    let pixels: [UInt8]?
  }

  /// Takes inventory of the files. Missing ones have no records.
  /// - Throws: `BenchmarkError.brokenRecord` if a file ends within a record, or `.emptyFile`.
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

  /// Passes the records of all files to `receive`, with the position of their file in the
  /// inventory. Files that an intake has stored come without pixels.
  /// - Returns: the files with their checksums, in the order of the inventory.
  /// - Throws: what `receive` throws, and errors of the files.
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

/// The layout of a record: label bytes, then three colour planes (red, green, blue) of `side` x
/// `side` bytes.
///
///     RecordLayout(labelBytes: 1, side: 32).recordSize              // 3073, CIFAR-10
///     RecordLayout(side: 96, order: .byColumns).recordSize          // 27648, STL-10
struct RecordLayout {
  /// The order of the values in a colour plane.
  enum PlaneOrder {
    /// Row by row from the top, as in CIFAR.
    case byRows
    /// Column by column from the left, as in STL-10.
    case byColumns
  }

  /// The number of label bytes before the planes.
  var labelBytes = 0
  /// Height and width of the images in pixels.
  let side: Int
  /// The order of the bytes within a colour plane.
  var order = PlaneOrder.byRows

  /// The size of a record in bytes.
  var recordSize: Int { labelBytes + 3 * side * side }

  /// The label bytes of records, [count, labelBytes]; empty if they have none.
  /// - Parameter records: whole records, one after the other.
  func labels(of records: [UInt8]) -> [UInt8] {
    if labelBytes == 0 { return [] }
    return stride(from: 0, to: records.count, by: recordSize).flatMap {
      records[$0..<$0 + labelBytes]
    }
  }

  /// The images of records, [count, side, side, 3]: planes become interleaved colours, in
  /// parallel.
  func pixels(of records: [UInt8]) -> [UInt8] {
    let (side, plane, recordSize) = (side, side * side, recordSize)
    let count = records.count / recordSize
    return [UInt8](unsafeUninitializedCapacity: count * 3 * plane) { pixels, filled in
      records.withUnsafeBufferPointer { records in
        // Each iteration writes its own images only.
        nonisolated(unsafe) let pixels = pixels
        nonisolated(unsafe) let records = records
        let bands = min(count, 16)
        DispatchQueue.concurrentPerform(iterations: bands) { band in
          for record in count * band / bands..<count * (band + 1) / bands {
            let source = record * recordSize + labelBytes
            let target = record * 3 * plane
            for row in 0..<side {
              for column in 0..<side {
                let place = order == .byRows ? row * side + column : column * side + row
                let pixel = target + 3 * (row * side + column)
                pixels[pixel] = records[source + place]
                pixels[pixel + 1] = records[source + plane + place]
                pixels[pixel + 2] = records[source + 2 * plane + place]
              }
            }
          }
        }
      }
      filled = count * 3 * plane
    }
  }
}
