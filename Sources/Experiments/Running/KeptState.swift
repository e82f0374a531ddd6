import Core
import Foundation
import Methods
import Records
import Torch
import Vision

/// What a finished run keeps besides its network for images that it has not learnt from.
///
/// Channel statistics and the shape of the network are texts in the metadata of `encoder.safetensors`, centres and
/// memory are tensors of `assignment.safetensors`: `centres` [K, D] and the memory's under their own names.
struct KeptState {
  /// The name of the tensor of centres.
  private static let centres = "centres"

  /// Channel statistics and centres, each nil if the method has none.
  var values = FittedState.Values()
  /// Tensors of the method's memory that assignment reads.
  var memory: [NamedTensor] = []

  /// Metadata of `encoder.safetensors`: settings of the network's shape under their own names, `image_size`, and
  /// `mean` and `std` of the channels on the scale 0...1, separated by spaces. PyTorch and other readers of the
  /// format find there what they need to use the network.
  /// - Parameters:
  ///   - settings: all of the run's.
  ///   - viewSize: height and width of the network's input in pixels.
  ///   - values: what the method kept.
  static func metadata(
    settings: [String: SettingValue], viewSize: Int, _ values: FittedState.Values
  ) -> [String: String] {
    var metadata = ["image_size": "\(viewSize)"]
    for name in ["depth", "width", "stem", "front_end", "architecture"] {
      if let value = settings[name] { metadata[name] = "\(value)" }
    }
    if let statistics = values.statistics {
      metadata["mean"] = text(statistics.mean)
      metadata["std"] = text(statistics.standardDeviation)
    }
    return metadata
  }

  /// Digits that survive a round trip.
  private static func text(_ values: [Double]) -> String {
    values.map { "\($0)" }.joined(separator: " ")
  }

  /// Writes `assignment.safetensors`, unless there is nothing for it.
  /// - Parameter clusters: the number of centres, K.
  /// - Throws: `FileError`, `TorchError`.
  func write(clusters: Int, to path: String) throws {
    var tensors = memory
    if let centres = values.centres {
      tensors.append(
        (Self.centres, Tensor(centres, shape: [clusters, centres.count / clusters])))
    }
    if !tensors.isEmpty { try SafeTensors.write(tensors, to: path) }
  }

  /// Reads what a run kept.
  /// - Throws: `RecordError.unreadable` if an earlier version computed it or its files were not kept;
  ///   `SafeTensorsError`.
  init(of record: RunRecord, in folder: RunFolder) throws {
    let files = FileManager.default
    if files.fileExists(atPath: folder.assignmentState) {
      var tensors = try SafeTensors.read(folder.assignmentState).tensors
      values.centres = try tensors.removeValue(forKey: Self.centres)?.floats()
      memory = tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
    guard files.fileExists(atPath: folder.encoder) else {
      // Without a network, centres are all that a method can keep.
      guard values.centres != nil, !record.hasTrained else {
        let missing = record.hasTrained ? "no network" : "neither network nor centres"
        throw RecordError.unreadable(
          file: folder.path, reason: "\(missing) of this run was kept; \(folder.remedy)")
      }
      return
    }
    let metadata = try SafeTensors.metadata(of: folder.encoder)
    guard metadata["image_size"] != nil else {
      throw RecordError.unreadable(
        file: folder.encoder,
        reason:
          "an earlier version computed this run and kept no channel statistics; \(folder.remedy)")
    }
    func numbers(_ name: String) -> [Double]? {
      let found = metadata[name]?.split(separator: " ").compactMap { Double($0) }
      return found.flatMap { $0.count == 3 && $0.allSatisfy(\.isFinite) ? $0 : nil }
    }
    if let mean = numbers("mean"), let deviation = numbers("std") {
      values.statistics = ChannelStatistics(mean: mean, standardDeviation: deviation)
    }
  }

  /// For a run that ends.
  init(values: FittedState.Values, memory: [NamedTensor]) {
    self.values = values
    self.memory = memory
  }
}
