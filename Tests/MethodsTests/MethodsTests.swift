import ClassicalClustering
import Core
import Foundation
import Methods
import Testing
import Torch
import Vision

/// The suites of this target run one after the other: libtorch's threads are shared by them.
@Suite(.serialized) enum MethodsTests {}

/// 64 images of 16 x 16 pixels in two classes that nobody mixes up: red with level stripes (even
/// positions) and blue with upright ones (odd positions), each with noise of its own.
func twoClasses() throws -> ImageSet {
  let (count, side) = (64, 16)
  var pixels: [UInt8] = []
  for image in 0..<count {
    var stream = RandomStream(seed: 11, purpose: .rehearsal, item: image)
    for y in 0..<side {
      for x in 0..<side {
        let isRed = image % 2 == 0
        let stripe = (isRed ? y : x) / 2 % 2 == 0 ? 60 : 0
        for channel in [180 + stripe, 60, 20] {
          pixels.append(UInt8(min(255, channel + stream.integer(below: 16))))
        }
        if !isRed { pixels.swapAt(pixels.count - 1, pixels.count - 3) }
      }
    }
  }
  return try ImageSet(
    pixels: pixels, height: side, width: side, fileIndices: Array(0..<count))
}

/// What a test trains with: quick on two cores.
let quickSettings: [String: SettingValue] = [
  "epochs": .integer(8), "batch_size": .integer(32), "width": .integer(16),
  "dimensions": .integer(8), "warmup_epochs": .integer(2), "learning_rate": .number(0.03),
  "restarts": .integer(3), "learning_rate_warmup": .integer(0), "projection_hidden": .integer(32),
  "queue": .integer(32), "encoder_momentum": .number(0.9),
]

/// A method of any type with those of `quickSettings` that it has and `more`.
func make<Method: ClusteringMethod>(
  _ type: Method.Type, seed: UInt64 = 1, images: ImageSet, threads: Int = 1,
  _ more: [String: SettingValue] = [:]
) throws -> Method {
  // As runs do.
  OpenBLAS.useOneThread()
  let known = Set(Method.settings.map(\.name))
  let values = quickSettings.filter { known.contains($0.key) }.merging(more) { $1 }
  let settings = try Method.Settings.schema.resolve(values)
  let stage = try Method.stage(of: settings).map {
    try finished($0, seed: seed, images: images, threads: threads)
  }
  defer { if let stage { try? FileManager.default.removeItem(atPath: stage) } }
  return try Method(
    settings: settings,
    context: MethodContext(
      clusters: 2, seed: seed, threads: threads, stage: stage.map(FinishedStage.init)),
    images: images)
}

/// The encoder.safetensors of a stage that was trained for an epoch.
private func finished(
  _ stage: Stage, seed: UInt64, images: ImageSet, threads: Int
) throws -> String {
  let method = try make(
    MethodRegistry.builtIn.method(stage.method), seed: seed, images: images, threads: threads,
    stage.settings)
  let trained = try #require(method as? any TrainedMethod)
  try TrainingSteps(trained, images: images, seed: seed).train(epochs: 1)
  let file = NSTemporaryDirectory() + "methods-tests-stage-\(UUID().uuidString).safetensors"
  try SafeTensors.write(encoderTensors(of: trained.network), to: file)
  return file
}
