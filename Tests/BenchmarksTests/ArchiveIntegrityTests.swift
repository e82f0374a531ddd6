import Benchmarks
import Core
import Domain
import Foundation
import Testing

/// Damaged and cut-off archives: nothing of them may be taken for the whole.
extension BenchmarksTests {
  private func prepareOwn(from path: String) throws -> BenchmarkFile {
    let target = folder + "/made/own.h5"
    _ = try BenchmarkPreparation.prepareFolders(named: "own", from: path, to: target)
    return try BenchmarkFile.open(target)
  }

  /// The content that every sample archive has.
  private static let content = "3ede118431c4eb05a287d3e417d9acd357bde37ff2170752bf546c3248d75c62"

  @Test func `The same archive in every compression gives the same file`() throws {
    for (ending, bytes) in ArchiveSamples.all {
      let archive = "\(folder)/sample.\(ending)"
      try write(bytes, to: archive)
      let file = try prepareOwn(from: archive)
      #expect(file.info.contentSHA256 == Self.content, "\(ending)")
      #expect(try file.fileNames() == ["a/1.png", "a/2.png", "b/1.png"])
    }
  }

  @Test(arguments: [0, 1, 2, 3])
  func `A flipped bit never changes what comes out of a compressed archive`(_ which: Int) throws {
    let (ending, whole) = ArchiveSamples.all[which]
    let archive = "\(folder)/flipped.\(ending)"
    var random = RandomStream(seed: 11, purpose: .rehearsal, epoch: 2_000 + which)
    var refused = 0
    for _ in 0..<60 {
      var bytes = whole
      let place = min(whole.count - 1, Int(random.uniform() * Double(whole.count)))
      bytes[place] ^= 1 << UInt8(random.uniform() * 7.99)
      try write(bytes, to: archive)
      do {
        // Times and names in headers are no part of what is archived.
        #expect(try prepareOwn(from: archive).info.contentSHA256 == Self.content)
      } catch let error as BenchmarkError {
        refused += 1
        #expect(error.description.contains(archive))
      }
    }
    #expect(refused > 50)
  }

