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
