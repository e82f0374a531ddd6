import Benchmarks
import Core
import Domain
import Foundation
import Rehearsal
import Testing

/// How many damaged files each test tries: a few seconds' worth, or a long night's.
private let rounds =
  ProcessInfo.processInfo.environment["SCL_SLOW"] != nil ? 500 : 20

/// Original files some of which are damaged in turn.
struct Corpus: Codable, CustomTestStringConvertible, Sendable {
  let benchmark: String
  /// Whether they are taken for class folders of one's own, in which cameras' turns count.
  var isOwn = false
  /// Whether they lie in folders where the benchmark's layout is an archive.
  var isUnpacked = false
  /// Files that are taken, by the end of their names; all if there are none.
  var endings: [String] = []
  /// Files that are damaged, by the end of their names; all if there are none.
  var damaged: [String] = []

  var testDescription: String {
    (isOwn ? "own folders of " : "") + benchmark + (isUnpacked ? ", unpacked" : "") + " \(damaged)"
  }

  static let all = [
    Corpus(
      benchmark: "rehearsal-cifar10", isUnpacked: true,
      endings: ["data_batch_1", "test_batch", "batches.meta"]),
    Corpus(
      benchmark: "rehearsal-cifar100", isUnpacked: true,
      endings: ["test.bin", "names.txt"]),
    Corpus(benchmark: "rehearsal-cifar100"),
    Corpus(benchmark: "rehearsal-stl10", endings: ["train_X.bin", "train_y.bin", "names.txt"]),
    Corpus(benchmark: "rehearsal-imagenet10", endings: ["0.JPEG"]),
    // Photographs that lie on their side, two of each of two classes.
    Corpus(
      benchmark: "rehearsal-imagenet10", isOwn: true,
      endings: ["_24.JPEG", "_56.JPEG", "_120.JPEG", "_152.JPEG"]),
    Corpus(benchmark: "rehearsal-imagenet-dogs"),
    Corpus(benchmark: "rehearsal-tiny-imagenet"),
    Corpus(
      benchmark: "rehearsal-tiny-imagenet", isUnpacked: true, endings: ["7.JPEG", ".txt"],
      damaged: ["wnids.txt", "words.txt", "val_annotations.txt"]),
  ]
}

extension BenchmarksTests {
  /// The path to prepare from, and the files that a test may damage.
  private func originals(_ corpus: Corpus) throws -> (source: String, files: [String]) {
    let definition = try BenchmarkDefinition.named(corpus.benchmark)
    let source = try RehearsalGenerator(seed: 1).write(
      definition, to: folder + "/originals", unpacked: corpus.isUnpacked)
    func ends(_ path: String, _ endings: [String]) -> Bool {
      endings.isEmpty || endings.contains { path.hasSuffix($0) }
    }
    var files: [String] = []
    let manager = FileManager.default
    for name in try manager.subpathsOfDirectory(atPath: folder + "/originals").sorted() {
      let path = "\(folder)/originals/\(name)"
      var isFolder: ObjCBool = false
      guard manager.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
        continue
      }
      if !ends(path, corpus.endings) {
        try manager.removeItem(atPath: path)
      } else if ends(path, corpus.damaged) {
        files.append(path)
      }
    }
    return (source, files)
  }

  /// Prepares a benchmark file from a corpus.
  private func prepare(
    _ corpus: Corpus, from source: String
  ) throws(BenchmarkError) -> BenchmarkFile {
    guard corpus.isOwn else {
      return try prepare(.named(corpus.benchmark), from: source, partial: true)
    }
    var options = PreparationOptions()
    options.imageSize = 32
    let target = folder + "/made/own.h5"
    _ = try BenchmarkPreparation.prepareFolders(
      named: "own", from: source, to: target, options: options)
    return try BenchmarkFile.open(target)
  }

  /// In a process of its own, whose memory and whose end tell of this corpus alone.
  @Test(arguments: Corpus.all)
  func `Damaged originals are refused, or read as far as they are sound, in little memory`(
    _ corpus: Corpus
  ) async {
    await #expect(processExitsWith: .success) { [corpus] in
      try BenchmarksTests().damage(corpus)
      let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
      let peak = try #require(status.firstMatch(of: /VmHWM:\s+(\d+) kB/).flatMap { Int($0.1) })
      #expect(peak < 1 << 20, "\(peak >> 10) MiB")
    }
  }

  /// Damages files of a corpus in turn and prepares from it.
  private func damage(_ corpus: Corpus) throws {
    let (source, files) = try originals(corpus)
    #expect(!files.isEmpty)
    var mutator = Mutator(seed: 7)
    var refused = 0
    for round in 0..<rounds {
      let file = files[mutator.number(below: files.count)]
      let whole = try bytes(file)
      try write(mutator.damaged(whole), to: file)
      do {
        // A refusal leaves no file; whatever comes out has to be a sound one.
        let made = try prepare(corpus, from: source)
        #expect(throws: Never.self, "round \(round), \(file)") { try made.verify() }
        try FileManager.default.removeItem(atPath: folder + "/made")
      } catch {
        refused += 1
        #expect(error is BenchmarkError, "round \(round), \(file): \(error)")
        let left = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/made")) ?? []
        #expect(left.isEmpty, "round \(round), \(file)")
      }
      try write(whole, to: file)
    }
    #expect(refused > 0)
    #expect(throws: Never.self) { try self.prepare(corpus, from: source) }
  }

  @Test func `Damaged images are refused, or are images`() throws {
    let originals = try RehearsalGenerator(seed: 1).write(
      .named("rehearsal-imagenet10"), to: folder + "/originals")
    let photographs = try FileManager.default.subpathsOfDirectory(atPath: originals).sorted()
      .filter { $0.hasSuffix("8.JPEG") }.prefix(24).map { try bytes("\(originals)/\($0)") }
    let images =
      photographs + [
        SampleImages.png, SampleImages.transparentPNG, SampleImages.greyPNG, SampleImages.jpeg,
      ]
    var mutator = Mutator(seed: 8)
    var refused = 0
    for round in 0..<rounds * 40 {
      do {
        let image = try ImageDecoder.decode(
          mutator.damaged(images[round % images.count]), file: "damaged")
        #expect(image.pixels.count == image.height * image.width * 3)
      } catch {
        refused += 1
      }
    }
    #expect(refused > rounds)
  }

  @Test func `Damaged benchmark files are refused, or are what they say`() throws {
    let definition = try BenchmarkDefinition.named("rehearsal-cifar100")
    let (source, _) = try originals(
      Corpus(benchmark: definition.name, isUnpacked: true, endings: ["test.bin"]))
    let file = try prepare(definition, from: source, partial: true).path
    let whole = try bytes(file)
    let content = try BenchmarkFile.open(file).info.contentSHA256
    var mutator = Mutator(seed: 9)
    var refused = 0
    for _ in 0..<rounds * 10 {
      try write(mutator.damaged(whole), to: file)
      do throws(BenchmarkError) {
        let damaged = try BenchmarkFile.open(file)
        try damaged.verify()
        // What verifies is the same data, whatever happened to the bytes around it.
        #expect(damaged.info.contentSHA256 == content)
      } catch {
        refused += 1
      }
    }
    #expect(refused > rounds)
  }
}
