import Benchmarks
import Core
import Domain
import Foundation
import HDF5
import Methods
import Torch
import Vision

// The clusters that a method assigns.
extension Examination {
  /// Finds lists of a wrong length and numbers outside 0..<K, for all images and for three of them
  /// in another order.
  func checkAssignments() throws {
    let (method, trial) = try first()
    for (chosen, name) in [
      (images, "images"), (images.selecting([5, 40, 2]), "of the training images"),
    ] {
      let clusters = try method.assign(chosen)
      if clusters.count != chosen.count {
        report(
          .assignments, "assign returned \(clusters.count) clusters for \(chosen.count) \(name)")
      }
      if let wrong = clusters.first(where: { !(0..<2).contains($0) }) {
        report(.assignments, "cluster \(wrong) is outside 0 to 1")
      }
      if let reporting = method as? any ReportsReadOuts {
        try checkReadOuts(
          of: reporting, chosen, assigned: clusters, losses: trial?.losses.last ?? [])
      }
      guard let confident = method as? any ReportsConfidence else { continue }
      let assignment = try confident.confidentAssignment(of: chosen)
      if assignment.clusters != clusters {
        report(.assignments, "confidentAssignment has other clusters than assign")
      }
      // A sum in float32 may exceed 1 by rounding.
      if assignment.confidence.count != clusters.count
        || !assignment.confidence.allSatisfy({ 0...1.001 ~= $0 })
      {
        report(.assignments, "confidences are not one of 0 to 1 for each of the \(name)")
      }
    }
  }

  /// Finds an `assign` or `readOuts` with side effects: called twice, it must return the same and leave
  /// network, optimiser and memory as they were, bit by bit.
  func checkRepeatability() throws {
    let (method, trial) = try first()
    let before = try trial?.bits()
    let clusters = try method.assign(images)
    if try method.assign(images) != clusters {
      report(.repeatability, "a second call of assign gives different clusters")
    }
    if try readOuts(of: method) != readOuts(of: method) {
      report(.repeatability, "a second call of readOuts gives different read-outs")
    }
    if try trial?.bits() != before {
      let call = method is any ReportsReadOuts ? "assign or readOuts" : "assign"
      report(.repeatability, "\(call) changes its network or memory")
    }
  }

  /// A method can get labels from three sources: the benchmark file, the order of images in it, and
  /// the pixels. Only the pixels are allowed. The first two are checked here.
  func checkBlindness() throws {
    try checkFile()
    try checkOrder()
  }

  /// Finds a method that reads the benchmark file: the method is trained twice with the same images
  /// and seed, while the file at `labelFile` has other random labels. No cluster may change.
  private func checkFile() throws {
    let file =
      suite.labelFile ?? NSTemporaryDirectory() + "conformance-\(UUID().uuidString).h5"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let results = try [1, 2].map { (number: UInt64) in
      var stream = RandomStream(seed: number, purpose: .shuffle)
      let labels = images.drawKeys.map { _ in Int32(stream.integer(below: 2)) }
      try LabelFile.write(labels, images: images, to: file)
      return try fit().fitted.assign(images)
    }
    if results[0] != results[1] {
      report(.blindness, "clusters change if the labels in the benchmark file change")
    }
  }
}

/// Writes the data sets of a benchmark file that a method would open to find labels. Attributes are
/// left out.
private enum LabelFile {
  static func write(_ labels: [Int32], images: ImageSet, to path: String) throws {
    let file = try HDF5File(creating: path)
    let positions = Array(0..<images.count)
    let pixels = try images.bytes(at: positions).bytes()
    try file.createDataSet(
      "images", of: UInt8.self, shape: [images.count, images.height, images.width, 3]
    ).write(pixels, rows: 0..<images.count)
    try file.write("labels", labels)
    try file.write("splits", [UInt8](repeating: Split.train.rawValue, count: images.count))
    try file.close()
  }
}
