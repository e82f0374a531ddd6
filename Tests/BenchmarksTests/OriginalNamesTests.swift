import Benchmarks
import Domain
import Foundation
import HDF5
import Rehearsal
import Testing

extension BenchmarksTests {
  @Test(arguments: [
    ("rehearsal", "data_batch_1.bin#0", "test_batch.bin#499"),
    (
      "rehearsal-cifar10", "cifar-10-batches-py/data_batch_1#0",
      "cifar-10-batches-py/test_batch#199"
    ),
    ("rehearsal-cifar100", "cifar-100-binary/train.bin#0", "cifar-100-binary/test.bin#199"),
    ("rehearsal-stl10", "train_X.bin#0", "unlabeled_X.bin#299"),
    ("rehearsal-imagenet10", "n90000001/n90000001_0.JPEG", "n90000010/n90000010_1199.JPEG"),
    (
      "rehearsal-tiny-imagenet", "tiny-imagenet-200/train/n90000001/images/n90000001_0.JPEG",
      "tiny-imagenet-200/val/images/val_99.JPEG"
    ),
  ])
  func `A benchmark file names the original of each image`(
    _ name: String, _ first: String, _ last: String
  ) throws {
    let definition = try BenchmarkDefinition.named(name)
    let source = try RehearsalGenerator(seed: 1).write(definition, to: folder + "/originals")
    let file = try prepare(definition, from: source)
    let names = try file.fileNames()
    #expect(file.info.hasFileNames && names.count == file.splits.count)
    #expect(names.first == first && names.last == last)
    #expect(Set(names).count == names.count)
  }

  @Test func `A file without names opens, and one with too few does not`() throws {
    let path = try prepare(from: copyOfRehearsal()).path
    let content = try BenchmarkFile.open(path).info.contentSHA256
    // The link of another name: what earlier versions have written has no /file_names.
    var old = try bytes(path)
    while let place = Data(old).range(of: Data("file_names".utf8)) {
      old.replaceSubrange(place, with: Array("file_namez".utf8))
    }
    try write(old, to: folder + "/old.h5")
    let file = try BenchmarkFile.open(folder + "/old.h5")
    #expect(!file.info.hasFileNames && file.info.contentSHA256 == content)
    #expect(try file.fileNames().isEmpty)
    try file.verify()
  }

  @Test func `The end of a very long name is stored`() throws {
    let deep = (0..<12).map { "folder-\($0)-with-a-rather-long-name" }.joined(separator: "/")
    for name in ["a", "b"] {
      try write(SampleImages.png, to: "\(folder)/mine/\(deep)/\(name)/1.png")
    }
    let target = folder + "/deep.h5"
    _ = try BenchmarkPreparation.prepareFolders(
      named: "deep", from: folder + "/mine", to: target)
    let names = try BenchmarkFile.open(target).fileNames()
    #expect(names.allSatisfy { $0.utf8.count == 255 && $0.hasPrefix("...") })
    #expect(names.map { $0.suffix(7) } == ["a/1.png", "b/1.png"])
  }

  // MARK: - Tiny-ImageNet as people have it

  private func tiny(_ files: [String]) throws -> String {
    let root = folder + "/tiny"
    for path in files {
      try writePNG([UInt8](repeating: 7, count: 32 * 32 * 3), side: 32, to: "\(root)/\(path)")
    }
    // A byte order mark, ends of lines of Windows, and blanks.
    try write(
      [0xEF, 0xBB, 0xBF] + Array("n90000001\r\nn90000002 \r\n".utf8), to: root + "/wnids.txt")
    return root
  }

  @Test(arguments: [
    (["train/n90000001/1.JPEG", "train/n90000002/1.JPEG", "val/n90000001/1.JPEG"], 1),
    (["train/n90000001/images/1.JPEG", "val/n90000002/images/2.JPEG"], 1),
    (["train/n90000001/1.JPEG"], 0),
  ])
  func `Tiny-ImageNet is read as tutorials rearrange it`(_ files: [String], test: Int) throws {
    let file = try prepare(
      .named("rehearsal-tiny-imagenet"), from: tiny(files), partial: true)
    #expect(file.info.counts == SplitCounts(train: files.count - test, test: test))
    #expect(file.info.classNames == ["n90000001", "n90000002"])
    #expect(try file.fileNames() == files)
  }

  @Test(arguments: [
    ["train/1.JPEG", "val/n90000001/1.JPEG"], ["train/x/n90000001/1.JPEG"],
    ["train/n90000001/deep/1.JPEG"],
  ])
  func `Tiny-ImageNet without training images is refused even as partial`(_ files: [String]) throws
  {
    #expect(throws: BenchmarkError.self) {
      try prepare(.named("rehearsal-tiny-imagenet"), from: tiny(files), partial: true)
    }
  }
}
