import Foundation
import Parity
import Testing

/// The files of reference values in shared/fixtures, where the checkout has them beside it: each must
/// pass, and what this program does not compare is listed here with the reason.
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

  /// parity-2.h5: the second wave. An operation of a method that becomes available moves here from
  /// `withoutMethod`.
  private static let second: Set<String> = [
    "loss.vae", "loss.dae", "loss.simsiam", "loss.propos", "loss.and_neighbourhood",
    "loss.dac", "loss.dccm",
    "loss.gcc_rgc", "loss.gcc_agc", "graph.gcc_weights", "loss.nnm", "loss.mice",
    "prototypes.max_mahalanobis",
    "loss.dcdc", "loss.drc", "loss.pcl", "density.pcl", "loss.tcc", "loss.dcgan", "features.dcgan",
    // These methods have published figures only, but their losses are here.
    "loss.swav_sinkhorn", "loss.imc_swav", "loss.tcl", "loss.tcl_boost", "pseudo_labels.tcl",
    "loss.gatcluster", "loss.jule_triplet",
  ]

  /// Operations of parity-2.h5 that no method here computes. The tables have published figures of
  /// these methods only.
  private static let withoutMethod: [String: String] = [
    "loss.spice_self": "SPICE-Self is not available",
  ]

  /// The path of a file in shared/fixtures.
  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("shared/fixtures/" + name).path
  }

  /// Whether the checkout has a file of shared/fixtures beside it.
  static func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  /// Runs all cases of a file. Each has to pass, but for those of operations in `withoutMethod`, which
  /// have to be unknown.
  private func examine(
    _ name: String, has operations: Set<String>, withoutMethod: Set<String> = []
  ) throws {
    let parity = try ParityFile(Self.path(name))
    let results = try parity.names().map(parity.run)
    for result in results where !withoutMethod.contains(result.operation) {
      #expect(result.passed, "\(result.name): \(result.outcome), tolerance \(result.tolerance)")
      #expect(result.tolerance > 0)
    }
    let unknown = results.filter { $0.outcome == .unknownOperation }.map(\.operation)
    #expect(Set(unknown) == withoutMethod)
    #expect(operations.subtracting(results.map(\.operation)) == [])
  }

  @Test(.enabled(if: has("parity.h5"), "needs shared/fixtures/parity.h5"))
  func `Every case agrees with the other programs, and every operation has one`() throws {
    try examine("parity.h5", has: Self.first)
  }

  @Test(.enabled(if: has("parity-2.h5"), "needs shared/fixtures/parity-2.h5"))
  func `Every case of the second wave agrees, or no method here computes it`() throws {
    try examine(
      "parity-2.h5", has: Self.second, withoutMethod: Set(Self.withoutMethod.keys))
  }
}
