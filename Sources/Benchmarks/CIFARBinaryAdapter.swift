import Core
import Foundation

/// CIFAR-10's "binary version" (https://www.cs.toronto.edu/~kriz/cifar.html): five training files and
/// a test file of records without any header. A record is a label byte and three planes (red, green,
/// blue) of the image's rows. batches.meta.txt, where it is there, must name the right classes.
struct CIFARBinaryAdapter: BenchmarkAdapter {
  private static let trainingFiles = (1...5).map { "data_batch_\($0).bin" }
  private static let testFile = "test_batch.bin"
  private static let classFile = "batches.meta.txt"
  private static let recordsPerBlock = 1_000

  let inventory: [InventoryEntry]
  private let definition: BenchmarkDefinition
  private let folder: String

  private var planeSize: Int { definition.imageSize * definition.imageSize }
  private var recordSize: Int { 1 + 3 * planeSize }

  static func expectation(of definition: BenchmarkDefinition) -> String {
    "data_batch_1.bin to data_batch_5.bin and test_batch.bin"
  }

  static func recognises(_ folder: String, as definition: BenchmarkDefinition) -> Bool {
    (trainingFiles + [testFile]).contains { isFile("\(folder)/\($0)") }
  }

  init(definition: BenchmarkDefinition, folder: String) throws(BenchmarkError) {
    self.definition = definition
    self.folder = folder
    try Self.checkClassNames(definition, folder)
    let recordSize = 1 + 3 * definition.imageSize * definition.imageSize
    var inventory: [InventoryEntry] = []
    let perFile = definition.counts.train / Self.trainingFiles.count
    let parts =
      Self.trainingFiles.map { ($0, Split.train, perFile) }
      + [(Self.testFile, Split.test, definition.counts.test)]
    for (name, split, expected) in parts {
      let found = try Self.recordCount("\(folder)/\(name)", recordSize)
      inventory.append(
        InventoryEntry(name: name, split: split, expected: expected, found: found))
    }
    self.inventory = inventory
  }

  private static func checkClassNames(
    _ definition: BenchmarkDefinition, _ folder: String
  ) throws(BenchmarkError) {
    let file = "\(folder)/\(classFile)"
    guard isFile(file) else { return }
    let found = String(decoding: try contents(of: file), as: UTF8.self)
      .split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
    guard found == definition.classNames else {
      throw .wrongClassNames(file: file, expected: definition.classNames, found: found)
    }
  }

  /// How many whole records a file has; none if there is no such file.
  private static func recordCount(_ file: String, _ recordSize: Int) throws(BenchmarkError) -> Int {
    guard isFile(file) else { return 0 }
    let size = try FileReader(file).size
    if size == 0 { throw .emptyFile(file: file) }
    guard size % recordSize == 0 else {
      throw .brokenRecord(
        file: file, record: size / recordSize, bytesLeft: size % recordSize,
        recordSize: recordSize)
    }
    return size / recordSize
  }

  func read(
    into receive: (ImageBlock) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile] {
    var sources: [SourceFile] = []
    for entry in inventory where entry.found > 0 {
      let reader = try FileReader("\(folder)/\(entry.name)")
      var hash = SHA256Hash()
      for start in stride(from: 0, to: entry.found, by: Self.recordsPerBlock) {
        let count = min(Self.recordsPerBlock, entry.found - start)
        let records = try reader.read(count * recordSize)
        hash.update(records)
        try receive(block(records, count, entry.split, firstRecord: start, file: reader.path))
      }
      sources.append(
        SourceFile(
          name: entry.name, size: Int64(entry.found * recordSize), sha256: hash.hexadecimal))
    }
    if isFile("\(folder)/\(Self.classFile)") {
      let bytes = try contents(of: "\(folder)/\(Self.classFile)")
      var hash = SHA256Hash()
      hash.update(bytes)
      sources.append(
        SourceFile(name: Self.classFile, size: Int64(bytes.count), sha256: hash.hexadecimal))
    }
    return sources
  }

  private func block(
    _ records: [UInt8], _ count: Int, _ split: Split, firstRecord: Int, file: String
  ) throws(BenchmarkError) -> ImageBlock {
    var labels: [Int32] = []
    labels.reserveCapacity(count)
    for record in 0..<count {
      let label = Int(records[record * recordSize])
      guard label < definition.classCount else {
        throw .labelOutOfRange(
          file: file, record: firstRecord + record, label: label,
          classCount: definition.classCount)
      }
      labels.append(Int32(label))
    }
    return ImageBlock(
      split: split,
      pixels: interleavedRecords(records, count: count, planeSize: planeSize), labels: labels)
  }
}

/// The colour planes of records (after their label byte) as [count, H, W, 3].
private func interleavedRecords(_ records: [UInt8], count: Int, planeSize: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: count * 3 * planeSize) { pixels, filled in
    records.withUnsafeBufferPointer { records in
      for record in 0..<count {
        let source = record * (1 + 3 * planeSize) + 1
        let target = record * 3 * planeSize
        for pixel in 0..<planeSize {
          pixels[target + 3 * pixel] = records[source + pixel]
          pixels[target + 3 * pixel + 1] = records[source + planeSize + pixel]
          pixels[target + 3 * pixel + 2] = records[source + 2 * planeSize + pixel]
        }
      }
    }
    filled = count * 3 * planeSize
  }
}
