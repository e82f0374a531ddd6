import Benchmarks
import Domain
import Foundation
import HDF5
import Testing

extension BenchmarksTests {
  /// Three training images and a test image in class folders of the rehearsal.
  private func makeClassTree(_ name: String = "tree") throws -> String {
    let root = "\(folder)/\(name)"
    try write(SampleImages.object, to: root + "/test/cross/0.png")
    try write(SampleImages.object, to: root + "/train/arrow/only.png")
    try write(SampleImages.object, to: root + "/train/disc/b.png")
    try write(SampleImages.objectJPEG, to: root + "/train/disc/a.jpg")
    return root
  }

  @Test func `CIFAR's binary layout becomes a file of the same pixels and labels`() throws {
    let original = try copyOfRehearsal()
    let file = try prepare(from: original)
    #expect(file.info.counts == SplitCounts(train: 2_500, test: 500))
    #expect(file.info.isComplete)
    #expect(file.info.sourceFormat == "cifar-binary")

    let records = try bytes(original + "/test_batch.bin")
    let indices = file.indices(of: [.test])
    #expect(indices == Array(2_500..<3_000))
    let pixels = try file.pixels(at: indices)
    let labels = try file.labels()[2_500...].map(\.self)
    for (record, pixel) in [(0, 0), (17, 1_023), (499, 500)] {
      #expect(labels[record] == Int32(records[record * 3_073]))
      for channel in 0..<3 {
        #expect(
          pixels[(record * 1_024 + pixel) * 3 + channel]
            == records[record * 3_073 + 1 + channel * 1_024 + pixel])
      }
    }
  }

  @Test func `The folder above the files is recognised too`() throws {
    _ = try copyOfRehearsal("parent/cifar-10-batches-bin")
    #expect(throws: Never.self) { try prepare(from: folder + "/parent") }
  }

  @Test(arguments: [
    ("rehearsal", "data_batch_2"), ("rehearsal", "batches.meta.txt"), ("cifar100", "train.bin"),
    ("cifar100", "test"), ("stl10", "train_y.bin"), ("stl10", "unlabeled_X.bin"),
  ])
  func `A file that is a part of a copy is refused with what to give`(
    _ benchmark: String, _ name: String
  ) throws {
    let path = "\(folder)/\(name)"
    try write([0], to: path)
    #expect(
      throws: BenchmarkError.unrecognised(
        path: path, benchmark: benchmark,
        reason: "this is a single file of the archive; give its folder")
    ) { try prepare(.named(benchmark), from: path) }
  }

  @Test func `The content's hash depends on neither the source's path nor the time`() throws {
    let first = try prepare(from: copyOfRehearsal("first"))
    let firstBytes = try bytes(first.path)
    let second = try prepare(from: copyOfRehearsal("second"))
    #expect(first.info.contentSHA256 == second.info.contentSHA256)
    #expect(try firstBytes == bytes(second.path))
    try second.verify()
  }

  @Test func `Sources are recorded with size and SHA-256`() throws {
    let file = try prepare(from: copyOfRehearsal())
    #expect(
      file.info.sources.map(\.name)
        == (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin", "batches.meta.txt"])
    #expect(file.info.sources[0].size == 500 * 3_073)
    #expect(file.info.sources.allSatisfy { $0.sha256.count == 64 })
    // printf 'disc\nring\nsquare\ntriangle\ncross\nstar\ncrescent\nbars\nhourglass\narrow\n' | sha256sum
    #expect(
      file.info.sources[6].sha256
        == "d079dc504e311bbee3c0b3ab607efda6e7dd589ace36a26285dfedcca3b84d6b")
  }

  @Test func `Class folders become images in the order of split, label and name`() throws {
    let file = try prepare(from: makeClassTree(), partial: true)
    #expect(file.info.sourceFormat == "class-folders")
    #expect(!file.info.isComplete)
    #expect(file.info.expectedCounts == BenchmarkDefinition.rehearsal.counts)
    #expect(file.info.counts == SplitCounts(train: 3, test: 1))
    #expect(try file.labels() == [0, 0, 9, 4])
    #expect(file.splits == [.train, .train, .train, .test])
    #expect(try file.pixels(at: [2]) == ImageDecoder.decode(SampleImages.object, file: "").pixels)
    try file.verify()
  }

  @Test func `Fewer images than the definition's are refused with what is missing`() throws {
    let original = try copyOfRehearsal()
    try FileManager.default.removeItem(atPath: original + "/data_batch_2.bin")
    let whole = try bytes(original + "/test_batch.bin")
    try write(Array(whole.prefix(100 * 3_073)), to: original + "/test_batch.bin")
    let missing = ["data_batch_2.bin: 0 of 500", "test_batch.bin: 100 of 500"]
    #expect(
      throws: BenchmarkError.incomplete(
        benchmark: "rehearsal", path: original, missing: missing)
    ) { try prepare(from: original) }
    let file = try prepare(from: original, partial: true)
    #expect(!file.info.isComplete)
    #expect(file.info.counts == SplitCounts(train: 2_000, test: 100))
  }

  @Test func `More images than the definition's are refused even as partial`() throws {
    let original = try copyOfRehearsal()
    let batch = try bytes(original + "/data_batch_1.bin")
    try write(batch + batch.prefix(3_073), to: original + "/data_batch_1.bin")
    #expect(
      throws: BenchmarkError.tooMany(
        benchmark: "rehearsal", path: original, surplus: ["data_batch_1.bin: 501 of 500"])
    ) { try prepare(from: original, partial: true) }
  }

  @Test func `A label that is another class's shows in the numbers of both`() throws {
    let original = try copyOfRehearsal()
    var batch = try bytes(original + "/test_batch.bin")
    batch[0] = (batch[0] + 1) % 10
    let (from, to) = (Int(batch[0] + 9) % 10, Int(batch[0]))
    try write(batch, to: original + "/test_batch.bin")
    let names = BenchmarkDefinition.rehearsal.classNames
    let different = [(from, 49), (to, 51)].sorted { $0.0 < $1.0 }
      .map { "test images of \(names[$0.0]): \($0.1) of 50" }
    #expect(
      throws: BenchmarkError.incomplete(
        benchmark: "rehearsal", path: original, missing: different)
    ) { try prepare(from: original) }
    let file = try prepare(from: original, partial: true)
    #expect(!file.info.isComplete)
    #expect(file.info.classCounts[.test]?[from] == 49)
    #expect(file.info.counts == BenchmarkDefinition.rehearsal.counts)
  }

  @Test func `A batch that is there twice, in another's place, is noticed`() throws {
    let original = try copyOfRehearsal()
    try write(bytes(original + "/data_batch_1.bin"), to: original + "/data_batch_4.bin")
    #expect(
      throws: BenchmarkError.incomplete(
        benchmark: "rehearsal", path: original,
        missing: ["data_batch_4.bin: identical to data_batch_1.bin"])
    ) { try prepare(from: original) }
    #expect(try !prepare(from: original, partial: true).info.isComplete)
  }

  @Test func `A class folder's shortfall is listed by class`() throws {
    let error = #expect(throws: BenchmarkError.self) { try prepare(from: makeClassTree()) }
    #expect(error?.description.contains("train/disc: 2 of 250") == true)
    #expect(error?.description.contains("test/arrow: 0 of 50") == true)
  }

  @Test func `A batch file that breaks off names the record and the bytes left`() throws {
    let original = try copyOfRehearsal()
    let batch = try bytes(original + "/data_batch_3.bin")
    try write(Array(batch.prefix(7 * 3_073 + 55)), to: original + "/data_batch_3.bin")
    #expect(
      throws: BenchmarkError.brokenRecord(
        file: original + "/data_batch_3.bin", record: 7, bytesLeft: 55, recordSize: 3_073)
    ) { try prepare(from: original, partial: true) }
  }

  @Test func `A label over 9 names the file and the record`() throws {
    let original = try copyOfRehearsal()
    var batch = try bytes(original + "/data_batch_4.bin")
    batch[42 * 3_073] = 10
    try write(batch, to: original + "/data_batch_4.bin")
    #expect(
      throws: BenchmarkError.labelOutOfRange(
        file: original + "/data_batch_4.bin", record: 42, label: 10, allowed: 0...9)
    ) { try prepare(from: original) }
  }

  @Test func `An empty batch file is refused`() throws {
    let original = try copyOfRehearsal()
    try write([], to: original + "/test_batch.bin")
    #expect(throws: BenchmarkError.emptyFile(file: original + "/test_batch.bin")) {
      try prepare(from: original)
    }
  }

  @Test func `Files of another benchmark are told by their class names`() throws {
    let original = try copyOfRehearsal()
    let error = #expect(throws: BenchmarkError.self) {
      try prepare(.cifar10, from: original, partial: true)
    }
    #expect(error?.description.contains("batches.meta.txt' lists the classes") == true)
  }

  @Test func `An unreadable image is named, and so is one of the wrong size`() throws {
    let tree = try makeClassTree()
    let broken = tree + "/train/disc/c.jpg"
    try write(Array(SampleImages.objectJPEG.dropLast(20)), to: broken)
    guard
      case .unreadableImage(broken, _)? = #expect(
        throws: BenchmarkError.self, performing: { try prepare(from: tree, partial: true) })
    else {
      Issue.record("the error should name \(broken)")
      return
    }
    try write(SampleImages.png, to: broken)
    #expect(
      throws: BenchmarkError.wrongImageSize(file: broken, width: 8, height: 8, expected: 32)
    ) { try prepare(from: tree, partial: true) }
  }

  @Test func `A file among the images that is none is passed over and counted`() throws {
    let tree = try makeClassTree()
    try write([1], to: tree + "/train/disc/Thumbs.db")
    try write([1], to: tree + "/train/disc/notes.txt")
    try write([1], to: tree + "/labels.csv")
    let info = try prepare(from: tree, partial: true).info
    #expect(info.counts == SplitCounts(train: 3, test: 1))
    #expect(info.remarks.map(\.count) == [1, 2])
  }

  @Test func `A misspelt class folder is refused with the nearest name`() throws {
    let tree = try makeClassTree()
    try write(SampleImages.object, to: tree + "/train/triangel/0.png")
    #expect(
      throws: BenchmarkError.unknownClassFolder(
        path: tree + "/train/triangel", benchmark: "rehearsal", nearest: "triangle")
    ) { try prepare(from: tree, partial: true) }
  }

  @Test func `A folder level too many or too few is recognised or refused`() throws {
    _ = try makeClassTree("outer/inner")
    #expect(throws: Never.self) { try prepare(from: folder + "/outer", partial: true) }

    try FileManager.default.removeItem(atPath: folder + "/made")
    _ = try makeClassTree("doubled/train")
    try write(SampleImages.object, to: folder + "/doubled/test/disc/0.png")
    #expect(throws: BenchmarkError.self) { try prepare(from: folder + "/doubled", partial: true) }

    let nested = try makeClassTree("nested")
    try write(SampleImages.object, to: nested + "/train/disc/disc/0.png")
    #expect(throws: BenchmarkError.self) { try prepare(from: nested, partial: true) }

    let error = #expect(throws: BenchmarkError.self) {
      try prepare(from: nested + "/train", partial: true)
    }
    #expect(error?.description.contains("give the folder above") == true)
  }

  @Test func `Missing paths and files of other kinds are refused`() throws {
    #expect(throws: BenchmarkError.missing(path: "/nowhere")) { try prepare(from: "/nowhere") }
    try write([1], to: folder + "/cifar-10-binary.tar.gz")
    #expect(throws: BenchmarkError.self) {
      try prepare(.cifar10, from: folder + "/cifar-10-binary.tar.gz")
    }
    let error = #expect(throws: BenchmarkError.self) { try prepare(.cifar10, from: folder) }
    #expect(error?.description.contains("give the archive itself") == true)
  }

  @Test func `A target that cannot be written is named`() throws {
    try write([1], to: folder + "/file")
    let target = folder + "/file/rehearsal.h5"
    let original = try copyOfRehearsal()
    let error = #expect(throws: BenchmarkError.self) {
      try BenchmarkPreparation.prepare(.rehearsal, from: original, to: target)
    }
    #expect(error?.description.hasPrefix("cannot write '\(target)'") == true)
  }
}
