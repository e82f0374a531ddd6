import Foundation
import Parity
import Testing

/// The files of reference values in shared/fixtures, where the checkout has them beside it: each case must
/// pass.
@Suite(.serialized) struct SharedParityFiles {
  /// parity.h5: the first wave of methods, and what all methods are made of.
  private static let first: Set<String> = [
    "metric.clustering", "cluster.kmeans", "loss.instance_discrimination", "loss.scl_semantic",
    "loss.ntxent", "loss.info_nce_queue", "loss.byol", "loss.idfd_decorrelation", "loss.pica",
    "loss.scan", "loss.cc_cluster", "loss.iic", "loss.dec", "augment.resized_crop",
    "augment.brightness", "augment.contrast", "augment.saturation", "augment.hue",
    "augment.greyscale", "augment.gaussian_blur", "image.decode_resize_crop", "network.resnet",
    "optimiser.steps",
  ]

  /// parity-2.h5: the second wave.
  private static let second: Set<String> = [
    "loss.vae", "loss.dae", "loss.simsiam", "loss.propos", "loss.and_neighbourhood",
    "loss.dac", "loss.dccm", "loss.spice_self",
    "loss.gcc_rgc", "loss.gcc_agc", "graph.gcc_weights", "loss.nnm", "loss.mice",
    "prototypes.max_mahalanobis",
    "loss.dcdc", "loss.drc", "loss.pcl", "density.pcl", "loss.tcc", "loss.dcgan", "features.dcgan",
    // These methods have published figures only, but their losses are here.
    "loss.swav_sinkhorn", "loss.imc_swav", "loss.tcl", "loss.tcl_boost", "pseudo_labels.tcl",
    "loss.gatcluster", "loss.jule_triplet",
  ]

  /// The path of a file in shared/fixtures.
  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("shared/fixtures/" + name).path
  }

  /// Whether the checkout has a file of shared/fixtures beside it.
  static func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  /// Runs all cases of a file, each of which has to pass.
  private func examine(_ name: String, has operations: Set<String>) throws {
    let parity = try ParityFile(Self.path(name))
    let results = try parity.names().map(parity.run)
    for result in results {
      #expect(result.passed, "\(result.name): \(result.outcome), tolerance \(result.tolerance)")
      #expect(result.tolerance > 0)
    }
    #expect(operations.subtracting(results.map(\.operation)) == [])
  }

  @Test(.enabled(if: has("parity.h5"), "needs shared/fixtures/parity.h5"))
  func `Every case agrees with the other programs, and every operation has one`() throws {
    try examine("parity.h5", has: Self.first)
  }

  @Test(.enabled(if: has("parity-2.h5"), "needs shared/fixtures/parity-2.h5"))
  func `Every case of the second wave agrees with the other programs`() throws {
    try examine("parity-2.h5", has: Self.second)
  }
}
