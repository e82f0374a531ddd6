import Benchmarks
import Domain
import Foundation
import HDF5
import Testing

/// A small benchmark file, true in all but what a test changes.
private struct SampleFile {
  var benchmark = "mine"
  var side = 2
  var classNames = ["a", "b"]
  var labels: [Int32] = [0, 1]
  var splits: [UInt8] = [0, 0]
  var expected: [Int64] = [2, 0, 0]
  var isComplete = true
  var chunk: [Int]?
  /// Of the source file, and what is published for it.
  var md5 = ""
  var publishedMD5 = ""

  func write(to path: String) throws {
    let file = try HDF5File(creating: path)
    let count = splits.count
    let images = try file.createDataSet(
      "images", of: UInt8.self, shape: [count, side, side, 3], chunk: chunk)
    try images.write([UInt8](repeating: 0, count: count * side * side * 3))
    try images.close()
    try file.write("labels", labels)
    try file.write("splits", splits)
    try file.write("class_names", strings: classNames)
    try file.setAttribute("benchmark", benchmark)
    try file.setAttribute("schema", Int64(1))
    try file.setAttribute("complete", UInt8(isComplete ? 1 : 0))
    try file.setAttribute("image_size", Int64(side))
    try file.setAttribute(
      "counts",
      (0..<3).map { split in
        Int64(splits.count { $0 == split })
      })
    try file.setAttribute("expected_counts", expected)
    try file.setAttribute("source_format", "folders")
    try file.setAttribute("source_files", ["a"])
    try file.setAttribute("source_sizes", [Int64(1)])
    try file.setAttribute("source_sha256", ["-"])
    try file.setAttribute("source_md5", [md5])
    try file.setAttribute("published_md5", [publishedMD5])
    try file.setAttribute("tool_version", "a test")
    try file.setAttribute("content_sha256", "-")
    try file.close()
  }
}

extension BenchmarksTests {
  private func open(_ change: (inout SampleFile) -> Void) throws -> BenchmarkFile {
    var sample = SampleFile()
    change(&sample)
    let path = folder + "/sample.h5"
    try sample.write(to: path)
    return try BenchmarkFile.open(path)
  }

  private func expectInvalid(
    _ reason: String, _ change: (inout SampleFile) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: BenchmarkError.self, sourceLocation: sourceLocation) {
      try self.open(change)
    }
    #expect(
      error?.description.contains(reason) == true, "\(error.map { "\($0)" } ?? "")",
      sourceLocation: sourceLocation)
  }

  @Test func `Numbers that no benchmark has are refused`() throws {
    #expect(try open { _ in }.info.isComplete)
    expectInvalid("expected_counts") { $0.expected = [1 << 62, 1 << 62, 1 << 62] }
    expectInvalid("expected_counts") { $0.expected = [-1, 0, 0] }
    expectInvalid("expected_counts") { $0.expected = [2, 0] }
    expectInvalid("a side of 0 pixels") { $0.side = 0 }
    expectInvalid("a name of 5000 bytes") {
      $0.classNames[1] = String(repeating: "b", count: 5_000)
    }
  }

  @Test func `Lists that are not as long as the images are many are refused`() {
    expectInvalid("/labels has shape [3]") { $0.labels = [0, 1, 0] }
    expectInvalid("/labels has shape [1]") { $0.labels = [0] }
  }

  @Test func `Images that are stored in chunks are refused`() {
    expectInvalid("stored in chunks") { $0.chunk = [1, 2, 2, 3] }
  }

  @Test func `A file is not its benchmark's that has other classes, sizes or numbers`() throws {
    func asCIFAR(_ sample: inout SampleFile) {
      sample.benchmark = "cifar10"
      sample.side = 32
      sample.classNames = BenchmarkDefinition.cifar10.classNames
      sample.expected = [50_000, 10_000, 0]
      sample.isComplete = false
    }
    #expect(try open(asCIFAR).info.counts == SplitCounts(train: 2))
    expectInvalid("classes differ from those of CIFAR-10") { sample in
      asCIFAR(&sample)
      sample.classNames[3] = "dog"
    }
    expectInvalid("a side of 2 pixels, those of CIFAR-10 have 32") { sample in
      asCIFAR(&sample)
      sample.side = 2
    }
    expectInvalid("it states that CIFAR-10 has 2 train, expected 50000 train, 10000 test") {
      sample in
      asCIFAR(&sample)
      sample.expected = [2, 0, 0]
      sample.isComplete = true
    }
    expectInvalid("is marked complete but has 2 of 50000 train images") { sample in
      asCIFAR(&sample)
      sample.isComplete = true
    }
  }

  @Test func `Images beside the benchmark's do not count as found`() throws {
    let file = try open { sample in
      sample.benchmark = "tiny-imagenet"
      sample.side = 64
      sample.splits = [0, 1]
      sample.expected = [100_000, 0, 0]
      sample.isComplete = false
    }
    #expect(file.info.counts.total == 2 && file.info.foundCount == 1)
  }

  @Test func `A file that calls itself complete has its benchmark's images of each class`() {
    expectInvalid("the numbers of train images per class differ from those of Rehearsal-10") {
      $0.benchmark = "rehearsal"
      $0.side = 32
      $0.classNames = BenchmarkDefinition.rehearsal.classNames
      $0.expected = [2_500, 500, 0]
      $0.splits = [UInt8](repeating: 0, count: 2_500) + [UInt8](repeating: 1, count: 500)
      $0.labels = [Int32](repeating: 0, count: 2_501) + (1..<500).map { Int32($0 % 10) }
    }
  }

  @Test func `Images that are right by number alone are not verified`() throws {
    func asImageNet(_ sample: inout SampleFile) {
      sample.benchmark = "imagenet10"
      sample.side = 1
      sample.classNames = BenchmarkDefinition.imagenet10.classNames
      sample.expected = [13_000, 0, 0]
      sample.splits = [UInt8](repeating: 0, count: 13_000)
      sample.labels = (0..<13_000).map { Int32($0 / 1_300) }
    }
    let byNumber = try open(asImageNet).info
    #expect(byNumber.isComplete && byNumber.isVerified == false)
    let byChecksum = try open { sample in
      asImageNet(&sample)
      sample.md5 = "1d675b47d978889d74fa0da5fadfb00e"
      sample.publishedMD5 = sample.md5
    }
    #expect(byChecksum.info.isVerified == true)
    #expect(try open { _ in }.info.isVerified == nil, "nothing is published of a user's own")
  }
}
