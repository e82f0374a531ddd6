import Benchmarks
import Core
import Foundation
import HDF5
import Testing

/// Whether a benchmark file says that its pixels are not the published ones.
extension BenchmarksTests {
  /// Images of CIFAR-10 in class folders: `files` by name, all in one class.
  private func prepareCIFAR(_ files: [String: [UInt8]]) throws -> BenchmarkFile {
    for (name, bytes) in files { try write(bytes, to: "\(folder)/cifar/train/cat/\(name)") }
    return try prepare(.cifar10, from: folder + "/cifar", partial: true)
  }

  private func attribute(_ file: BenchmarkFile) throws -> String {
    let stored = try HDF5File(reading: file.path)
    defer { try? stored.close() }
    return try stored.stringAttribute("pixels")
  }

  @Test func `One JPEG file among raw pixels makes them re-encoded, PNG files do not`() throws {
    let lossless = try prepareCIFAR(["a.png": SampleImages.object])
    #expect(lossless.info.pixels == .original)
    #expect(try attribute(lossless) == "original")
    try FileManager.default.removeItem(atPath: lossless.path)
    // What a file is, its first bytes say.
    let lossy = try prepareCIFAR(["b.png": SampleImages.objectJPEG])
    #expect(lossy.info.pixels == .reEncoded)
    #expect(try attribute(lossy) == "re-encoded")
    #expect(try BenchmarkFile.open(lossy.path).info.pixels == .reEncoded)
  }

  @Test func `Where the published images are JPEG files themselves, nothing was re-encoded`() throws
  {
    let file = try BenchmarkPreparation.prepareFolders(
      named: "mine", from: ownFolder(), to: folder + "/mine.h5"
    ).file
    #expect(try BenchmarkFile.open(file).info.pixels == .original)
    let records = try prepare(from: copyOfRehearsal())
    #expect(records.info.pixels == .original)
    #expect(try attribute(records) == "original")
  }

  private func ownFolder() throws -> String {
    for name in ["a", "b"] { try write(SampleImages.objectJPEG, to: "\(folder)/own/\(name)/1.jpg") }
    return folder + "/own"
  }

  @Test func `A file without the attribute is judged by its form, one with another word refused`()
    throws
  {
    let file = try prepareCIFAR(["a.png": SampleImages.object])
    try setPixels(nil, in: file.path)
    #expect(try BenchmarkFile.open(file.path).info.pixels == .reEncoded)
    try setPixels("lossy", in: file.path)
    let error = #expect(throws: BenchmarkError.self) { try BenchmarkFile.open(file.path) }
    #expect(error?.description.contains("'pixels' is 'lossy'") == true)
    let records = try prepare(from: copyOfRehearsal())
    try setPixels(nil, in: records.path)
    #expect(try BenchmarkFile.open(records.path).info.pixels == .original)
  }

  /// Renames the attribute away, or gives it another value of the same length in the file's bytes.
  private func setPixels(_ word: String?, in path: String) throws {
    var data = Data(try bytes(path))
    let name = try #require(
      data.range(of: Data("pixels\0".utf8)) ?? data.range(of: Data("pixelz\0".utf8)))
    if let word {
      data.replaceSubrange(name, with: Data("pixels\0".utf8))
      let value = try #require(
        data.range(of: Data("original".utf8), in: name.upperBound..<data.endIndex))
      data.replaceSubrange(
        value, with: Data(word.utf8) + Data(repeating: 0, count: 8 - word.utf8.count))
    } else {
      data.replaceSubrange(name, with: Data("pixelz\0".utf8))
    }
    try write([UInt8](data), to: path)
  }
}
