import Foundation
import HDF5
import Testing

/// All tests of the module.
@Suite(.timeLimit(.minutes(10))) final class HDF5FileTests {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "hdf5-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // Some tests call libhdf5 themselves. The module's own first call has to come before theirs: what it sets
    // for the process (not to close what is left at its end) counts only until the library is in use.
    try HDF5File(creating: folder + "/first.h5").close()
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// A file with every kind of value that the module writes.
  func writeSample(to path: String) throws {
    let file = try HDF5File(creating: path)
    try file.setAttribute("schema", Int64(3))
    try file.setAttribute("tolerance", 1e-3)
    try file.setAttribute("title", "Grüße")
    try file.setAttribute("sources", ["a.bin", "", "ü.bin"])
    try file.setAttribute("sizes", [Int64(7), -1, .max])
    try file.write("matrix", [Float](stride(from: 0, to: 6, by: 1)), shape: [2, 3])
    try file.write("labels", [Int32(5), -1, 7])
    try file.write("scalar", [2.5], shape: [])
    try file.write("names", strings: ["cat", "", "naïve"])
    try file.write("parameters/bn1/weight", [UInt64.max, 0])
    try file.group("parameters/bn1").setAttribute("eps", Float(0.5))
    let rows = try file.createDataSet("rows", of: UInt8.self, shape: [5, 2])
    try rows.write([0, 1, 2, 3], rows: 0..<2)
    try rows.write([4, 5, 6, 7, 8, 9], rows: 2..<5)
    try file.close()
  }

  @Test func `A lock that another process has left on a file is no obstacle`() throws {
    let path = folder + "/sample.h5"
    try writeSample(to: path)
    let descriptor = open(path, O_RDWR)
    defer { close(descriptor) }
    try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    #expect(try HDF5File(reading: path).children().contains("matrix"))
    #expect(throws: Never.self) { try self.writeSample(to: path) }
  }

  @Test func `A file that has lost its name is read by its descriptor`() throws {
    let path = folder + "/sample.h5"
    try writeSample(to: path)
    let descriptor = open(path, O_RDONLY)
    defer { close(descriptor) }
    unlink(path)
    for _ in 0..<2 {
      let file = try HDF5File(reading: "/proc/self/fd/\(descriptor)")
      #expect(try file.dataSet("labels").read(as: Int32.self) == [5, -1, 7])
    }
  }

  @Test func `What was written is read back with its shape`() throws {
    let path = folder + "/sample.h5"
    try writeSample(to: path)
    let file = try HDF5File(reading: path)
    #expect(try file.children() == ["labels", "matrix", "names", "parameters", "rows", "scalar"])
    #expect(try file.dataSet("matrix").shape == [2, 3])
    #expect(try file.dataSet("matrix").read(as: Float.self) == [0, 1, 2, 3, 4, 5])
    #expect(try file.dataSet("labels").read(as: Int32.self) == [5, -1, 7])
    #expect(try file.dataSet("scalar").shape == [])
    #expect(try file.dataSet("scalar").read(as: Double.self) == [2.5])
    #expect(try file.dataSet("names").readStrings() == ["cat", "", "naïve"])
    #expect(try file.dataSet("/parameters/bn1/weight").read(as: UInt64.self) == [.max, 0])
    #expect(try file.group("parameters").group("bn1").attribute("eps", as: Float.self) == 0.5)
  }

  @Test func `Attributes are read back as numbers, strings and lists`() throws {
    let path = folder + "/attributes.h5"
    try writeSample(to: path)
    let file = try HDF5File(reading: path)
    #expect(try file.attribute("schema", as: Int64.self) == 3)
    #expect(try file.attribute("tolerance", as: Double.self) == 1e-3)
    #expect(try file.stringAttribute("title") == "Grüße")
    #expect(try file.stringAttributes("sources") == ["a.bin", "", "ü.bin"])
    #expect(try file.attributes("sizes", as: Int64.self) == [7, -1, .max])
    #expect(try file.attributeKind("title") == .string)
    #expect(try file.attributeKind("tolerance") == .float)
    #expect(try !file.hasAttribute("absent"))
  }

  @Test func `A range of rows is read alone`() throws {
    let path = folder + "/rows.h5"
    try writeSample(to: path)
    let rows = try HDF5File(reading: path).dataSet("rows")
    #expect(try rows.read(rows: 1..<4, as: UInt8.self) == [2, 3, 4, 5, 6, 7])
    #expect(try rows.read(rows: 3..<3, as: UInt8.self) == [])
    #expect(throws: HDF5Error.self) { try rows.read(rows: 4..<6, as: UInt8.self) }
  }

  @Test func `Numbers are converted from the file's type to the one asked for`() throws {
    let path = folder + "/convert.h5"
    try writeSample(to: path)
    let file = try HDF5File(reading: path)
    #expect(try file.dataSet("labels").read(as: Double.self) == [5, -1, 7])
    #expect(try file.dataSet("matrix").read(as: Int64.self) == [0, 1, 2, 3, 4, 5])
    #expect(try file.dataSet("labels").read(as: UInt8.self) == [5, 0, 7], "-1 is out of range")
    #expect(try file.attribute("schema", as: Double.self) == 3)
  }

  @Test func `A chunked data set reads like one in one piece`() throws {
    let path = folder + "/chunked.h5"
    let file = try HDF5File(creating: path)
    let values = (0..<1000).map { Int32($0) }
    let dataSet = try file.createDataSet(
      "group/values", of: Int32.self, shape: [100, 10], chunk: [7, 10])
    try dataSet.write(values)
    try file.close()
    let stored = try HDF5File(reading: path).dataSet("group/values")
    #expect(try stored.read(as: Int32.self) == values)
    #expect(try stored.read(rows: 5..<9, as: Int32.self) == Array(values[50..<90]))
  }

  @Test func `Empty lists are kept`() throws {
    let path = folder + "/empty.h5"
    let file = try HDF5File(creating: path)
    try file.write("values", [Float]())
    try file.write("names", strings: [])
    try file.setAttribute("sizes", [Int64]())
    try file.close()
    let stored = try HDF5File(reading: path)
    #expect(try stored.dataSet("values").read(as: Float.self) == [])
    #expect(try stored.dataSet("names").readStrings() == [])
    #expect(try stored.attributes("sizes", as: Int64.self) == [])
  }

  @Test func `Two writes more than a second apart leave identical bytes`() throws {
    try writeSample(to: folder + "/first.h5")
    Thread.sleep(forTimeInterval: 1.1)
    try writeSample(to: folder + "/second.h5")
    let first = try Data(contentsOf: URL(fileURLWithPath: folder + "/first.h5"))
    let second = try Data(contentsOf: URL(fileURLWithPath: folder + "/second.h5"))
    #expect(first == second)
  }
}

