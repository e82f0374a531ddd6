import Benchmarks
import Foundation
import Testing

extension BenchmarksTests {
  @Test(arguments: ["tar", "tar.gz", "tar.bz2"])
  func `An archive gives what the folder gives`(_ format: String) throws {
    let original = try copyOfRehearsal("cifar-10-batches-bin")
    let fromFolder = try prepare(from: original)
    // Another order than that of the images, which the file must not show.
    let archive = "\(folder)/archive.\(format)"
    let names =
      ["test_batch.bin", "batches.meta.txt"] + (1...5).reversed().map { "data_batch_\($0).bin" }
    try pack(names.map { "./cifar-10-batches-bin/\($0)" }, of: folder, as: archive)
    let fromArchive = try prepare(from: archive)
    #expect(fromArchive.info.contentSHA256 == fromFolder.info.contentSHA256)
    let source = try #require(fromArchive.info.sources.first)
    #expect(source.name == "archive.\(format)" && source.md5?.count == 32)
    #expect(source.size == Int64(try bytes(archive).count))
    #expect(
      fromArchive.info.sources.dropFirst().map(\.sha256) == fromFolder.info.sources.map(\.sha256))
  }

  /// Two PNGs for each synset of ImageNet-10, in a colour of their own, as ILSVRC names files.
  private func makeSynsets() throws -> String {
    let parent = folder + "/train"
    for (label, synset) in BenchmarkDefinition.imagenet10.synsets.enumerated() {
      for number in 0..<2 {
        let pixels = [UInt8](repeating: UInt8(20 * label + number), count: 20 * 20 * 3)
        try writePNG(pixels, side: 20, to: "\(parent)/\(synset)/\(synset)_\(number).JPEG")
      }
    }
    return parent
  }

  @Test func `Synset folders, their archives, and archives within an archive are the same`() throws
  {
    let parent = try makeSynsets()
    // A synset of no interest, with nothing that could be decoded.
    try write([1], to: parent + "/n99999999/n99999999_0.JPEG")
    let fromFolders = try prepare(.imagenet10, from: parent, partial: true)
    #expect(try fromFolders.labels() == (0..<20).map { Int32($0 / 2) })
    #expect(try fromFolders.pixels(at: [7]).allSatisfy { $0 == 61 })
    #expect(fromFolders.info.imageSize == 112)

    let synsets = BenchmarkDefinition.imagenet10.synsets + ["n99999999"]
    for synset in synsets {
      let inside = try FileManager.default.contentsOfDirectory(atPath: "\(parent)/\(synset)")
      try pack(inside.sorted(), of: "\(parent)/\(synset)", as: "\(folder)/tars/\(synset).tar")
    }
    let fromArchives = try prepare(.imagenet10, from: folder + "/tars", partial: true)
    #expect(fromArchives.info.contentSHA256 == fromFolders.info.contentSHA256)
    #expect(fromArchives.info.sources.first?.name == "n02056570.tar")

    try pack(
      synsets.reversed().map { "\($0).tar" }, of: folder + "/tars",
      as: folder + "/ILSVRC2012_img_train.tar")
    let nested = try prepare(
      .imagenet10, from: folder + "/ILSVRC2012_img_train.tar", partial: true)
    #expect(nested.info.contentSHA256 == fromFolders.info.contentSHA256)
    #expect(nested.info.sources.first?.isAsPublished == false)
  }

  @Test func `A member that breaks off names archive and member`() throws {
    let original = try copyOfRehearsal("originals")
    let archive = folder + "/archive.tar.gz"
    try pack(["originals"], of: folder, as: archive)
    try FileManager.default.removeItem(atPath: original)
    let whole = try bytes(archive)
    try write(Array(whole.prefix(whole.count / 2)), to: archive)
    let error = #expect(throws: BenchmarkError.self) { try prepare(from: archive) }
    #expect(error?.description.contains(archive) == true)
  }

  @Test func `Links in an archive are refused`() throws {
    let original = try copyOfRehearsal("originals")
    try FileManager.default.createSymbolicLink(
      atPath: original + "/readme", withDestinationPath: "/etc/passwd")
    let archive = folder + "/archive.tar"
    try pack(["originals"], of: folder, as: archive)
    guard
      case .unsafeMember(archive, "originals/readme", _)? = #expect(
        throws: BenchmarkError.self, performing: { try prepare(from: archive) })
    else {
      Issue.record("the error should name the link")
      return
    }
  }
}
