import Benchmarks
import Core
import Domain
import Foundation
import HDF5
import Methods
import Torch
import Vision

// What a method says of images.
extension Examination {
  func checkAssignments() throws {
    let method = try first().fitted
    for (chosen, name) in [
      (images, "images"), (images.selecting([5, 40, 2]), "images that are some of those learnt"),
    ] {
      let clusters = try method.assign(chosen)
      if clusters.count != chosen.count {
        report(.assignments, "\(chosen.count) \(name) get \(clusters.count) clusters")
      }
      if let wrong = clusters.first(where: { !(0..<2).contains($0) }) {
        report(.assignments, "\(wrong) is none of the clusters 0 and 1")
      }
    }
  }

  func checkRepeatability() throws {
    let (method, trial) = try first()
    let before = try trial?.bits()
    let clusters = try method.assign(images)
    if try method.assign(images) != clusters {
      report(.repeatability, "asked twice, it gives other clusters")
    }
    if try trial?.bits() != before {
      report(.repeatability, "its network or memory is another one after it was asked")
    }
  }

  /// Labels can come from three places: a benchmark file, the order of images in it (original files
  /// are sorted by class), and the pixels, which alone may be used.
  func checkBlindness() throws {
    try checkFile()
    try checkOrder()
  }

  /// Other labels in the file, and nothing may change.
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
      report(.blindness, "with other labels in the benchmark file, clusters change")
    }
  }
}

/// A benchmark file as far as whoever looks for labels reads it.
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
