import Benchmarks
import Foundation
import Testing

/// Writes a batch as Python 2 pickled CIFAR's: opcodes, memo and order are those of the genuine files.
private struct PickledBatch {
  private var bytes: [UInt8] = [0x80, 2, UInt8(ascii: "}")]
  private var memo: UInt8 = 1

  init(lists: [(key: String, values: [Int])], planes: [UInt8], numpy: String = "numpy") {
    put()
    bytes.append(UInt8(ascii: "("))
    for (key, values) in lists {
      string(key)
      bytes.append(UInt8(ascii: "]"))
      put()
      bytes.append(UInt8(ascii: "("))
      for value in values { bytes += [UInt8(ascii: "K"), UInt8(value)] }
      bytes.append(UInt8(ascii: "e"))
    }
    string("data")
    bytes += "c\(numpy).core.multiarray\n_reconstruct\n".utf8
    put()
    bytes += "c\(numpy)\nndarray\n".utf8
    put()
    bytes += [UInt8(ascii: "K"), 0, 0x85]
    string("b")
    bytes += [0x87, UInt8(ascii: "R")]
    put()
    let rows = UInt8(planes.count / 3_072)
    bytes += [UInt8(ascii: "("), UInt8(ascii: "K"), 1, UInt8(ascii: "K"), rows]
    bytes += [UInt8(ascii: "M"), 0x00, 0x0C, 0x86]
    bytes += "c\(numpy)\ndtype\n".utf8
    string("u1")
    bytes += [UInt8(ascii: "K"), 0, UInt8(ascii: "K"), 1, 0x87, UInt8(ascii: "R")]
    bytes += [UInt8(ascii: "("), UInt8(ascii: "K"), 3]
    string("|")
    bytes += "NNN".utf8
    for _ in 0..<2 { bytes += [UInt8(ascii: "J"), 0xFF, 0xFF, 0xFF, 0xFF] }
    bytes += [UInt8(ascii: "K"), 0, UInt8(ascii: "t"), UInt8(ascii: "b"), 0x89, UInt8(ascii: "T")]
    let length = UInt32(planes.count)
    bytes += (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    bytes += planes
    bytes += "tbu.".utf8
  }

  var file: [UInt8] { bytes }

  private mutating func put() {
    bytes += [UInt8(ascii: "q"), memo]
    memo += 1
  }

  private mutating func string(_ text: String) {
    bytes += [UInt8(ascii: "U"), UInt8(text.utf8.count)] + Array(text.utf8)
    put()
  }
}

extension BenchmarksTests {
  private static let planes = (0..<3 * 3_072).map { UInt8(truncatingIfNeeded: $0 * 7 / 5) }

  @Test func `The python version gives labels and images`() throws {
    let original = folder + "/cifar-10-batches-py"
    let batch = PickledBatch(lists: [("labels", [3, 0, 9])], planes: Self.planes)
    try write(batch.file, to: original + "/data_batch_4")
    let file = try prepare(.cifar10, from: original, partial: true)
    #expect(file.info.sourceFormat == "cifar-python")
    #expect(try file.labels() == [3, 0, 9])
    #expect(
      try file.pixels(at: [1]) == interleaved(Self.planes[3_072..<6_144]))
    #expect(file.info.sources.map(\.isAsPublished) == [false])

    try pack(["cifar-10-batches-py"], of: folder, as: folder + "/cifar-10-python.tar.gz")
    let archived = try prepare(.cifar10, from: folder + "/cifar-10-python.tar.gz", partial: true)
    #expect(archived.info.contentSHA256 == file.info.contentSHA256)
  }

  @Test func `CIFAR-100's python version has both labels`() throws {
    // Apples (0) are fruit (4), baby (2) people (14), wolf (97) large carnivores (8).
    let lists = [("fine_labels", [0, 2, 97]), ("coarse_labels", [4, 14, 8])]
    let original = folder + "/cifar-100-python"
    try write(PickledBatch(lists: lists, planes: Self.planes).file, to: original + "/test")
    let file = try prepare(.cifar100, from: original, partial: true)
    #expect(try file.labels() == [4, 14, 8])
    #expect(try file.fineLabels() == [0, 2, 97])
    #expect(file.splits == [.test, .test, .test])
    try file.verify()
  }

  @Test func `A pickle that refers to anything but numpy's arrays is refused`() throws {
    let batch = PickledBatch(lists: [("labels", [3, 0, 9])], planes: Self.planes, numpy: "os")
    let path = folder + "/batches/test_batch"
    try write(batch.file, to: path)
    let error = #expect(throws: BenchmarkError.self) {
      try prepare(.cifar10, from: folder + "/batches", partial: true)
    }
    #expect(error?.description.contains("'os.core.multiarray _reconstruct'") == true)
  }

  @Test func `Labels that do not match the images are refused`() throws {
    let path = folder + "/batches/test_batch"
    let few = PickledBatch(lists: [("labels", [3, 0])], planes: Self.planes)
    try write(few.file, to: path)
    #expect(throws: BenchmarkError.wrongLabelCount(file: path, labels: 2, images: 3)) {
      try prepare(.cifar10, from: folder + "/batches", partial: true)
    }
    let wrong = PickledBatch(lists: [("labels", [3, 10, 0])], planes: Self.planes)
    try write(wrong.file, to: path)
    #expect(
      throws: BenchmarkError.labelOutOfRange(file: path, record: 1, label: 10, allowed: 0...9)
    ) { try prepare(.cifar10, from: folder + "/batches", partial: true) }
  }

  @Test func `A pickle that breaks off anywhere is refused`() throws {
    let batch = PickledBatch(lists: [("labels", [3, 0, 9])], planes: Self.planes).file
    let path = folder + "/batches/test_batch"
    for length in stride(from: 1, to: batch.count, by: 97) {
      try write(Array(batch.prefix(length)), to: path)
      #expect(throws: BenchmarkError.self) {
        try prepare(.cifar10, from: folder + "/batches", partial: true)
      }
    }
  }
}
