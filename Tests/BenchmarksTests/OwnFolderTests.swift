import Benchmarks
import Domain
import Foundation
import HDF5
import Testing

extension BenchmarksTests {
  private func prepareOwn(
    _ name: String = "mine", imageSize: Int? = nil
  ) throws -> BenchmarkFile {
    var options = PreparationOptions()
    options.imageSize = imageSize
    let target = "\(folder)/own/\(name).h5"
    _ = try BenchmarkPreparation.prepareFolders(
      named: name, from: folder + "/mine", to: target, options: options)
    return try BenchmarkFile.open(target)
  }

  @Test func `A user's class folders become a complete benchmark of their names`() throws {
    for (name, level) in [("b", 10), ("a", 20), ("c", 30)] {
      let pixels = [UInt8](repeating: UInt8(level), count: 12 * 12 * 3)
      try writePNG(pixels, side: 12, to: "\(folder)/mine/train/\(name)/1.png")
      if name != "c" { try writePNG(pixels, side: 12, to: "\(folder)/mine/val/\(name)/2.png") }
    }
    let file = try prepareOwn()
    #expect(file.info.benchmark == "mine" && file.info.isComplete)
    #expect(file.info.classNames == ["a", "b", "c"])
    #expect(file.info.counts == SplitCounts(train: 3, test: 2))
    #expect(try file.labels() == [0, 1, 2, 0, 1])
    #expect(try file.pixels(at: [2]).allSatisfy { $0 == 30 })
    let definition = BenchmarkDefinition(file.info)
    #expect(definition.name == "mine" && definition.classCount == 3 && definition.imageSize == 12)
  }

  @Test func `More classes than an attribute can list are a benchmark too`() throws {
    let names = (10_000..<11_200).map { "class-\($0)" }
    for name in ["train", "test"].flatMap({ split in names.map { "\(split)/\($0)" } }) {
      try write(SampleImages.object, to: "\(folder)/mine/\(name)/1.png")
    }
    let file = try prepareOwn()
    #expect(file.info.classNames == names)
    #expect(file.info.sources.count == 2_400)
    #expect(file.info.sources[1_201].name == "test/class-10001")
    #expect(file.info.sources[1_201].sha256 == file.info.sources[0].sha256)
    #expect(try file.labels() == (0..<2_400).map { Int32($0 % 1_200) })
    // libhdf5 keeps strings of variable length in heaps of this name.
    #expect(try Data(bytes(file.path)).range(of: Data("GCOL".utf8)) == nil)
    let list = try HDF5File(reading: file.path).dataSet("source_files")
    #expect(list.shape == [2_400] && list.kind == .string)
  }

  @Test func `Images of several sizes need a size to be cut to`() throws {
    for side in [12, 20] {
      let pixels = [UInt8](repeating: UInt8(side), count: side * side * 3)
      try writePNG(pixels, side: side, to: "\(folder)/mine/class-\(side)/1.png")
    }
    #expect(
      throws: BenchmarkError.imageSizeNeeded(
        file: folder + "/mine/class-20/1.png", width: 20, height: 20)
    ) { try prepareOwn() }
    let file = try prepareOwn(imageSize: 8)
    #expect(file.info.imageSize == 8 && file.info.counts == SplitCounts(train: 2))
  }

  @Test func `Names of known benchmarks and unfit ones are refused`() throws {
    for name in ["cifar10", "", "Mine", "a/b", "../up"] {
      #expect(throws: BenchmarkError.self) { try prepareOwn(name) }
    }
  }

  @Test(arguments: [0, 1] as [UInt8])
  func `An Exif segment that is shorter than its own length is passed over`(_ length: UInt8) throws
  {
    let jpeg = SampleImages.quarterJPEG
    let tagged = Array(jpeg[..<2]) + [0xFF, 0xE1, 0, length] + Array(jpeg[2...])
    for name in ["a", "b"] { try write(tagged, to: "\(folder)/mine/\(name)/1.jpg") }
    let expected = try ImageDecoder.decode(jpeg, file: "plain").pixels
    #expect(try prepareOwn().pixels(at: [0]) == expected)
  }

  // Expected: Pillow's ImageOps.exif_transpose of a 16 x 16 JPEG that is white in the upper left
  // quarter alone: rotation 6 moves it to the upper right, 3 to the lower right.
  @Test(arguments: [(6, [0, 255, 0, 0]), (3, [0, 0, 0, 255]), (1, [255, 0, 0, 0])])
  func `A photograph of one's own is turned as its camera says`(
    _ orientation: Int, _ quarters: [Int]
  ) throws {
    let jpeg = SampleImages.quarterJPEG
    // EXIF in Motorola's byte order with one entry: tag 0x0112, a short, once.
    let tiff: [UInt8] =
      Array("MM".utf8) + [
        0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation),
      ]
      + [0, 0, 0, 0, 0, 0]
    let exif = Array("Exif\0\0".utf8) + tiff
    let segment: [UInt8] = [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif
    let tagged = Array(jpeg[..<2]) + segment + Array(jpeg[2...])
    for name in ["a", "b"] { try write(tagged, to: "\(folder)/mine/\(name)/1.jpg") }
    let pixels = try prepareOwn().pixels(at: [0])
    let found = [(2, 2), (2, 13), (13, 2), (13, 13)].map { Int(pixels[($0.0 * 16 + $0.1) * 3]) }
    for (value, expected) in zip(found, quarters) { #expect(abs(value - expected) < 12) }
  }
}
