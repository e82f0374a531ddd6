import Dispatch

/// Files of records of one size without any header.
struct RecordFiles {
  let root: SourceRoot
  let inventory: [InventoryEntry]
  let recordSize: Int
  let definition: BenchmarkDefinition

  /// Bytes handed over at a time, about.
  private static let blockSize = 4 << 20

  /// Takes stock of the files, each of which has whole records or none.
  init(
    _ files: [(name: String, split: Split, expected: Int)], recordSize: Int, root: SourceRoot,
    definition: BenchmarkDefinition
  ) throws(BenchmarkError) {
    self.root = root
    self.recordSize = recordSize
    self.definition = definition
    var inventory: [InventoryEntry] = []
    for file in files {
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

  /// Reads all files once; `receive` gets the records of one file from number `first` on, the entry's
  /// position, and its row of the benchmark file for record 0.
  func read(
    _ receive: (
      _ records: [UInt8], _ first: Int, _ entry: Int, _ firstRow: Int
    ) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile] {
    let present = inventory.indices.filter { inventory[$0].found > 0 }
    let firstRows = inventory.firstRows
    var sources = [Int: SourceFile]()
    try root.tree.read(present.map { root.path(inventory[$0].name) }) {
      position, stream throws(BenchmarkError) in
      let entry = present[position]
      let checksums = Checksums(md5: definition.publishedMD5(of: inventory[entry].name) != nil)
      let perBlock = max(1, Self.blockSize / recordSize)
      for first in stride(from: 0, to: inventory[entry].found, by: perBlock) {
        let count = min(perBlock, inventory[entry].found - first)
        let records = try stream.read(exactly: count * recordSize)
        checksums.update(records)
        try receive(records, first, entry, firstRows[entry])
      }
      sources[entry] = checksums.finish(name: inventory[entry].name)
    }
    return present.compactMap { sources[$0] }
  }
}

/// How the values of a colour plane follow each other.
enum PlaneOrder {
  case byRows
  case byColumns
}

/// Records whose three colour planes (red, green, blue) stand after `labelBytes`, as [count, side,
/// side, 3].
func interleavedPlanes(
  of records: [UInt8], labelBytes: Int = 0, side: Int, order: PlaneOrder = .byRows
) -> [UInt8] {
  let plane = side * side
  let recordSize = labelBytes + 3 * plane
  let count = records.count / recordSize
  return [UInt8](unsafeUninitializedCapacity: count * 3 * plane) { pixels, filled in
    records.withUnsafeBufferPointer { records in
      // Every iteration writes its own images.
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
