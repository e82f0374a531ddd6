import Core
import Foundation
import Testing

@Suite struct AtomicFileTests {
  private struct Interruption: Error {}

  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "/atomic-file-" + UUID().uuidString
    try AtomicFile.createFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test func `A file is written whole, and its missing folders too`() throws {
    try inFolder { folder in
      let path = folder + "/a/b/run.json"
      try AtomicFile.write(Data("first".utf8), to: path)
      try AtomicFile.write(Data("second".utf8), to: path)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "second")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/a/b") == ["run.json"])
    }
  }

  @Test func `A failed write leaves the old file and nothing beside it`() throws {
    try inFolder { folder in
      let path = folder + "/run.json"
      try AtomicFile.write(Data("old".utf8), to: path)
      #expect(throws: Interruption.self) {
        try AtomicFile.replace(path) { temporary in
          try Data("half".utf8).write(to: URL(fileURLWithPath: temporary))
          throw Interruption()
        }
      }
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["run.json"])
    }
  }

  /// The name that a process of this machine gives what it writes, as `replace` tells it.
  private func temporaryName(of path: String) throws -> String {
    var name = ""
    try AtomicFile.replace(path) {
      name = $0; try Data().write(to: URL(fileURLWithPath: $0))
    }
    return name
  }

  @Test func `What a dead process left is removed, and not what another writes`() throws {
    try inFolder { folder in
      let path = folder + "/data.h5"
      let mine = String(try temporaryName(of: path).dropLast(8))
      #expect(mine.hasPrefix(path + ".writing-"))
      let (dead, living, foreign, old) = (
        mine + "dead", mine + "living", path + ".writing-elsewhere-1", path + ".writing-elsewhere-2"
      )
      for file in [dead, living, foreign, old] {
        try Data("half".utf8).write(to: URL(fileURLWithPath: file))
      }
      let descriptor = open(living, O_RDWR)
      defer { close(descriptor) }
      try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -200_000)], ofItemAtPath: old)
      try AtomicFile.write(Data("whole".utf8), to: path)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(left.map { "\(folder)/\($0)" } == [path, foreign, living].sorted())
    }
  }

  @Test func `Two writers of one file have files of their own`() throws {
    try inFolder { folder in
      let path = folder + "/data.h5"
      try AtomicFile.replace(path) { outer in
        try AtomicFile.replace(path) { inner in
          #expect(inner != outer)
          try Data("inner".utf8).write(to: URL(fileURLWithPath: inner))
        }
        try Data("outer".utf8).write(to: URL(fileURLWithPath: outer))
      }
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "outer")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["data.h5"])
    }
  }

  // A file system that answers EAGAIN to every lock left 288,016 files behind.
  @Test func `Where no file can be locked, one is written without a lock and none is left`() throws
  {
    try inFolder { folder in
      var attempts = 0
      let file = try TemporaryFile(
        beside: folder + "/data.h5",
        lock: { _ in
          attempts += 1
          errno = EAGAIN
          return -1
        })
      #expect(attempts <= 16)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder)
          == [URL(fileURLWithPath: file.path).lastPathComponent])
    }
  }

  @Test func `A path through a file is refused with the operating system's reason`() throws {
    try inFolder { folder in
      try AtomicFile.write(Data("file".utf8), to: folder + "/file")
      let error = #expect(throws: FileError.self) {
        try AtomicFile.write(Data("x".utf8), to: folder + "/file/run.json")
      }
      #expect(error?.description.contains(folder + "/file") == true)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
    }
  }

  @Test func `What cannot be removed is named, with the operating system's reason`() throws {
    try inFolder { folder in
      try AtomicFile.createFolder(folder + "/full/inside")
      try AtomicFile.write(Data("file".utf8), to: folder + "/full/file")
      let path = folder + "/full/file/below"
      // The last failed call of the thread had another reason.
      errno = ENOSPC
      let error = #expect(throws: FileError.self) { try AtomicFile.remove(path) }
      #expect(error?.description == "cannot remove '\(path)': Not a directory")
      #expect(error?.isFull == false)
      try AtomicFile.remove(folder + "/full")
      try AtomicFile.remove(folder + "/full")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  @Test func `What cannot be listed is named, with the operating system's reason`() throws {
    try inFolder { folder in
      let file = folder + "/file"
      try AtomicFile.write(Data("file".utf8), to: file)
      let error = #expect(throws: FileError.self) { try AtomicFile.names(in: file) }
      #expect(error?.description == "cannot list '\(file)': Not a directory")
    }
  }

  @Test func `A file that has lost its name is read by its path, and gone with its object`() throws
  {
    try inFolder { folder in
      try AtomicFile.write(Data("content".utf8), to: folder + "/file")
      var file: UnnamedFile? = try UnnamedFile(taking: folder + "/file")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
      let path = try #require(file).path
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "content")
      file = nil
      // The number may be another file's by now.
      #expect((try? String(contentsOfFile: path, encoding: .utf8)) != "content")
      #expect(throws: FileError.self) { try UnnamedFile(taking: folder + "/file") }
    }
  }

  @Test func `A target that is a folder is refused and nothing is left`() throws {
    try inFolder { folder in
      try AtomicFile.createFolder(folder + "/run.json/inside")
      #expect(throws: FileError.self) {
        try AtomicFile.write(Data("x".utf8), to: folder + "/run.json")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["run.json"])
    }
  }
}
