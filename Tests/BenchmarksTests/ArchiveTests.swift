import Benchmarks
import Domain
import Foundation
import Rehearsal
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

  /// Prepares CIFAR-100's rehearsal from an archive, and tells the steps that it took.
  private func prepareRehearsal(
    from archive: String, partial: Bool = false
  ) throws -> (BenchmarkFile, [PreparationStep]) {
    var steps: [PreparationStep] = []
    var options = PreparationOptions()
    options.acceptsPartial = partial
    let target = "\(folder)/made/rehearsal.h5"
    _ = try BenchmarkPreparation.prepare(
      .named("rehearsal-cifar100"), from: archive, to: target, options: options
    ) { steps.append($0) }
    return (try BenchmarkFile.open(target), steps)
  }

  private func isReading(_ step: PreparationStep) -> Bool {
    if case .reading = step { true } else { false }
  }

  @Test
  func `A compressed archive that is not whole is read again, and gives what its folder gives`()
    throws
  {
    let definition = try BenchmarkDefinition.named("rehearsal-cifar100")
    let original = try RehearsalGenerator(seed: 3).write(
      definition, to: folder + "/originals", unpacked: true)
    // The training images are all there and come first.
    let test = try bytes(original + "/test.bin")
    try write(Array(test.dropLast(3_074)), to: original + "/test.bin")
    let files = ["train.bin", "test.bin", "coarse_label_names.txt", "fine_label_names.txt"]
    try pack(files, of: original, as: folder + "/short.tar.gz")
    let expected = try prepare(definition, from: original, partial: true)
    let (file, steps) = try prepareRehearsal(from: folder + "/short.tar.gz", partial: true)
    #expect(file.info.contentSHA256 == expected.info.contentSHA256)
    #expect(!file.info.isComplete && file.info.counts.total == 1_199)
    #expect(steps.contains(where: isReading))
    #expect(throws: Never.self) { try file.verify() }
  }

  @Test func `A file of the same name elsewhere in an archive is not taken for the benchmark's`()
    throws
  {
    let definition = try BenchmarkDefinition.named("rehearsal-cifar100")
    let original = try RehearsalGenerator(seed: 3).write(
      definition, to: folder + "/originals", unpacked: true)
    let expected = try prepare(definition, from: original)
    let parent = URL(fileURLWithPath: original).deletingLastPathComponent().path
    let other = try bytes(original + "/train.bin").map { $0 ^ 1 }
    try write(other, to: parent + "/backup/old/train.bin")
    let name = URL(fileURLWithPath: original).lastPathComponent
    try pack(["backup", name], of: parent, as: folder + "/both.tar.gz")
    let (file, _) = try prepareRehearsal(from: folder + "/both.tar.gz")
    #expect(file.info.contentSHA256 == expected.info.contentSHA256)
    #expect(throws: Never.self) { try file.verify() }
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

  @Test(arguments: ["tar", "tar.gz"])
  func `Links in an archive are refused`(_ format: String) throws {
    let original = try copyOfRehearsal("originals")
    try FileManager.default.createSymbolicLink(
      atPath: original + "/to-passwd", withDestinationPath: "/etc/passwd")
    let archive = "\(folder)/archive.\(format)"
    // The link comes last, when all images have been taken.
    let names = try FileManager.default.contentsOfDirectory(atPath: original).sorted()
    #expect(names.last == "to-passwd")
    try pack(names.map { "originals/\($0)" }, of: folder, as: archive)
    guard
      case .unsafeMember(archive, "originals/to-passwd", _)? = #expect(
        throws: BenchmarkError.self, performing: { try prepare(from: archive) })
    else {
      Issue.record("the error should name the link")
      return
    }
  }
}
