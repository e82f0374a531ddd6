import Core
import Foundation
import Methods
import Testing
import Torch

extension MethodsTests {
  @Suite struct SCAN {
    @Test func `Nearest neighbours are those of a full sort`() throws {
      var stream = RandomStream(seed: 4, purpose: .method)
      let features = try Tensor.normal([300, 8], standardDeviation: 1, from: &stream)
        .normalisedRows()
      let nearest = try NearestNeighbours(of: features, count: 7)
      let similarity = try features.matmul(features.transposed()).floats()
      for row in 0..<300 {
        let others = (0..<300).filter { $0 != row }
          .sorted { similarity[row * 300 + $0] > similarity[row * 300 + $1] }
        #expect((0..<7).map { nearest.neighbour($0, of: row) } == Array(others.prefix(7)))
      }
    }

    @Test func `Fewer images than neighbours are all neighbours`() throws {
      let nearest = try NearestNeighbours(
        of: Tensor([1, 0, 0, 1, 0.6, 0.8] as [Float], shape: [3, 2]), count: 20)
      #expect(nearest.count == 2)
      #expect((0..<2).map { nearest.neighbour($0, of: 1) } == [2, 0])
    }

    @Test func `The step starts from the network of its stage, and is refused without one`() throws
    {
      let images = try twoClasses()
      let settings = try SCANClustering.Settings.schema.resolve([
        "width": .integer(16), "neighbours": .integer(3), "pretext": "instdisc",
      ])
      #expect(throws: MethodError.self) {
        try SCANClustering(
          settings: settings, context: MethodContext(clusters: 2, seed: 1), images: images)
      }
      let stage = try #require(SCANClustering.stage(of: settings))
      #expect(stage.method == "instdisc")
      // Another seed's network, so that it is not the one that this seed begins with.
      let pretext = try make(
        InstanceDiscrimination.self, seed: 9, images: images, stage.settings)
      let file = NSTemporaryDirectory() + "scan-tests-\(UUID().uuidString).safetensors"
      defer { try? FileManager.default.removeItem(atPath: file) }
      try SafeTensors.write(encoderTensors(of: pretext.network), to: file)
      let scan = try SCANClustering(
        settings: settings,
        context: MethodContext(clusters: 2, seed: 1, stage: FinishedStage(file: file)),
        images: images)
      let (own, theirs) = (
        scan.network.state.filter { $0.name.hasPrefix("backbone.") },
        pretext.network.state.filter { $0.name.hasPrefix("backbone.") }
      )
      #expect(own.count == theirs.count)
      for (mine, other) in zip(own, theirs) {
        #expect(try mine.tensor.floats() == other.tensor.floats())
      }
    }
  }
}