// MARK: - Files that others write and read

private let h5dump = "/usr/bin/h5dump"

/// The folder `shared` beside the project, or where SCL_SHARED says it is.
private let shared =
  ProcessInfo.processInfo.environment["SCL_SHARED"]
  ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .appendingPathComponent("../../../shared").standardized.path

private let parity = shared + "/fixtures/parity.h5"

extension HDF5FileTests {
  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: h5dump), "needs h5dump (hdf5-tools)"))
  func `h5dump reads what we write`() throws {
    let path = folder + "/dumped.h5"
    try writeSample(to: path)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: h5dump)
    process.arguments = [path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    for expected in [
      "DATASET \"matrix\"", "(1,0): 3, 4, 5", "CSET H5T_CSET_UTF8", "\"cat\"",
      "DATASPACE  SCALAR", "18446744073709551615, 0",
    ] {
      #expect(text.contains(expected), "h5dump's output should have \(expected)")
    }
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: parity),
      "needs shared/fixtures/parity.h5 beside the project"))
  func `A file written by h5py is read: groups, scalars and attributes`() throws {
    let cases = try HDF5File(reading: parity).group("cases")
    let decode = try cases.group("jpeg_rgb")
    #expect(try decode.stringAttribute("op") == "image.decode_resize_crop")
    #expect(try decode.attribute("resize", as: Int64.self) == 112)
    #expect(try decode.attribute("tolerance", as: Double.self) == 1.5)
    #expect(try decode.dataSet("out/image").shape == [96, 96, 3])
    let jpeg = try decode.dataSet("in/jpeg").read(as: UInt8.self)
    #expect(jpeg.prefix(3) == [0xFF, 0xD8, 0xFF])
    #expect(try cases.children().count > 10)
  }
}
