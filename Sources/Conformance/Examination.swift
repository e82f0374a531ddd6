import ClassicalClustering
import Core
import Foundation
import Methods
import Torch
import Vision

/// One method under examination: instances of it, and the stages that they start from.
final class Examination<Method: ClusteringMethod> {
  let suite: Conformance
  let images: ImageSet
  private var stages: [Stage: String] = [:]
  private var findings: [Finding] = []

  init(_ suite: Conformance) throws {
    self.suite = suite
    images = try ExampleImages.twoClasses()
  }

  deinit {
    for file in stages.values { try? FileManager.default.removeItem(atPath: file) }
  }

  /// Whether it trains.
  var trains: Bool { Method.self is any TrainedMethod.Type }

  func report(_ promise: Promise, _ detail: String) {
    findings.append(
      Finding(method: Method.description.name, promise: promise, detail: detail))
  }

  /// What the check of a promise finds; an error that it throws is a finding as well.
  func check(_ promise: Promise, _ body: (Examination) throws -> Void) -> [Finding] {
    findings = []
    do { try body(self) } catch { report(promise, "it threw an error: \(error)") }
    return findings
  }

  // MARK: Instances

  /// An instance about to learn from `images`, its stage trained for an epoch.
  func make(
    seed: UInt64 = 1, images: ImageSet? = nil, threads: Int = 1, _ more: [String: SettingValue] = [:]
  ) throws -> Method {
    // As runs do.
    OpenBLAS.useOneThread()
    return try suite.make(
      Method.self, seed: seed, images: images ?? self.images, threads: threads, more)
  }

  func trial(
    seed: UInt64 = 1, images: ImageSet? = nil, threads: Int = 1, _ more: [String: SettingValue] = [:]
  ) throws -> MethodTrial? {
    let images = images ?? self.images
    let method = try make(seed: seed, images: images, threads: threads, more)
    return (method as? any TrainedMethod).map { MethodTrial($0, images: images, seed: seed) }
  }

  /// An instance that has learnt whatever it can in a few epochs.
  func fitted(seed: UInt64 = 1, images: ImageSet? = nil) throws -> any ClusteringMethod {
    let images = images ?? self.images
    let method = try make(seed: seed, images: images)
    if let trained = method as? any TrainedMethod {
      try MethodTrial(trained, images: images, seed: seed).train(epochs: 3)
    }
    return method
  }
}
