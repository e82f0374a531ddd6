import Core
import Domain
import Foundation
import Methods
import Records
import Torch
import Vision

/// A finished run's method with the network that it learnt, to be asked again.
///
/// The method is made from the settings of the record, not from an experiment file: superseded results can be asked,
/// too.
///
///     let finished = try FinishedMethod(
///       of: record, in: folder, learnt: images, registry: .builtIn, device: .cpu, threads: 2)
///     let clusters = try finished.method.assign(images)
struct FinishedMethod {
  /// With its network as it was after the last epoch. Of the state beside the network, such as a memory bank, only
  /// what the run kept for assignment (`KeptState.memory`) is restored, and only if it is given.
  let method: any ClusteringMethod

  /// - Parameters:
  ///   - record: the run's.
  ///   - folder: where its files are.
  ///   - learnt: the images that it learnt from, whose channel statistics normalise views.
  ///   - registry: where its method is looked up.
  ///   - threads: of the computation.
  ///   - kept: what the run kept, in place of what `learnt` would give; nil to take that.
  /// - Throws: `RecordError.unreadable` where the network was not kept, `MethodError` for a method of another
  ///   version, `StateError` for a network of another shape.
  init(
    of record: RunRecord, in folder: RunFolder, learnt: ImageSet, registry: MethodRegistry,
    device: Device, threads: Int, kept: KeptState? = nil
  ) throws {
    let name = record.variantOf ?? record.method
    let type = try registry.method(name)
    guard type.description.version == record.methodVersion else {
      throw MethodError.unsupported(
        method: name,
        reason: "the run is of version \(record.methodVersion) of the method, and this program has "
          + "version \(type.description.version)")
    }
    let configured = try ConfiguredMethod(type, record.settings)
    // What a run keeps suffices without the run that it started from: its own network has all of its tensors.
    let stage =
      try kept == nil
      ? folder.stage(of: record, by: configured.stage?.method)?.encoder
      : record.stage.map { _ in folder.encoder }
    let context = MethodContext(
      clusters: record.metrics.clusters, seed: record.seed, device: device,
      precision: Precision(rawValue: record.provenance.precision) ?? .float32, threads: threads,
      stage: stage.map { FinishedStage(file: $0, hasMemory: kept == nil) },
      fitted: kept.map { FittedState(given: $0.values) })
    method = try configured.make(context: context, images: learnt)
    guard let trained = method as? any TrainedMethod else { return }
    guard FileManager.default.fileExists(atPath: folder.encoder) else {
      throw RecordError.unreadable(
        file: folder.encoder,
        reason: "the network of this run was not kept; remove '\(folder.record)', and 'scl run' "
          + "computes the run again")
    }
    try trained.network.load(FinishedStage(file: folder.encoder))
    guard let kept, let applied = trained as? any AppliesToNewImages & TrainedMethod else { return }
    try Torch.checked {
      try Torch.withoutGradients {
        for (name, tensor) in applied.keptMemory {
          guard let found = kept.memory.first(where: { $0.name == name })?.tensor else {
            throw StateError.missing(name)
          }
          guard found.shape == tensor.shape else {
            throw StateError.shape(name, expected: tensor.shape, found: found.shape)
          }
          tensor.copy(from: found)
        }
      }
    }
  }
}

extension RunFolder {
  /// The folder of the run that a run started from, among the runs of the same experiment; nil if it started
  /// from nothing.
  /// - Parameter method: the method of that run. Its folders are read first; a variant's name may be any.
  /// - Throws: `RecordError.unreadable` if it is not there.
  fileprivate func stage(of record: RunRecord, by method: String?) throws -> RunFolder? {
    guard let identity = record.stage else { return nil }
    // RESULTS/EXPERIMENT/BENCHMARK/METHOD/seed-N
    let methods = URL(fileURLWithPath: path).deletingLastPathComponent().deletingLastPathComponent()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: methods.path)) ?? []
    func isLikely(_ name: String) -> Bool { method.map(name.hasPrefix) ?? false }
    for name in names.filter(isLikely).sorted() + names.filter({ !isLikely($0) }).sorted() {
      let folder = RunFolder(path: "\(methods.path)/\(name)/seed-\(record.seed)")
      if let found = folder.holding(identity) { return found }
    }
    throw RecordError.unreadable(
      file: methods.path,
      reason:
        "the run that \(record.method) started from (identity \(identity.prefix(12))) is not there; "
        + "'scl run' computes it again")
  }
}
