import Foundation
import HDF5

/// The folder of the checkout.
let checkout = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// One trajectory, that of DEC, of trajectories.h5.
let trajectoryFixture = checkout.appendingPathComponent("Tests/Fixtures/trajectory-dec.h5").path

/// A change to a copy of an HDF5 file, by the paths of what it concerns.
struct FileChange {
  /// What is left out.
  var removed: Set<String> = []
  /// Data sets that get other numbers, and other shapes: [] is a scalar.
  var numbers: [String: (values: [Double], shape: [Int])] = [:]
  var attributes: [String: Double] = [:]
  var texts: [String: String] = [:]
  /// Data sets of which one value, the first, is changed by so much.
  var shifts: [String: Double] = [:]
  /// Copies of data sets under other paths.
  var copies: [String: String] = [:]

  /// Copies `source` to `path` with this change; paths are those below /trajectories/dec.
  func copy(_ source: String = trajectoryFixture, to path: String) throws {
    let from = try HDF5File(reading: source)
    let to = try HDF5File(creating: path)
    let name = "trajectories/dec"
    try copy(from.group(name), to.createGroup(name), "")
    for (old, new) in copies {
      try copy(from.dataSet(name + "/" + old), as: name + "/" + new, in: to, shift: 0)
    }
    try to.close()
  }

  private func copy(_ from: HDF5Group, _ to: HDF5Group, _ prefix: String) throws {
    if prefix.isEmpty {
      for text in ["method", "settings", "source"] where !removed.contains(text) {
        try to.setAttribute(text, texts[text] ?? from.stringAttribute(text))
      }
      for number in ["clusters", "images", "steps", "tolerance", "tolerance_change"]
      where !removed.contains(number) {
        try to.setAttribute(number, attributes[number] ?? from.attribute(number, as: Double.self))
      }
      for list in ["mean", "deviation"] where !removed.contains(list) {
        let values: [Double] = try from.attributes(list)
        try to.setAttribute(list, attributes[list].map { [$0, $0, $0] } ?? values)
      }
    }
    for child in try from.children() where !removed.contains(prefix + child) {
      let path = prefix + child
      if try from.containsGroup(child) {
        try copy(from.group(child), to.createGroup(child), path + "/")
      } else if let (values, shape) = numbers[path] {
        try to.write(child, values, shape: shape)
      } else {
        try copy(from.dataSet(child), as: child, in: to, shift: shifts[path] ?? 0)
      }
    }
  }

  private func copy(
    _ dataSet: HDF5DataSet, as name: String, in group: HDF5Group, shift: Double
  ) throws {
    var values: [Double] = try dataSet.read()
    if !values.isEmpty { values[0] += shift }
    let copy = try group.createDataSet(name, of: Double.self, shape: dataSet.shape)
    try copy.write(values)
    if try dataSet.hasAttribute("row_step") {
      let step = try dataSet.attribute("row_step", as: Double.self)
      try copy.setAttribute("row_step", attributes["row_step"] ?? step)
    }
    try copy.close()
  }
}
