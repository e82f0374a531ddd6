import Benchmarks
import Domain

extension BenchmarkDefinition {
  /// Fashion-MNIST (Xiao et al., 2017, https://github.com/zalandoresearch/fashion-mnist).
  static let fashionMNIST = BenchmarkDefinition(
    "fashion-mnist", title: "Fashion-MNIST",
    classNames: [
      "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
      "ankle-boot",
    ],
    imageSize: 28, counts: SplitCounts(train: 60_000, test: 10_000), sourceForms: [.idx])
}

extension SourceForm {
  /// The files of the MNIST family, unpacked.
  static let idx = SourceForm("idx", hasRawPixels: true)
}

/// IDX files: a big-endian header, then bytes.
///
///     train-images-idx3-ubyte, t10k-images-idx3-ubyte: 0x803, N, rows, columns; N grey images
///     train-labels-idx1-ubyte, t10k-labels-idx1-ubyte: 0x801, N; N labels
struct IDXAdapter: BenchmarkAdapter {
  private static let parts: [(prefix: String, split: Split)] = [("train", .train), ("t10k", .test)]
  private static let imageHeader = 16
  private static let labelHeader = 8
  /// Images per block.
  private static let blockSize = 1_000

  static let form = SourceForm.idx

  let inventory: [InventoryEntry]
  private let definition: BenchmarkDefinition
  private let root: SourceRoot
  /// For each file of images.
  private let labels: [[Int32]]

  var classNames: [String] { definition.classNames }
  var imageNames: [String] { inventory.recordNames(below: root) }

  private static func images(_ prefix: String) -> String { "\(prefix)-images-idx3-ubyte" }
  private static func labels(_ prefix: String) -> String { "\(prefix)-labels-idx1-ubyte" }

  static func expectation(of definition: BenchmarkDefinition) -> String {
    parts.map { "\(images($0.prefix)), \(labels($0.prefix))" }.joined(separator: ", ")
  }

  static func index(of definition: BenchmarkDefinition) -> SourceIndex {
    SourceIndex(kept: Set(parts.map { labels($0.prefix) }))
  }

  static func recognises(
    _ root: SourceRoot, as definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> Bool {
    for part in parts where try root.isFile(images(part.prefix)) { return true }
    return false
  }

  init(definition: BenchmarkDefinition, root: SourceRoot) throws(BenchmarkError) {
    self.definition = definition
    self.root = root
    var inventory: [InventoryEntry] = []
    var labels: [[Int32]] = []
    for part in Self.parts {
      let name = Self.images(part.prefix)
      let size = try root.entry(name)?.size
      let found = try size == nil ? [] : Self.labels(part.prefix, in: root, definition)
      let area = definition.imageSize * definition.imageSize
      guard size == nil || size == Self.imageHeader + found.count * area else {
        throw .damaged(
          file: root.name(of: name), reason: "its size is not that of \(found.count) images")
      }
      labels.append(found)
      inventory.append(
        InventoryEntry(
          name: name, split: part.split, expected: definition.counts[part.split],
          found: found.count))
    }
    try root.remarkOthers(
      than: Self.parts.flatMap { [Self.images($0.prefix), Self.labels($0.prefix)] })
    self.inventory = inventory
    self.labels = labels
  }

  /// The labels of a part.
  private static func labels(
    _ prefix: String, in root: SourceRoot, _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> [Int32] {
    let name = Self.labels(prefix)
    let bytes = try root.contents(of: name)
    guard bytes.starts(with: [0, 0, 8, 1]), bytes.count >= labelHeader else {
      throw .damaged(file: root.name(of: name), reason: "it is no IDX file of labels")
    }
    let labels = bytes[labelHeader...]
    if let record = labels.firstIndex(where: { $0 >= definition.classCount }) {
      throw .labelOutOfRange(
        file: root.name(of: name), record: record - labelHeader, label: Int(bytes[record]),
        allowed: 0...definition.classCount - 1)
    }
    return labels.map { Int32($0) }
  }

  func read(
    into receive: (ImageBlock) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile] {
    let present = inventory.indices.filter { inventory[$0].found > 0 }
    let area = definition.imageSize * definition.imageSize
    var sources = try root.read(present.map { inventory[$0].name }, of: definition) {
      position, stream throws(BenchmarkError) in
      let entry = present[position]
      guard try stream.read(exactly: Self.imageHeader).starts(with: [0, 0, 8, 3]) else {
        throw .damaged(file: stream.name, reason: "it is no IDX file of images")
      }
      for first in stride(from: 0, to: inventory[entry].found, by: Self.blockSize) {
        let count = min(Self.blockSize, inventory[entry].found - first)
        let grey = try stream.read(exactly: count * area)
        let start = inventory.firstRows[entry] + first
        try receive(
          ImageBlock(
            rows: Array(start..<start + count), split: inventory[entry].split,
            pixels: grey.flatMap { [$0, $0, $0] },
            labels: Array(labels[entry][first..<first + count])))
      }
    }
    for part in Self.parts {
      if let source = try root.source(of: Self.labels(part.prefix), definition) {
        sources.append(source)
      }
    }
    return sources
  }
}