  @Test func `A compressed archive that breaks off anywhere is refused`() throws {
    for (ending, whole) in ArchiveSamples.all {
      let archive = "\(folder)/cut.\(ending)"
      for length in [3, whole.count / 2, whole.count - 8, whole.count - 1] {
        try write(Array(whole.prefix(length)), to: archive)
        #expect(throws: BenchmarkError.self, "\(ending) \(length)") {
          try prepareOwn(from: archive)
        }
      }
    }
  }

  @Test func `Several members of a gzip file are one stream, and what is none is refused`() throws {
    let archive = folder + "/members.tar.gz"
    // An empty member, and the zeros with which tapes are filled up.
    let empty: [UInt8] = [31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    try write(ArchiveSamples.gzip + empty + [0, 0, 0], to: archive)
    #expect(try prepareOwn(from: archive).info.contentSHA256 == Self.content)
    try write(ArchiveSamples.gzip + Array("garbage".utf8), to: archive)
    #expect(throws: BenchmarkError.self) { try prepareOwn(from: archive) }
  }

  @Test func `A tar archive that ends without its mark is refused, and so are two in one`() throws {
    for name in ["a/1.png", "a/2.png", "b/1.png", "b/2.png"] {
      try writePNG([UInt8](repeating: 0, count: 12), side: 2, to: "\(folder)/in/\(name)")
    }
    let archive = folder + "/own.tar"
    try pack(["a", "b"], of: folder + "/in", as: archive)
    let whole = try bytes(archive)
    #expect(try prepareOwn(from: archive).info.counts.train == 4)
    // Folders a and b and four files of a header and a block each.
    let members = 2 * 512 + 4 * 1_024
    for length in [members, members - 1_024] {
      try write(Array(whole.prefix(length)), to: archive)
      let error = #expect(throws: BenchmarkError.self) { try prepareOwn(from: archive) }
      #expect(error?.description.contains("is truncated") == true)
    }
    try write(Array(whole.prefix(members + 1_024)), to: archive)
    #expect(throws: Never.self) { try prepareOwn(from: archive) }
    try write(whole + whole, to: archive)
    let error = #expect(throws: BenchmarkError.self) { try prepareOwn(from: archive) }
    #expect(error?.description.contains("another archive") == true)
  }

  @Test func `A synset's archive within another that is cut off is refused`() throws {
    let synsets = BenchmarkDefinition.imagenet10.synsets
    for synset in synsets {
      try writePNG(
        [UInt8](repeating: 9, count: 27), side: 3, to: "\(folder)/in/\(synset)/\(synset)_1.JPEG")
      try pack(["\(synset)_1.JPEG"], of: "\(folder)/in/\(synset)", as: "\(folder)/t/\(synset).tar")
    }
    let damaged = "\(folder)/t/\(synsets[4]).tar"
    try write(Array(bytes(damaged).prefix(1_024)), to: damaged)
    try pack(synsets.map { $0 + ".tar" }, of: folder + "/t", as: folder + "/all.tar")
    for source in ["t", "all.tar"] {
      let error = #expect(throws: BenchmarkError.self) {
        try prepare(.imagenet10, from: "\(folder)/\(source)", partial: true)
      }
      #expect(error?.description.contains(synsets[4]) == true)
    }
  }

  @Test(arguments: [
    (
      "cp437", ["K\u{81}che/1.png", "M\u{94}bel/1.png", "M\u{94}bel/\u{99}l.png"],
      ["Küche", "Möbel"]
    ),
    (
      "shift-jis", ["\u{94}\u{4C}/1.png", "\u{8C}\u{A2}/\u{83}\u{5C}\u{83}\u{74}.png"], ["犬", "猫"]
    ),
  ])
  func `Names in a zip archive of Windows are read in its code page`(
    _ encoding: String, _ names: [String], _ classes: [String]
  ) throws {
    // Each scalar stands for one byte.
    let bytes = names.map { $0.unicodeScalars.map { UInt8($0.value) } }
    let archive = folder + "/windows.zip"
    try write(storedZip(bytes.map { ($0, SampleImages.png) }), to: archive)
    let file = try prepareOwn(from: archive)
    #expect(file.info.classNames == classes, "\(encoding)")
    #expect(file.info.counts.train == names.count)
  }

  @Test func `A zip archive whose checksum, list or end is wrong is refused`() throws {
    let names = ["a/1.png", "b/1.png"].map { Array($0.utf8) }
    let whole = storedZip(names.map { ($0, SampleImages.png) })
    let archive = folder + "/own.zip"
    try write(whole, to: archive)
    #expect(throws: Never.self) { try prepareOwn(from: archive) }
    // A pixel, the name of the first member in its own header, and the end of the list.
    for (what, change) in [
      ("name", { (bytes: inout [UInt8]) in bytes[30] ^= 2 }),
      ("data", { bytes in bytes[80] ^= 1 }),
      ("end", { bytes in bytes.removeLast(30) }),
    ] {
      var bytes = whole
      change(&bytes)
      try write(bytes, to: archive)
      #expect(throws: BenchmarkError.self, "\(what)") { try prepareOwn(from: archive) }
    }
  }

  /// A zip archive (PKWARE's APPNOTE) of files as they are, without the flag for UTF-8.
  private func storedZip(_ members: [(name: [UInt8], bytes: [UInt8])]) -> [UInt8] {
    func number(_ value: Int, _ size: Int) -> [UInt8] {
      (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var (archive, list): ([UInt8], [UInt8]) = ([], [])
    for (name, bytes) in members {
      let start: [UInt8] = number(20, 2) + number(0, 8) + number(Int(Self.crc32(bytes)), 4)
      let sizes = number(bytes.count, 4) + number(bytes.count, 4) + number(name.count, 2)
      let common = start + sizes + number(0, 2)
      list += [0x50, 0x4B, 1, 2] + number(20, 2) + common + number(0, 10)
      list += number(archive.count, 4) + name
      archive += [0x50, 0x4B, 3, 4] + common + name + bytes
    }
    let counts = number(members.count, 2) + number(members.count, 2)
    let end = [0x50, 0x4B, 5, 6] + number(0, 4) + counts
    return archive + list + end + number(list.count, 4) + number(archive.count, 4) + number(0, 2)
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 {
        let polynomial: UInt32 = crc & 1 == 1 ? 0xEDB8_8320 : 0
        crc = (crc >> 1) ^ polynomial
      }
    }
    return ~crc
  }
}
