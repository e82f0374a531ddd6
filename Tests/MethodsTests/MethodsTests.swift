import Conformance
import Core
import Methods
import Testing
import Torch
import Vision

/// The suites of this target run one after the other: libtorch's threads are shared by them.
@Suite(.serialized) enum MethodsTests {}

typealias TrainingSteps = MethodTrial

/// 64 images of 16 x 16 pixels in two classes that nobody mixes up: red with level stripes (even
/// positions) and blue with upright ones (odd positions), each with noise of its own.
func twoClasses(unlabelled: Set<Int> = []) throws -> ImageSet {
  try ExampleImages.twoClasses(unlabelled: unlabelled)
}

/// A method of any type, quick on two cores, with `more`.
func make<Method: ClusteringMethod>(
  _ type: Method.Type, seed: UInt64 = 1, images: ImageSet, threads: Int = 1,
  _ more: [String: SettingValue] = [:]
) throws -> Method {
  try Conformance().make(type, seed: seed, images: images, threads: threads, more)
}
