import Foundation
import Testing

/// What `scl data prepare` makes of archives that want more than to be read.
extension CommandLineTests {
  private typealias Member = HostileArchive.Member

  private static let record = [UInt8](repeating: 7, count: 3_073)
  /// More than the program itself takes, less than a bomb would.
  private static let memoryLimit = 512 << 20

  private func archive(_ bytes: [UInt8], _ name: String) throws -> String {
    let path = "\(folder)/in/\(name)"
    try FileManager.default.createDirectory(
      atPath: folder + "/in", withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// Expects a refusal as bad data with `parts` in its line, no file anywhere and little memory.
  private func expectRefused(
    _ benchmark: String, from path: String, _ parts: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = files(below: folder)
    let (result, peak) = try program.measured([
      "data", "prepare", benchmark, "--partial", "--from", path, "--to", folder + "/out.h5",
    ])
    #expect(result.exitCode == 65, "\(result)", sourceLocation: sourceLocation)
    #expect(result.errors.hasPrefix("error: "), sourceLocation: sourceLocation)
    for part in parts {
      #expect(result.errors.contains(part), "\(result.errors)", sourceLocation: sourceLocation)
    }
    #expect(files(below: folder) == before, sourceLocation: sourceLocation)
    #expect(peak < Self.memoryLimit, "\(peak >> 20) MiB", sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    "../data_batch_1.bin", "/tmp/data_batch_1.bin", "a/../../data_batch_1.bin", "..",
  ])
  func `A member whose path leads out of its archive is refused`(path: String) throws {
    let members = [
      Member(path: "cifar/test_batch.bin", bytes: Self.record),
      Member(path: path, bytes: Self.record),
    ]
    let tar = try archive(HostileArchive.tar(members), "a.tar")
    try expectRefused("cifar10", from: tar, [path])
    let zip = try archive(HostileArchive.zip(members), "a.zip")
    try expectRefused("cifar10", from: zip, [path])
  }

  @Test(arguments: ["1", "2", "3", "4", "6"] as [Character])
  func `Links and devices in an archive are refused`(type: Character) throws {
    let members = [
      Member(path: "data_batch_1.bin", type: type, target: "/etc/passwd"),
      Member(path: "test_batch.bin", bytes: Self.record),
    ]
    let tar = try archive(HostileArchive.tar(members), "a.tar")
    try expectRefused("cifar10", from: tar, ["data_batch_1.bin", "link or a device"])
  }

  @Test func `A symbolic link in a zip archive is refused`() throws {
    let link = Member(path: "data_batch_1.bin", bytes: Array("/etc/passwd".utf8), type: "2")
    let zip = try archive(HostileArchive.zip([link]), "a.zip")
    try expectRefused("cifar10", from: zip, ["data_batch_1.bin"])
  }

  @Test(arguments: [8_589_934_591, 1 << 32, 3_073_000, 1])
  func `A size that the archive does not have is refused`(size: Int) throws {
    let member = Member(path: "test_batch.bin", bytes: Self.record, statedSize: size)
    let tar = try archive(HostileArchive.tar([member], closed: false), "a.tar")
    try expectRefused("cifar10", from: tar, [])
    let zip = try archive(HostileArchive.zip([member]), "a.zip")
    try expectRefused("cifar10", from: zip, [])
  }

  @Test(arguments: ["SCHILY.realsize", "GNU.sparse.realsize", "GNU.sparse.size"])
  func `A size below zero is refused`(key: String) throws {
    // A pax header, which overrides what the next member's says: "<length> <key>=<value>\n".
    let text = " \(key)=-5\n"
    let extended = Member(
      path: "PaxHeader", bytes: Array("\(text.utf8.count + 2)\(text)".utf8), type: "x")
    for (benchmark, path) in [
      ("cifar10", "test_batch.bin"), ("cifar10", "batches.meta.txt"),
      ("imagenet10", "n02056570/1.JPEG"),
    ] {
      let members = [extended, Member(path: path, bytes: Self.record)]
      let tar = try archive(HostileArchive.tar(members), "a.tar")
      try expectRefused(benchmark, from: tar, [path])
    }
  }

  @Test(arguments: ["", "no archive at all", "PK\u{3}\u{4}"])
  func `What is no archive is refused`(text: String) throws {
    for name in ["a.tar.gz", "a.zip", "a.tar"] {
      try expectRefused("cifar10", from: archive(Array(text.utf8), name), [])
    }
  }

  /// A gzip file of a tar header and so many MiB of zeros: a megabyte of it unpacks to a gigabyte.
  /// - Parameters:
  ///   - start: bytes of the member before all.
  ///   - piece: bytes before each 16 MiB of zeros.
  private func bomb(
    _ name: String, mebibytes: Int, start: [UInt8] = [], piece: [UInt8] = []
  ) throws -> String {
    func gzipped(_ bytes: [UInt8]) throws -> [UInt8] {
      let path = try archive(bytes, "part")
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/gzip")
      process.arguments = ["-nf", path]
      try process.run()
      try process.waitForEnd()
      defer { try? FileManager.default.removeItem(atPath: path + ".gz") }
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + ".gz")))
    }
    let header = HostileArchive.tar(
      [
        Member(
          path: name, statedSize: mebibytes << 20 + start.count + piece.count * mebibytes / 16)
      ], closed: false)
    // Members of a gzip file stand for one after the other (RFC 1952, section 2.2).
    let zeros = try gzipped(piece + [UInt8](repeating: 0, count: 16 << 20))
    // What fills the last block, and the two empty ones at the end of a tar archive.
    let padding = (512 - (start.count + piece.count * mebibytes / 16) % 512) % 512
    let bytes =
      try gzipped(header + start) + [[UInt8]](repeating: zeros, count: mebibytes / 16).joined()
      + gzipped([UInt8](repeating: 0, count: padding + 1_024))
    return try archive(bytes, "bomb.tar.gz")
  }

  @Test func `A bomb is refused without being held in memory`() throws {
    for (benchmark, member) in [
      ("cifar10", "data_batch_1.bin"), ("cifar100", "fine_label_names.txt"),
      ("imagenet10", "n02056570/a.JPEG"),
    ] {
      try expectRefused(benchmark, from: bomb(member, mebibytes: 640), [])
    }
  }

  @Test func `A pickle of many long strings is refused without being held in memory`() throws {
    // Protocol 2, then strings (T) of 16 MiB, a little less than the images of a batch.
    let pickle = try bomb(
      "data_batch_1", mebibytes: 640, start: [0x80, 2], piece: Array("T".utf8) + [0, 0, 0, 1])
    try expectRefused("cifar10", from: pickle, ["data_batch_1", "string of 16777216 bytes"])
  }

  @Test func `A pipe in place of an image is refused and not waited for`() throws {
    let tree = folder + "/in/n02056570"
    try FileManager.default.createDirectory(atPath: tree, withIntermediateDirectories: true)
    try #require(mkfifo(tree + "/a.JPEG", 0o600) == 0)
    try expectRefused("imagenet10", from: folder + "/in", ["a.JPEG", "it is not a file"])
  }

  @Test func `A zip archive that deflates to far more than it has is no other case`() throws {
    let mebibytes = 640
    let path = folder + "/zeros.gz"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "head -c \(mebibytes << 20) /dev/zero | gzip -1n > '\(path)'"]
    try process.run()
    try process.waitForEnd()
    // Between a gzip file's header of ten bytes and its trailer of eight lies the deflate stream.
    let deflated = [UInt8](
      try Data(contentsOf: URL(fileURLWithPath: path)).dropFirst(10).dropLast(8))
    for (benchmark, name) in [
      ("cifar10", "data_batch_1.bin"), ("tiny-imagenet", "tiny-imagenet-200/wnids.txt"),
    ] {
      let member = Member(
        path: name, bytes: deflated, statedSize: mebibytes << 20, isDeflated: true)
      try expectRefused(benchmark, from: archive(HostileArchive.zip([member]), "bomb.zip"), [])
    }
  }

  @Test func `An image whose header claims absurd sizes is refused`() throws {
    // A JPEG of 65,535 x 65,535 pixels that ends after its header.
    let jpeg: [UInt8] =
      [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 0x4A, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]
      + [0xFF, 0xC0, 0, 17, 8, 0xFF, 0xFF, 0xFF, 0xFF, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]
    let members = [Member(path: "n02056570/n02056570_1.JPEG", bytes: jpeg)]
    let tar = try archive(HostileArchive.tar(members), "a.tar")
    try expectRefused("imagenet10", from: tar, ["n02056570_1.JPEG"])
  }

  @Test func `A folder that is a link to itself comes to an end`() throws {
    let tree = folder + "/in/tree"
    try FileManager.default.createDirectory(atPath: tree, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: tree + "/train", withDestinationPath: tree)
    try FileManager.default.createSymbolicLink(
      atPath: tree + "/n02056570", withDestinationPath: tree)
    for benchmark in ["cifar10", "imagenet10", "tiny-imagenet", "stl10"] {
      try expectRefused(benchmark, from: tree, [])
    }
  }
}
