import Benchmarks
import Domain
import Foundation
import Rehearsal
import Testing

/// Folders as people have them: everything in them is used, remarked, or refused by name.
extension BenchmarksTests {
  /// Makes files of the paths; those that are named as images have one.
  private func make(_ paths: [String]) throws {
    for path in paths {
      let isImage = path.hasSuffix(".png")
      try write(isImage ? SampleImages.png : [1], to: "\(folder)/mine/\(path)")
    }
  }

  private func prepareMine(skipUnreadable: Bool = false) throws(BenchmarkError) -> BenchmarkFile {
    var options = PreparationOptions()
    options.skipsUnreadable = skipUnreadable
    let target = folder + "/own/mine.h5"
    _ = try BenchmarkPreparation.prepareFolders(
      named: "mine", from: folder + "/mine", to: target, options: options)
    return try BenchmarkFile.open(target)
  }

  private static let two = ["a/1.png", "b/1.png"]

  @Test(arguments: [
    (["a/1.png", "b/1.png", "c/x/1.png", "c/y/1.png"], "mine/c'", "folders with images"),
    (["a/1.png", "b/1.png", "b/more/1.png"], "mine/b'", "'more'"),
    (["train/a/1.png", "train/b/1.png", "extra/a/1.png"], "mine/extra'", "at this level"),
    (["train/a/1.png", "train/b/1.png", "test/1.png"], "mine/test'", "no class folders"),
    (["train/a/1.png", "train/b/x/1.png"], "mine/train/b'", "folders with images"),
    (["train/1.png", "test/1.png"], "mine/test'", "no class folders, like train"),
    (["train/1.png", "test/1.png", "extra/1.png"], "mine/test'", "no class folders"),
    (two + ["1.png", "2.png"], "mine/1.png'", "1 more are there"),
    (["train/a/1.png", "train/b/1.png", "train/1.png"], "mine/train/1.png'", "of their class"),
    (["1.png", "2.png"], "mine'", "2 images but no class folders"),
    (["a/1.png", "b/notes.txt"], "mine", "only 'a'"),
    (["dogs/a/1.png", "dogs/b/1.png", "cats/c/1.png"], "mine/cats'", "give the folder"),
    (["a/1.png", "A/1.png"], "mine/a'", "only in case"),
    (["caf\u{E9}/1.png", "cafe\u{301}/1.png"], "mine/caf", "Unicode form"),
    (["train/Cat/1.png", "train/dog/1.png", "test/cat/1.png"], "mine/test/cat'", "rename"),
  ])
  func `What has no place is refused by name`(
    _ paths: [String], _ place: String, _ reason: String
  ) throws {
    try make(paths)
    let error = #expect(throws: BenchmarkError.self) { try prepareMine() }
    let text = error?.description ?? ""
    #expect(text.contains(place) && text.contains(reason), "\(text)")
  }

  @Test(arguments: [
    ["1.png", "2.png", "3.png"], ["a/1.png", "b/c/1.png", "1.png"],
    ["train/a/1.png", "x/1.png", "y/1.png"],
  ])
  func `Images without classes are taken wherever they lie`(_ paths: [String]) throws {
    try make(paths + ["notes.txt"])
    var options = PreparationOptions()
    options.ignoresClasses = true
    let target = folder + "/own/mine.h5"
    _ = try BenchmarkPreparation.prepareFolders(
      named: "mine", from: folder + "/mine", to: target, options: options)
    let file = try BenchmarkFile.open(target)
    try file.verify()
    #expect(file.info.counts == SplitCounts(train: 3) && file.info.isComplete)
    #expect(file.info.classNames.isEmpty && file.info.classCounts.isEmpty)
    #expect(try file.labels() == [-1, -1, -1])
    #expect(BenchmarkDefinition(file.info).classCount == 0)
  }

