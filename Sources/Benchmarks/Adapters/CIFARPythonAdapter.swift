import Domain

/// CIFAR's Python version (https://www.cs.toronto.edu/~kriz/cifar.html): a pickled dictionary
/// per batch (`PickleReader`).
///
///     CIFAR-10, data_batch_1 to data_batch_5 and test_batch
///       labels         list of integers, 0 to 9
///     CIFAR-100, train and test
///       coarse_labels  list of integers, 0 to 19
///       fine_labels    list of integers, 0 to 99
///     both
///       data           NumPy array of uint8, [N, 3072]: red, green and blue plane by rows
///       filenames, batch_label   not used
///
/// The file batches.meta (or meta) has the class names, which are checked if present.
///
/// The number of images is known only after reading a whole file, so the inventory reads all of
/// them (184 MB decoded).
struct CIFARPythonAdapter: BenchmarkAdapter {
  /// The contents of a batch file.
  private struct Batch {
    /// One for each image, already checked.
    let labels: [Int32]
    /// Empty without fine classes.
    let fineLabels: [Int32]
    /// [labels, 3 * side * side].
    let planes: [UInt8]
  }

  /// The file with the class names, and the names that it should have under each key.
  private typealias NameFile = (file: String, lists: [(key: String, names: [String])])

  /// Images per block to the benchmark file, 3 MiB.
  private static let imagesPerBlock = 1_024

  let inventory: [InventoryEntry]
  private let definition: BenchmarkDefinition
  private let root: SourceRoot
  /// The files that are present, by their position in the inventory.
  private let batches: [Int: Batch]
  /// The files in the order of the inventory.
  private let sources: [SourceFile]

  var classNames: [String] { definition.classNames }
  var imageNames: [String] { inventory.recordNames(below: root) }

  static let form = SourceForm.cifarPython

  static func expectation(of definition: BenchmarkDefinition) -> String {
    "the Python version (\(CIFARFiles(definition: definition, suffix: "").expectation))"
  }

  static func index(of definition: BenchmarkDefinition) -> SourceIndex {
    SourceIndex(kept: [nameFile(of: definition).file])
  }

  static func partNames(of definition: BenchmarkDefinition) -> Set<String> {
    index(of: definition).kept.union(
      CIFARFiles(definition: definition, suffix: "").batches.map(\.name))
  }

