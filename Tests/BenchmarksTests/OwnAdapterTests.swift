import Benchmarks
import Domain
import Foundation
import Testing

/// An adapter that delivers a block which does not fit.
private struct WrongAdapter: BenchmarkAdapter {
  static let form = SourceForm("wrong")

  let classNames = ["a", "b"]
  let inventory = [InventoryEntry(name: "images", split: .train, expected: 2, found: 2)]
  let imageNames = ["images#0", "images#1"]

  static func expectation(of definition: BenchmarkDefinition) -> String { "images" }

  static func recognises(
    _ root: SourceRoot, as definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> Bool { true }

  init(definition: BenchmarkDefinition, root: SourceRoot) throws(BenchmarkError) {}

  /// The block that the test wants.
  @TaskLocal static var block = ImageBlock(rows: [], split: .train, pixels: [], labels: [])

  func read(
    into receive: (ImageBlock) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile] {
    try receive(Self.block)
    return []
  }
}

extension BenchmarksTests {
  /// Fashion-MNIST with 20 training and 10 test images, its form read by the adapter of the package
  /// in Examples, whose file this target compiles too.
  private static let fashion = BenchmarkDefinition.fashionMNIST.with(
    counts: SplitCounts(train: 20, test: 10))

  private func withAdapters<Result>(_ body: () throws -> Result) throws -> Result {
    try AdapterRegistry.$current.withValue(
      .builtIn.adding([IDXAdapter.self, WrongAdapter.self]), operation: body)
  }

  /// Writes an IDX file of images whose bytes count up, and one of labels 0 to 9 in turn.
  private func writeIDX(_ prefix: String, count: Int, labels: Int? = nil) throws {
    let imageHeader: [UInt8] = [0, 0, 8, 3, 0, 0, 0, UInt8(count), 0, 0, 0, 28, 0, 0, 0, 28]
    let pixels = (0..<count * 784).map { UInt8(truncatingIfNeeded: $0) }
    try write(imageHeader + pixels, to: "\(folder)/fashion/\(prefix)-images-idx3-ubyte")
    let labelHeader: [UInt8] = [0, 0, 8, 1, 0, 0, 0, UInt8(count)]
    let classes = (0..<(labels ?? count)).map { UInt8($0 % 10) }
    try write(labelHeader + classes, to: "\(folder)/fashion/\(prefix)-labels-idx1-ubyte")
  }

  @Test func `A benchmark whose form another package reads becomes a file, also of an archive`()
    throws
  {
    try writeIDX("train", count: 20)
    try writeIDX("t10k", count: 10)
    try pack(["fashion"], of: folder, as: folder + "/fashion.tar.gz")
    for source in ["fashion", "fashion.tar.gz"] {
      let file = try withAdapters { try prepare(Self.fashion, from: "\(folder)/\(source)") }
      #expect(file.info.sourceFormat == "idx" && file.info.isComplete)
      #expect(file.info.counts == SplitCounts(train: 20, test: 10))
      #expect(try file.labels() == (0..<30).map { Int32($0 % 10) })
      // The second pixel of the second image: byte 785, which is 17 modulo 256, as grey.
      #expect(try file.pixels(at: [1])[3..<6] == [17, 17, 17])
      #expect(try file.fileNames()[21].hasSuffix("t10k-images-idx3-ubyte#1"))
      #expect(
        file.info.sources.map(\.name).suffix(4) == [
          "train-images-idx3-ubyte", "t10k-images-idx3-ubyte", "train-labels-idx1-ubyte",
          "t10k-labels-idx1-ubyte",
        ])
      try FileManager.default.removeItem(atPath: file.path)
    }
  }

  @Test func `Labels and images of another package's form that do not match are refused`() throws {
    try writeIDX("train", count: 20, labels: 19)
    #expect(
      throws: BenchmarkError.damaged(
        file: "\(folder)/fashion/train-images-idx3-ubyte",
        reason: "its size is not that of 19 images")
    ) { try withAdapters { try prepare(Self.fashion, from: folder + "/fashion") } }
  }

  @Test(arguments: [
    (
      ImageBlock(rows: [0, 2], split: .train, pixels: [1, 2, 3, 4, 5, 6], labels: [0, 1]),
      "a block has the row 2 of 2"
    ),
    (
      ImageBlock(rows: [0, 1], split: .train, pixels: [1, 2, 3, 4, 5, 6], labels: [0]),
      "a block of 2 images has 1 labels"
    ),
    (
      ImageBlock(rows: [0, 1], split: .train, pixels: [1, 2, 3, 4, 5, 6], labels: [0, 2]),
      "a block has the label 2, but there are 2 classes"
    ),
    (
      ImageBlock(rows: [0, 1], split: .train, pixels: [1, 2, 3, 4], labels: [0, 1]),
      "a block of 2 images of 1 pixels has 4 bytes"
    ),
    (
      ImageBlock(
        rows: [0, 1], split: .train, pixels: [1, 2, 3, 4, 5, 6], labels: [0, 1], fineLabels: [0, 1]),
      "a block has the fine label 0, but there are 0 fine classes"
    ),
    (
      ImageBlock(rows: [0, 0], split: .train, pixels: [1, 2, 3, 4, 5, 6], labels: [0, 1]),
      "it announced 2 images, and delivered 1 and 2 names"
    ),
    (
      ImageBlock(rows: [0], split: .train, pixels: [1, 2, 3], labels: [0]),
      "it announced 2 images, and delivered 1 and 2 names"
    ),
  ])
  func `An adapter whose images do not fit is refused`(
    _ block: ImageBlock, _ reason: String
  ) throws {
    let definition = BenchmarkDefinition(
      "wrong", title: "Wrong", classNames: ["a", "b"], imageSize: 1,
      counts: SplitCounts(train: 2), sourceForms: [WrongAdapter.form])
    #expect(throws: BenchmarkError.wrongAdapter(form: "wrong", reason: reason)) {
      try withAdapters {
        try WrongAdapter.$block.withValue(block) {
          try prepare(definition, from: folder, partial: true)
        }
      }
    }
  }

  @Test func `A benchmark whose form nothing reads, and a form that is read twice, are refused`() {
    #expect(throws: BenchmarkError.noAdapter(benchmark: "fashion-mnist", form: "idx")) {
      try AdapterRegistry.builtIn.check([Self.fashion])
    }
    #expect(throws: DuplicateName.self) {
      try AdapterRegistry.builtIn.adding([IDXAdapter.self, IDXAdapter.self])
    }
  }

  @Test(arguments: [
    (SourceForm.classFolders, "names of its classes"),
    (.synsetFolders, "synset and name of each class"), (.stlBinary, "number of classes"),
  ])
  func `A definition that lacks what its original files need is refused`(
    _ form: SourceForm, _ lack: String
  ) {
    let definition = BenchmarkDefinition(
      "bare", title: "Bare", classCount: form == .stlBinary ? 0 : 3, imageSize: 8,
      counts: SplitCounts(train: 9), sourceForms: [form])
    #expect(
      throws: BenchmarkError.incompleteDefinition(benchmark: "bare", form: form.name, lack: lack)
    ) {
      try AdapterRegistry.builtIn.check([definition])
    }
    #expect(throws: Never.self) { try AdapterRegistry.builtIn.check(BenchmarkDefinition.all) }
  }
}
