import ClassicalClustering
import Conformance
import Core
import Foundation
import Methods
import Testing
import Torch
import Vision

extension MethodsTests {
  @Suite final class SCAN {
    private let images: ImageSet
    private let file = NSTemporaryDirectory() + "scan-tests-\(UUID().uuidString).safetensors"

    init() throws { images = try twoClasses() }

    deinit { try? FileManager.default.removeItem(atPath: file) }

    private func settings(
      _ more: [String: SettingValue] = [:]
    ) throws -> SCANClustering.Settings {
      try SCANClustering.Settings.schema.resolve(
        ["width": 16, "stem": "small-pool", "neighbours": 5].merging(more) { $1 })
    }

    /// A pretext that has not learnt yet, of another seed than the clustering step's, and the step.
    private func chain(
      _ settings: SCANClustering.Settings
    ) throws -> (pretext: any TrainedMethod, step: SCANClustering) {
      let stage = try #require(SCANClustering.stage(of: settings))
      let pretext = try #require(
        try Conformance().make(
          MethodRegistry.builtIn.method(stage.method), seed: 9, images: images, stage.settings,
          defaults: stage.defaults) as? any TrainedMethod)
      try SafeTensors.write(stageTensors(of: pretext), to: file)
      let step = try SCANClustering(
        settings: settings,
        context: MethodContext(clusters: 2, seed: 1, stage: FinishedStage(file: file)),
        images: images)
      return (pretext, step)
    }

    @Test(arguments: PretextMethod.allCases, PretextRecipe.allCases)
    func `The step starts from its pretext's network, and from the features that it learnt`(
      _ pretext: PretextMethod, _ recipe: PretextRecipe
    ) throws {
      let (pretext, step) = try chain(
        settings([
          "pretext": .text(pretext.rawValue), "pretext_recipe": .text(recipe.rawValue),
        ]))
      let (own, theirs) = (
        step.network.state.filter { $0.name.hasPrefix("backbone.") },
        pretext.network.state.filter { $0.name.hasPrefix("backbone.") }
      )
      #expect(own.count == theirs.count)
      for (mine, other) in zip(own, theirs) {
        #expect(try mine.tensor.floats() == other.tensor.floats())
      }
      // The pretext's own embeddings, of images as the pretext's own augmentation shows them.
      let encoder = try #require(pretext.network as? Encoder)
      let embeddings = encoder.embeddings(of: images, pretext.augmentation)
      #expect(
        try step.nearest
          == NearestNeighbourGraph(
            of: embeddings.floats(), dimensions: embeddings.shape[1], neighbours: 5))
    }

    @Test func `Without a pretext's run the step is refused`() throws {
      #expect(throws: MethodError.self) {
        try SCANClustering(
          settings: settings(), context: MethodContext(clusters: 2, seed: 1), images: images)
      }
    }

    @Test(arguments: [false, true])
    func `An image is its own neighbour where that is asked for alone`(_ isAsked: Bool) throws {
      let (_, step) = try chain(
        settings([
          "neighbours": 1, "own_neighbour": .boolean(isAsked), "strong_operations": 0, "cutout": 0,
          "strong_flip": 0,
        ]))
      let positions = Array(0..<images.count)
      let views = try step.views(of: images, at: positions, epoch: 0)
      let differences = try (views[0] - views[1]).squared().sum(along: [1, 2, 3]).floats()
      let itself = differences.count { $0 == 0 }
      // One of two, of 64 images: beyond 16 to 48 less than once in ten thousand times.
      #expect(isAsked ? (16...48).contains(itself) : itself == 0)
    }
  }
}