  static func recognises(
    _ root: SourceRoot, as definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> Bool {
    try CIFARFiles(definition: definition, suffix: "").areIn(root)
  }

  /// Reads all batch files that are present, and checks their labels.
  /// - Throws: `BenchmarkError`; `.wrongClassNames` if the meta file is of another benchmark.
  init(definition: BenchmarkDefinition, root: SourceRoot) throws(BenchmarkError) {
    self.definition = definition
    self.root = root
    let files = CIFARFiles(definition: definition, suffix: "")
    let nameFiles = try Self.checkedNames(files, root)
    let parts = files.batches
    var present: [Int] = []
    for (place, part) in parts.enumerated() where try root.isFile(part.name) {
      present.append(place)
    }
    var batches: [Int: Batch] = [:]
    let sources =
      try nameFiles
      + root.read(present.map { parts[$0].name }, of: definition) {
        position, stream throws(BenchmarkError) in
        let place = present[position]
        batches[place] = try Self.read(stream, atMost: parts[place].expected, files)
      }
    inventory = parts.enumerated().map { place, part in
      InventoryEntry(
        name: part.name, split: part.split, expected: part.expected,
        found: batches[place]?.labels.count ?? 0)
    }
    self.batches = batches
    self.sources = sources
    try root.remarkOthers(than: [Self.nameFile(of: definition).file] + parts.map(\.name))
  }

  func read(
    into receive: (ImageBlock) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile] {
    let layout = RecordLayout(side: definition.imageSize)
    for (place, firstRow) in inventory.firstRows.enumerated() {
      guard let batch = batches[place] else { continue }
      for start in stride(from: 0, to: batch.labels.count, by: Self.imagesPerBlock) {
        let images = start..<min(start + Self.imagesPerBlock, batch.labels.count)
        let planes = batch.planes[
          images.lowerBound * layout.recordSize..<images.upperBound * layout.recordSize]
        try receive(
          ImageBlock(
            rows: images.map { firstRow + $0 }, split: inventory[place].split,
            pixels: layout.pixels(of: Array(planes)),
            labels: Array(batch.labels[images]),
            fineLabels: batch.fineLabels.isEmpty ? [] : Array(batch.fineLabels[images])))
      }
    }
    return sources
  }

  // MARK: - One file

  /// Reads a batch file and checks its labels.
  /// - Parameter expected: the number of images in a complete file, which bounds the memory.
  /// - Throws: `BenchmarkError`; `.damaged` if a list or the array is missing or has another
  ///   type.
  private static func read(
    _ stream: any MemberStream, atMost expected: Int, _ files: CIFARFiles
  ) throws(BenchmarkError) -> Batch {
    let definition = files.definition
    let recordSize = 3 * definition.imageSize * definition.imageSize
    let dictionary = try dictionary(of: stream, images: expected, recordSize: recordSize)
    func labels(_ key: String) throws(BenchmarkError) -> [Int] {
      guard let labels = dictionary.list(key)?.integers else {
        throw .damaged(file: stream.name, reason: "it has no list '\(key)'")
      }
      return labels
    }
    let hasFine = definition.fineClasses != nil
    let coarse = try labels(hasFine ? "coarse_labels" : "labels")
    let fine = hasFine ? try labels("fine_labels") : []
    guard let array = dictionary.array("data"), array.columns == recordSize else {
      throw .damaged(
        file: stream.name, reason: "its 'data' is not an array of \(recordSize) bytes per image")
    }
    for count in [coarse.count] + (hasFine ? [fine.count] : []) where count != array.rows {
      throw .wrongLabelCount(file: stream.name, labels: count, images: array.rows)
    }
    for record in coarse.indices {
      try files.check(
        label: coarse[record], fine: hasFine ? fine[record] : nil, file: stream.name,
        record: record)
    }
    return Batch(
      labels: coarse.map { Int32($0) }, fineLabels: fine.map { Int32($0) }, planes: array.bytes)
  }

  /// Reads a pickle with limits that follow from its size.
  /// - Parameters:
  ///   - images: the maximum number of images.
  ///   - recordSize: bytes per image.
  /// - Throws: `BenchmarkError`; a file that ends within the images gives `.brokenRecord`.
  private static func dictionary(
    of stream: any MemberStream, images: Int, recordSize: Int
  ) throws(BenchmarkError) -> PickleDictionary {
    // An image has its pixels, up to two labels and a file name, each with at most one memo entry.
    var reader = PickleReader(
      stream, stringBytes: images * (recordSize + 300) + 1 << 16,
      mostOpcodes: 10 * images + 10_000)
    do throws(PickleReader.Failure) {
      return try reader.read()
    } catch {
      switch error {
      case .stream(let error): throw error
      case .unreadable(let reason): throw .damaged(file: stream.name, reason: reason)
      case .brokenString(_, let found):
        throw .brokenRecord(
          file: stream.name, record: found / recordSize, bytesLeft: found % recordSize,
          recordSize: recordSize)
      }
    }
  }

  // MARK: - Names of classes

  /// The file with the class names.
  private static func nameFile(of definition: BenchmarkDefinition) -> NameFile {
    guard let fine = definition.fineClasses else {
      return ("batches.meta", [("label_names", definition.classNames)])
    }
    return (
      "meta", [("coarse_label_names", definition.classNames), ("fine_label_names", fine.names)]
    )
  }

  /// Checks the file with the class names if it exists.
  /// - Returns: the file with its checksums; empty if it does not exist.
  /// - Throws: `BenchmarkError.wrongClassNames`, or errors of the file.
  private static func checkedNames(
    _ files: CIFARFiles, _ root: SourceRoot
  ) throws(BenchmarkError) -> [SourceFile] {
    let (file, lists) = nameFile(of: files.definition)
    guard try root.isFile(file) else { return [] }
    let bytes = try root.contents(of: file)
    let stream = BytesReader(bytes, name: root.name(of: file))
    let dictionary = try dictionary(of: stream, images: 0, recordSize: 1)
    for (key, names) in lists {
      try files.check(dictionary.list(key)?.texts, are: names, in: stream.name)
    }
    return try root.source(of: file, files.definition).map { [$0] } ?? []
  }
}
