import Benchmarks
import Foundation
import Testing

/// A file system of a megabyte in memory.
private struct SmallDisk {
  let path: String

  /// Nil where this process may not mount one.
  init?() {
    path = NSTemporaryDirectory() + "small-disk-\(UUID().uuidString)"
    guard mkdir(path, 0o700) == 0 else { return nil }
    guard mount("tmpfs", path, "tmpfs", 0, "size=1m") == 0 else {
      rmdir(path)
      return nil
    }
  }

  func remove() {
    umount(path)
    rmdir(path)
  }

  static let canBeMounted: Bool = {
    guard geteuid() == 0, let disk = SmallDisk() else { return false }
    disk.remove()
    return true
  }()
}

extension BenchmarksTests {
  @Test(
    .enabled(if: SmallDisk.canBeMounted, "needs the right to mount a small file system"),
    arguments: ["original", "archive.tar.gz"])
  func `A full disk leaves no file and is named`(_ source: String) throws {
    let disk = try #require(SmallDisk())
    defer { disk.remove() }
    _ = try copyOfRehearsal("original")
    try pack(["original"], of: folder, as: folder + "/archive.tar.gz")
    let original = "\(folder)/\(source)"
    let target = disk.path + "/rehearsal.h5"
    let error = #expect(throws: BenchmarkError.self) {
      try BenchmarkPreparation.prepare(.rehearsal, from: original, to: target)
    }
    #expect(error == .unwritable(file: target, reason: "the disk is full"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path).isEmpty)
  }

  @Test(.enabled(if: SmallDisk.canBeMounted, "needs the right to mount a small file system"))
  func `A disk that is full after the last image is named too`() throws {
    let disk = try #require(SmallDisk())
    defer { disk.remove() }
    // 288 images take 864 KiB of the megabyte; what is left is filled once they are written.
    let original = "\(folder)/original"
    let batch = try bytes(copyOfRehearsal("whole") + "/data_batch_1.bin")
    try write(Array(batch.prefix(288 * 3_073)), to: original + "/data_batch_1.bin")
    let target = disk.path + "/made/rehearsal.h5"
    var options = PreparationOptions()
    options.acceptsPartial = true
    let error = #expect(throws: BenchmarkError.self) {
      try BenchmarkPreparation.prepare(.rehearsal, from: original, to: target, options: options) {
        step in
        guard case .images = step else { return }
        let filler = open(disk.path + "/filler", O_WRONLY | O_CREAT, 0o600)
        let zeros = [UInt8](repeating: 0, count: 1 << 12)
        while Foundation.write(filler, zeros, zeros.count) > 0 {}
        close(filler)
      }
    }
    #expect(error == .unwritable(file: target, reason: "the disk is full"))
    // The folder that was made for the file is gone too.
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == ["filler"])
  }
}
