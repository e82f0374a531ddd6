import Benchmarks
import Core
import Domain
import Foundation
import Rehearsal
import Testing

private let batches = (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"]

extension BenchmarksTests {
  private func checksum(_ folder: String) throws -> String {
    var hash = SHA256Hash()
    for name in batches + ["batches.meta.txt"] { hash.update(try bytes("\(folder)/\(name)")) }
    return hash.hexadecimal
  }

  @Test func `The same seed draws the same bytes, another seed others`() throws {
    try RehearsalGenerator(seed: 1).write(to: folder + "/again")
    try RehearsalGenerator(seed: 2).write(to: folder + "/other")
    let first = try checksum(Self.rehearsal.get())
    #expect(try checksum(folder + "/again") == first)
    #expect(try checksum(folder + "/other") != first)
  }

  @Test(arguments: batches) func `Every file has 50 images of each class`(_ name: String) throws {
    let records = try bytes(Self.rehearsal.get() + "/" + name)
    try #require(records.count == 500 * 3_073)
    var counts = [UInt8: Int]()
    for record in 0..<500 { counts[records[record * 3_073], default: 0] += 1 }
    #expect(counts.count == 10 && counts.values.allSatisfy { $0 == 50 })
    let labels = (0..<500).map { records[$0 * 3_073] }
    #expect(labels != labels.sorted(), "labels are shuffled")
  }

  @Test func `Mean colours do not tell the classes`() throws {
    let records = try bytes(Self.rehearsal.get() + "/data_batch_1.bin")
    // The mean over 50 images of a class varies by chance; between classes it varies little more.
    for channel in 0..<3 {
      var means = [Double](repeating: 0, count: 10)
      for record in 0..<500 {
        let start = record * 3_073 + 1 + channel * 1_024
        let sum = records[start..<start + 1_024].reduce(0) { $0 + Int($1) }
        means[Int(records[record * 3_073])] += Double(sum) / 1_024 / 50
      }
      let spread = (means.max() ?? 0) - (means.min() ?? 0)
      #expect(spread < 35, "of 255 grey levels")
    }
  }

  private static let rehearsals = BenchmarkDefinition.all.filter {
    $0.isRehearsal && $0 != .rehearsal
  }

  @Test func `There is a rehearsal of each benchmark of the paper`() {
    let originals = BenchmarkDefinition.all.filter { !$0.isRehearsal }.map(\.name)
    #expect(Self.rehearsals.compactMap(\.rehearsalOf) == originals)
    #expect(Self.rehearsals.map(\.name) == originals.map { "rehearsal-" + $0 })
  }

  /// The forms of the rehearsals: together those of the paper's benchmarks.
  @Test(arguments: [
    ("rehearsal-cifar10", "cifar-python", "/cifar-10-python.tar.gz"),
    ("rehearsal-cifar100", "cifar-binary", "/cifar-100-binary.tar.gz"),
    ("rehearsal-stl10", "stl-binary", "/stl10_binary"),
    ("rehearsal-imagenet10", "synset-folders", "/train"),
    ("rehearsal-imagenet-dogs", "synset-folders", "/ILSVRC2012_img_train.tar"),
    ("rehearsal-tiny-imagenet", "tiny-imagenet", "/tiny-imagenet-200.zip"),
  ])
  func `A rehearsal goes through the adapter of its original, in its layout and complete`(
    name: String, form: String, end: String
  ) throws {
    let definition = try BenchmarkDefinition.named(name)
    let source = try RehearsalGenerator(seed: 3).write(definition, to: folder + "/originals")
    #expect(source == folder + "/originals" + end)
    let file = try prepare(definition, from: source)
    #expect(file.info.isComplete && file.info.benchmark == name && file.info.sourceFormat == form)
    try file.verify()
    for split in [Split.train, .test] where file.info.counts[split] > 0 {
      let counts = try #require(file.info.classCounts[split])
      #expect(counts.count == definition.classCount && Set(counts).count == 1, "\(counts)")
    }
  }

  @Test func `A preparation from an archive tells how far it is in each step`() throws {
    let definition = try BenchmarkDefinition.named("rehearsal-cifar100")
    let source = try RehearsalGenerator(seed: 3).write(definition, to: folder + "/originals")
    let size = try bytes(source).count
    var (listed, read, images) = ([Int](), [Int](), [Int]())
    _ = try BenchmarkPreparation.prepare(
      definition, from: source, to: folder + "/reported.h5",
      report: { step in
        switch step {
        case .listing("cifar-100-binary.tar.gz", let bytes, of: size): listed.append(bytes)
        case .reading("cifar-100-binary.tar.gz", let bytes, of: size): read.append(bytes)
        case .images(let done, of: 1_200): images.append(done)
        case .hashing("cifar-100-binary.tar.gz", let bytes, of: size): #expect(bytes <= size)
        default: Issue.record("\(step)")
        }
      })
    #expect(listed == listed.sorted() && listed.last == size)
    // It is whole, so that its images are taken while it is listed.
    #expect(read.isEmpty)
    #expect(images == images.sorted() && images.last == 1_200)
  }

  @Test func `A zero byte in a list of names is refused, since HDF5 would end the name there`()
    throws
  {
    let definition = try BenchmarkDefinition.named("rehearsal-tiny-imagenet")
    let source = try RehearsalGenerator(seed: 3).write(
      definition, to: folder + "/originals", unpacked: true)
    let words = source + "/words.txt"
    var text = try bytes(words)
    // The last letter of the last name.
    text[text.count - 2] = 0
    try write(text, to: words)
    #expect(
      throws: BenchmarkError.damaged(file: words, reason: "it is not a UTF-8 text file")
    ) { try self.prepare(definition, from: source) }
  }

  @Test func `Archives of rehearsals are the same every time`() throws {
    for name in ["rehearsal-cifar100", "rehearsal-imagenet-dogs", "rehearsal-tiny-imagenet"] {
      let definition = try BenchmarkDefinition.named(name)
      let paths = try ["one", "two"].map {
        try RehearsalGenerator(seed: 3).write(definition, to: "\(folder)/\($0)")
      }
      #expect(try bytes(paths[0]) == bytes(paths[1]))
    }
  }

  @Test func `A rehearsal's image has the same pixels in every file format`() throws {
    // Classes are told by shape: a turned or inverted image would be another image.
    let definition = try BenchmarkDefinition.named("rehearsal-imagenet10")
    let source = try RehearsalGenerator(seed: 3).write(definition, to: folder + "/originals")
    let first = source + "/n90000001/n90000001_"
    // 8 is CMYK, 16 a PNG, 24 lies on its side: their first bytes say so.
    #expect(try bytes(first + "16.JPEG").starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(try bytes(first + "24.JPEG")[2..<4] == [0xFF, 0xE1])
    for index in [8, 16, 24] {
      let image = try ImageDecoder.decode(bytes(first + "\(index).JPEG"), file: "\(index)")
      // The object is lighter than what it lies on.
      func mean(_ rows: Range<Int>, _ columns: Range<Int>) -> Double {
        var sum = 0
        for row in rows {
          for column in columns {
            let place = (row * image.width + column) * 3
            sum += image.pixels[place..<place + 3].reduce(0) { $0 + Int($1) }
          }
        }
        return Double(sum) / Double(rows.count * columns.count)
      }
      let (height, width) = (image.height, image.width)
      let middle = mean(height * 2 / 5..<height * 3 / 5, width * 2 / 5..<width * 3 / 5)
      let edge = mean(0..<height / 10, 0..<width)
      #expect(middle > edge, "image \(index)")
    }
  }
}
