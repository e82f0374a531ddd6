import Methods
import Records
import Torch
import Vision

/// A finished run, applied to images that it has not learnt from.
///
/// Its method is made anew with the run's settings, takes the network and the kept state (`KeptState`) of the run, and
/// is then asked like at the end of a run. So a cluster here has the number and the meaning that it has in the run.
///
///     let run = try RunApplication(RunFolder(path: path), registry: .builtIn, device: .cpu, threads: 2)
///     let (clusters, confidence) = try run.assign(images)  // [N], 0..<K; [N] or nil
package final class RunApplication {
  package let record: RunRecord
  private let folder: RunFolder
  private let registry: MethodRegistry
  private let device: Device
  private let threads: Int
  private let kept: KeptState
  private var method: (any ClusteringMethod)?

  /// Reads what the run left behind, and checks that it is all that its method needs.
  /// - Parameters:
  ///   - folder: the run's.
  ///   - registry: where its method is looked up.
  ///   - threads: of the computation.
  /// - Throws: `RecordError` where there is no finished run, or one that an earlier version computed or whose
  ///   record was edited;
  ///   `MethodError.unsupported` for a method or settings that need more than a run leaves.
  package init(
    _ folder: RunFolder, registry: MethodRegistry, device: Device, threads: Int
  ) throws {
    self.folder = folder
    self.registry = registry
    self.device = device
    self.threads = threads
    record = try RunRecord.read(from: folder.record)
    try record.requireOwnIdentity(in: folder.record)
    let type = try registry.method(record.variantOf ?? record.method)
    try Self.checkApplies(type, record)
    kept = try KeptState(of: record, in: folder)
  }

  /// The cluster of each image, 0..<K, numbered as in the run's `assignments.h5`, and its probability where the method
  /// has one.
  /// - Parameter images: of the height and width of the run's protocol.
  /// - Throws: `MethodError.unsupported` where the run did not keep its centres; as `FinishedMethod`.
  package func assign(
    _ images: ImageSet
  ) throws -> (clusters: [Int32], confidence: [Float]?) {
    Torch.threads = threads
    if let method { return try Torch.checked { try method.assignWithConfidence(images) } }
    let finished = try FinishedMethod(
      of: record, in: folder, learnt: images, registry: registry, device: device, threads: threads,
      kept: kept
    ).method
    method = finished
    return try Torch.checked { try finished.assignWithConfidence(images) }
  }

  /// - Throws: `MethodError.unsupported` with the reason.
  private static func checkApplies(_ type: any ClusteringMethod.Type, _ record: RunRecord) throws {
    let name = type.description.name
    guard let applied = type as? any AppliesToNewImages.Type else {
      throw MethodError.unsupported(
        method: name,
        reason: "it has clusters only for the images that it learnt from or was given then")
    }
    if let reason = try applied.obstacle(toSettings: record.settings) {
      throw MethodError.unsupported(method: name, reason: reason)
    }
    if let epoch = record.checkpointEpoch, epoch != record.settings.epochs {
      throw MethodError.unsupported(
        method: name,
        reason: "the result of this run is that of epoch \(epoch), and its network that of the last"
      )
    }
  }
}
