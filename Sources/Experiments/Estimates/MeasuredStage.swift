import Core
import Foundation
import Methods
import Torch
import Vision

/// A network for a method to start from while it is measured: untrained, but of the right shape, which
/// is all that time and memory depend on.
///
/// Its file loses its name as soon as it is written.
package final class MeasuredStage {
  private static let prefix = "scl-stage-"

  private let file: UnnamedFile

  /// Makes the network of the method that another one starts from.
  ///
  /// - Parameters:
  ///   - method: the one whose network it is.
  ///   - earlier: what `method` starts from itself; nil for nothing.
  ///   - context: of the method that is measured.
  ///   - images: those that the network is made for.
  /// - Returns: nil for a method that does not train.
  /// - Throws: errors of the method; `FileError`.
  package init?(
    of method: ConfiguredMethod, startingFrom earlier: MeasuredStage?, context: MethodContext,
    images: ImageSet
  ) throws {
    Self.removeAbandoned()
    let file =
      NSTemporaryDirectory() + "\(Self.prefix)\(getpid())-\(UUID().uuidString).safetensors"
    let method = try method.make(context: context.starting(from: earlier), images: images)
    guard let method = method as? any TrainedMethod else { return nil }
    try SafeTensors.write(stageTensors(of: method), to: file)
    self.file = try UnnamedFile(taking: file)
  }

  /// The network that a planned run starts from, after those before it.
  ///
  /// - Returns: nil for a run that starts from nothing.
  static func stage(
    of run: PlannedRun, among runs: [PlannedRun], context: MethodContext, images: ImageSet
  ) throws -> MeasuredStage? {
    guard let stage = runs.first(where: { $0.combination == run.stage }) else { return nil }
    return try MeasuredStage(
      of: stage.configured,
      startingFrom: try self.stage(of: stage, among: runs, context: context, images: images),
      context: context, images: images)
  }

  /// The network as a method takes it, by the path of the open file. What it hands on besides is for other
  /// numbers of images.
  var finished: FinishedStage {
    FinishedStage(file: file.path, hasMemory: false)
  }

  /// Removes files of processes that ended while they wrote them.
  private static func removeAbandoned() {
    let folder = NSTemporaryDirectory()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(prefix) {
      guard let owner = Int32(name.dropFirst(prefix.count).prefix { $0 != "-" }) else { continue }
      if ProcessEntry(owner) == nil { unlink(folder + name) }
    }
  }
}

extension MethodContext {
  /// The context of a run that starts from `stage`.
  package func starting(from stage: MeasuredStage?) -> MethodContext {
    MethodContext(
      clusters: clusters, seed: seed, device: device, precision: precision, threads: threads,
      stage: stage?.finished)
  }
}
