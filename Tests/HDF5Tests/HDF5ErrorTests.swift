import Foundation
import HDF5
import Testing

extension HDF5FileTests {
  @Test func `A missing file is reported with the system's reason`() {
    let path = folder + "/absent.h5"
    #expect(throws: HDF5Error.unreadable(file: path, reason: "No such file or directory")) {
      try HDF5File(reading: path)
    }
  }

  @Test func `A folder is reported with the system's reason`() {
    #expect(throws: HDF5Error.unreadable(file: folder, reason: "Is a directory")) {
      try HDF5File(reading: folder)
    }
  }

  @Test func `A file of another format is refused as such`() throws {
    let path = folder + "/text.h5"
    try Data("not an HDF5 file".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: HDF5Error.notHDF5(file: path)) { try HDF5File(reading: path) }
  }

  @Test func `A truncated file is refused with libhdf5's own reason`() throws {
    let path = folder + "/truncated.h5"
    try writeSample(to: path)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: HDF5Error.self) { try HDF5File(reading: path) }
    #expect(error?.description.contains("truncated file") == true)
    #expect(error?.description.contains(path) == true)
  }

  @Test func `A file in a folder that does not exist cannot be made`() {
    let path = folder + "/absent/sample.h5"
    let error = #expect(throws: HDF5Error.self) { try HDF5File(creating: path) }
    #expect(error?.description.contains("No such file or directory") == true)
  }

  @Test func `Missing objects and attributes are named by their path`() throws {
    let path = folder + "/missing.h5"
    try writeSample(to: path)
    let file = try HDF5File(reading: path)
    #expect(throws: HDF5Error.missing(file: path, object: "/parameters/bn2/weight")) {
      try file.dataSet("parameters/bn2/weight")
    }
    #expect(throws: HDF5Error.missing(file: path, object: "/matrix@unit")) {
      try file.dataSet("matrix").stringAttribute("unit")
    }
    #expect(try !file.contains("parameters/bn2/weight"))
    #expect(try file.containsGroup("parameters/bn1"))
    #expect(try file.containsDataSet("parameters/bn1/weight"))
  }

  @Test func `Values of another kind than asked for are refused`() throws {
    let path = folder + "/kinds.h5"
    try writeSample(to: path)
    let file = try HDF5File(reading: path)
    #expect(throws: HDF5Error.self) { try file.dataSet("names").read(as: Float.self) }
    #expect(throws: HDF5Error.self) { try file.dataSet("labels").readStrings() }
    #expect(throws: HDF5Error.self) { try file.attribute("title", as: Int64.self) }
    #expect(throws: HDF5Error.self) { try file.stringAttribute("schema") }
    #expect(throws: HDF5Error.self) { try file.attribute("sizes", as: Int64.self) }
    #expect(throws: HDF5Error.self) { try file.dataSet("parameters") }
    #expect(throws: HDF5Error.self) { try file.group("matrix") }
  }

  @Test func `Writing another number of values than the rows hold is refused`() throws {
    let file = try HDF5File(creating: folder + "/sizes.h5")
    let rows = try file.createDataSet("rows", of: Float.self, shape: [4, 3])
    #expect(throws: HDF5Error.self) { try rows.write([1, 2, 3, 4], rows: 0..<1) }
    #expect(throws: HDF5Error.self) { try file.write("rows", [Float(1)]) }
  }

  @Test func `A closed file refuses further calls`() throws {
    let file = try HDF5File(creating: folder + "/closed.h5")
    try file.close()
    #expect(throws: HDF5Error.self) { try file.write("values", [Float(1)]) }
  }
}
