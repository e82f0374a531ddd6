import ClassicalClustering
import Foundation
import HDF5
import Testing

/// `parity.h5`, where the checkout has it beside it.
let parityFile = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("shared/fixtures/parity.h5").path

extension ClassicalClusteringTests {
  @Suite struct KMeansParityTests {
    @Test(
      .enabled(if: FileManager.default.fileExists(atPath: parityFile), "needs shared/fixtures"))
    func `Lloyd's algorithm from given centres ends where scikit-learn's does`() throws {
      let group = try HDF5File(reading: parityFile).group("cases/kmeans")
      let points = try group.dataSet("in/points")
      let starts: [Float] = try group.dataSet("in/initial_centres").read()
      let expectedCentres: [Float] = try group.dataSet("out/centres").read()
      let expectedLabels: [Int32] = try group.dataSet("out/labels").read()
      let expectedInertia: [Double] = try group.dataSet("out/inertia").read()
      var kMeans = KMeans(clusters: starts.count / points.rowSize)
      kMeans.tolerance = 0
      let result = try kMeans.fit(points.read(), dimensions: points.rowSize, startingFrom: starts)
      #expect(result.labels == expectedLabels)
      #expect(zip(result.centres, expectedCentres).allSatisfy { abs($0 - $1) < 1e-3 })
      #expect(abs(result.inertia - expectedInertia[0]) < 1e-3 * expectedInertia[0])
    }
  }
}
