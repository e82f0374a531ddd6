import Core
import Foundation
import Methods
import Torch
import Vision

/// One method under examination.
final class Examination<Method: ClusteringMethod> {
  let suite: Conformance
  let images: ImageSet
  private let stages = StageRuns()
  private var findings: [Finding] = []
  private var known: (fitted: Method, trial: MethodTrial?)?

  init(_ suite: Conformance) throws {
    self.suite = suite
    images = try ExampleImages.twoClasses()
  }

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

  /// How many epochs a fit has: enough for the end of the warm-up that `Conformance.quick` sets.
  static var epochs: Int { 3 }

  /// An instance that has learnt whatever it can in a few epochs, and its training if it trains.
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

  /// The fit of seed 1, made once.
  func first() throws -> (fitted: Method, trial: MethodTrial?) {
    if let known { return known }
    let fit = try fit()
    known = fit
    return fit
  }

  /// A trial that has not begun; nil for a method that does not train.
  func trial(seed: UInt64 = 1) throws -> MethodTrial? {
    guard Method.self is any TrainedMethod.Type else { return nil }
    let method = try suite.make(Method.self, seed: seed, images: images, stages: stages)
    return (method as? any TrainedMethod).map { MethodTrial($0, images: images, seed: seed) }
  }
}
