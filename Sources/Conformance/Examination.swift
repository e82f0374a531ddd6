import Core
import Foundation
import Methods
import Torch
import Vision

/// The examination of one method. Its checks are in extensions, by subject: description and
/// settings, training, clusters, order of images.
///
/// Checks call `report` for what they find. Trained instances are expensive, so `first()` keeps one
/// for all checks that do not change it.
final class Examination<Method: ClusteringMethod> {
  /// The suite's settings and registry.
  let suite: Conformance
  /// `ExampleImages.twoClasses()`: 64 images that any method should be able to separate.
  let images: ImageSet
  /// Networks of stages, shared by all instances of the examination.
  private let stages = StageRuns()
  /// Of the check in progress.
  private var findings: [Finding] = []
  /// The result of `first()`.
  private var known: (fitted: Method, trial: MethodTrial?)?

  init(_ suite: Conformance) throws {
    self.suite = suite
    images = try ExampleImages.twoClasses()
  }

  /// Adds a finding to the check in progress.
  func report(_ promise: Promise, _ detail: String) {
    findings.append(
      Finding(method: Method.description.name, promise: promise, detail: detail))
  }

  /// Runs the check of one promise. An error that it throws becomes a finding.
  /// - Returns: the findings of this check alone.
  func check(_ promise: Promise, _ body: (Examination) throws -> Void) -> [Finding] {
    findings = []
    do { try Torch.checked { try body(self) } } catch {
      report(promise, "it threw an error: \(error)")
    }
    return findings
  }

  // MARK: Instances

  /// The number of epochs of a fit: one more than the warm-up of `Conformance.quick`.
  static var epochs: Int { 3 }

  /// A trained instance, with its trial if the method trains.
  /// - Parameters:
  ///   - images: what it learns from; nil for `images`.
  ///   - threads: in the method's context. The caller sets `Torch.threads`.
  ///   - epochs: nil for `epochs` of the type.
  ///   - suite: nil for the suite of the examination.
  func fit(
    seed: UInt64 = 1, images: ImageSet? = nil, threads: Int = 1, epochs: Int? = nil,
    as suite: Conformance? = nil
  ) throws -> (fitted: Method, trial: MethodTrial?) {
    let images = images ?? self.images
    let method = try (suite ?? self.suite).make(
      Method.self, seed: seed, images: images, threads: threads, stages: stages)
    let trial = (method as? any TrainedMethod).map {
      MethodTrial($0, images: images, seed: seed)
    }
    try trial?.train(epochs: epochs ?? Self.epochs)
    return (method, trial)
  }

  /// The fit of seed 1. It is made once and then shared, so a check must not train it further.
  func first() throws -> (fitted: Method, trial: MethodTrial?) {
    if let known { return known }
    let fit = try fit()
    known = fit
    return fit
  }

  /// An instance before its first step; nil for a method that does not train.
  func trial(seed: UInt64 = 1) throws -> MethodTrial? {
    guard Method.self is any TrainedMethod.Type else { return nil }
    let method = try suite.make(Method.self, seed: seed, images: images, stages: stages)
    return (method as? any TrainedMethod).map { MethodTrial($0, images: images, seed: seed) }
  }
}