  @Test func `A folder without any image has none for a benchmark without classes`() throws {
    try make(["notes.txt"])
    var options = PreparationOptions()
    options.ignoresClasses = true
    #expect(throws: BenchmarkError.self) {
      try BenchmarkPreparation.prepareFolders(
        named: "mine", from: folder + "/mine", to: folder + "/own/mine.h5", options: options)
    }
  }

  @Test(arguments: [
    (["bus/1.png", "car/1.png", "train/1.png"], "3 train", ["bus", "car", "train"]),
    (["train/a/1.png", "train/b/1.png", "valid/a/1.png"], "2 train, 1 test", ["a", "b"]),
    (["Train/a/1.png", "Validation/b/1.png"], "1 train, 1 test", ["a", "b"]),
    (
      ["train/a/1.png", "train/b/1.png", "val/a/1.png", "test/b/1.png"], "2 train, 2 test",
      ["a", "b"]
    ),
    (["x/y/a/1.png", "x/y/b/1.png"], "2 train", ["a", "b"]),
    (["a/one", "b/1.png"], "2 train", ["a", "b"]),
  ])
  func `Everything in the folder is used`(
    _ paths: [String], _ counts: String, _ classes: [String]
  ) throws {
    try make(paths)
    if paths.contains("a/one") { try write(SampleImages.png, to: folder + "/mine/a/one") }
    let file = try prepareMine()
    #expect("\(file.info.counts)" == counts && file.info.classNames == classes)
    #expect(file.info.remarks.isEmpty)
  }

  @Test func `What is passed over by a rule is counted and recorded`() throws {
    try make(
      Self.two + [
        ".DS_Store", "@eaDir/1.png/SYNOPHOTO_THUMB_M.jpg", "a/._1.png", "a/Thumbs.db",
        "__MACOSX/a/._1.png", ".git/config", "b/desktop.ini",
        "a/2.webp", "a/3.gif", "b/4.bmp", "b/5.TIFF",
        "labels.csv", "README", "a/notes.txt",
        "empty/notes.txt", "annotations/a/1.xml",
      ])
    try FileManager.default.createDirectory(
      atPath: folder + "/mine/hollow", withIntermediateDirectories: true)
    let info = try prepareMine().info
    #expect(info.classNames == ["a", "b"] && info.counts == SplitCounts(train: 2))
    let counts = Dictionary(uniqueKeysWithValues: info.remarks.map { ($0.text, $0) })
    #expect(counts[Remark.Kind.leftovers.rawValue]?.count == 7)
    #expect(counts[Remark.Kind.otherPictures.rawValue]?.count == 4)
    #expect(counts[Remark.Kind.otherPictures.rawValue]?.example == "a/2.webp")
    #expect(counts[Remark.Kind.otherFiles.rawValue]?.count == 3)
    #expect(counts[Remark.Kind.emptyFolders.rawValue]?.count == 3)
    #expect(info.remarks.count == 4)
  }

  @Test func `An archive is passed over by the same rules as its folder`() throws {
    try make(Self.two + ["__MACOSX/a/._1.png", "__MACOSX/b/._1.png", ".DS_Store", "a/notes.txt"])
    let fromFolder = try prepareMine().info
    try pack(["mine"], of: folder, as: folder + "/packed/mine.tar.gz")
    let target = folder + "/own/packed.h5"
    _ = try BenchmarkPreparation.prepareFolders(
      named: "mine", from: folder + "/packed/mine.tar.gz", to: target)
    let fromArchive = try BenchmarkFile.open(target).info
    #expect(fromArchive.contentSHA256 == fromFolder.contentSHA256)
    #expect(fromArchive.remarks.map(\.count) == fromFolder.remarks.map(\.count))
  }

  @Test func `Names that are not UTF-8 are read, and shown with their bytes`() throws {
    try make(Self.two)
    let odd = Array("\(folder)/mine/a/caf".utf8) + [0xE9] + Array(".png".utf8) + [0]
    let descriptor = open(odd.map { CChar(bitPattern: $0) }, O_WRONLY | O_CREAT, 0o644)
    try #require(descriptor >= 0)
    _ = Foundation.write(descriptor, SampleImages.png, SampleImages.png.count)
    close(descriptor)
    #expect(try prepareMine().fileNames() == ["a/1.png", "a/caf\\xE9.png", "b/1.png"])
    try pack(["mine"], of: folder, as: folder + "/odd.tar")
    let target = folder + "/own/odd.h5"
    _ = try BenchmarkPreparation.prepareFolders(
      named: "mine", from: folder + "/odd.tar", to: target)
    #expect(
      try BenchmarkFile.open(target).fileNames()
        == ["mine/a/1.png", "mine/a/caf\\xE9.png", "mine/b/1.png"])
  }

  @Test func `Files whose names differ in Unicode form alone are two`() throws {
    try make(["a/caf\u{E9}.png", "a/cafe\u{301}.png", "b/1.png"])
    #expect(try prepareMine().info.counts.train == 3)
    try pack(["mine"], of: folder, as: folder + "/forms.tar.gz")
    let target = folder + "/own/forms.h5"
    _ = try BenchmarkPreparation.prepareFolders(
      named: "mine", from: folder + "/forms.tar.gz", to: target)
    #expect(try BenchmarkFile.open(target).info.counts.train == 3)
  }

  // MARK: - Images that cannot be read

  @Test func `All images that cannot be read are told together, or left out and recorded`() throws {
    try make(Self.two + ["a/2.png", "b/2.png"])
    for name in ["a/0.png", "a/9.jpg", "b/3.png"] {
      try write(Array("no image".utf8), to: "\(folder)/mine/\(name)")
    }
    try write([], to: folder + "/mine/b/4.jpg")
    let error = #expect(throws: BenchmarkError.self) { try prepareMine() }
    let text = error?.description ?? ""
    #expect(text.hasPrefix("4 images of '\(folder)/mine' cannot be used: "), "\(text)")
    for name in ["a/0.png", "a/9.jpg", "b/3.png", "b/4.jpg: it is empty", "--skip-unreadable"] {
      #expect(text.contains(name), "\(text)")
    }
    #expect(!text.contains("download it again"))

    let file = try prepareMine(skipUnreadable: true)
    #expect(file.info.isComplete && file.info.counts == SplitCounts(train: 4))
    #expect(file.info.leftOut == ["a/0.png", "a/9.jpg", "b/3.png", "b/4.jpg"])
    #expect(file.info.remarks.map(\.count) == [4])
    #expect(try file.fileNames() == ["a/1.png", "a/2.png", "b/1.png", "b/2.png"])
    #expect(try file.pixels(at: [3]) == ImageDecoder.decode(SampleImages.png, file: "").pixels)
    try file.verify()
  }

  @Test func `A class whose images all cannot be read is not left out with them`() throws {
    try make(Self.two + ["c/1.txt"])
    try write(Array("no image".utf8), to: folder + "/mine/d/1.png")
    let error = #expect(throws: BenchmarkError.self) { try prepareMine(skipUnreadable: true) }
    #expect(
      error?.description == "no image of 'd' in '\(folder)/mine' can be read; repair the images, "
        + "or remove the folder to prepare the other classes")
  }

  @Test func `A benchmark without an unreadable image is not whole`() throws {
    let definition = try BenchmarkDefinition.named("rehearsal-imagenet10")
    let source = try RehearsalGenerator(seed: 1).write(definition, to: folder + "/originals")
    let synset = try #require(definition.synsets.first)
    let file = "\(source)/\(synset)/\(synset)_7.JPEG"
    try write(Array(bytes(file).dropLast(100)), to: file)
    var options = PreparationOptions()
    options.skipsUnreadable = true
    let target = folder + "/made/skipped.h5"
    let error = #expect(throws: BenchmarkError.self) {
      try BenchmarkPreparation.prepare(definition, from: source, to: target, options: options)
    }
    #expect(error?.description.contains("\(synset): 119 of 120") == true)
    options.acceptsPartial = true
    _ = try BenchmarkPreparation.prepare(definition, from: source, to: target, options: options)
    let info = try BenchmarkFile.open(target).info
    #expect(!info.isComplete && info.counts.train == 1_199)
    #expect(info.leftOut == ["\(synset)/\(synset)_7.JPEG"])
  }
}
