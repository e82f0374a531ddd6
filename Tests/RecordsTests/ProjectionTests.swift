import Foundation
import Records
import Testing

extension RecordsTests {
  @Suite struct ProjectionTests {
    private func projection(
      identity: String = "ab", places: [Int32] = [0, 2], coordinates: [Float] = [1, 2, 3, 4],
      shares: [Double] = [0.5, 0.25], silhouettes: [Float] = [0.5, -0.25]
    ) -> Projection {
      Projection(
        identity: identity, vectors: "embeddings", dimensions: 128, varianceShares: shares,
        places: places, coordinates: coordinates, silhouettes: silhouettes)
    }

    private var record: RunRecord {
      var record = exampleRecord()
      record.identity = "ab"
      record.metrics.images = 3
      return record
    }

    @Test func `A projection survives its file, and the same ones give the same bytes`() throws {
      try withFolder { path in
        let folder = RunFolder(path: path)
        #expect(try folder.readProjection(of: record) == nil)
        for kept in [projection(), projection(silhouettes: [])] {
          try kept.write(to: folder.projection)
          #expect(try folder.readProjection(of: record) == kept)
          let bytes = FileManager.default.contents(atPath: folder.projection)
          try kept.write(to: folder.projection)
          #expect(FileManager.default.contents(atPath: folder.projection) == bytes)
        }
        #expect(projection().silhouette == 0.125 && projection(silhouettes: []).silhouette == nil)
      }
    }

    @Test func `A projection of another run or with impossible values is refused`() throws {
      let wrongOnes = [
        ("identity", projection(identity: "xy")), ("places", projection(places: [0, 3])),
        ("places", projection(places: [2, 0])), ("places", projection(places: [-1, 2])),
        ("places", projection(places: [], coordinates: [], silhouettes: [])),
        ("coordinates", projection(coordinates: [1, 2, 3, .nan])),
        ("variance_shares", projection(shares: [0.5])),
        ("silhouettes", projection(silhouettes: [0.5])),
        ("silhouettes", projection(silhouettes: [0.5, 1.5])),
      ]
      for (key, wrong) in wrongOnes {
        try withFolder { path in
          let folder = RunFolder(path: path)
          try wrong.write(to: folder.projection)
          let error = #expect(throws: RecordError.self) { try folder.readProjection(of: record) }
          #expect(error?.description.hasPrefix("'\(folder.projection)', \(key): ") == true)
          #expect(error?.description.hasSuffix("'scl run' computes the run again") == true)
        }
      }
    }

    @Test func `A damaged projection says what to do`() throws {
      try withFolder { path in
        let folder = RunFolder(path: path)
        try Data("no HDF5".utf8).write(to: URL(fileURLWithPath: folder.projection))
        let error = #expect(throws: RecordError.self) { try folder.readProjection(of: record) }
        #expect(
          error?.description
            == "'\(folder.projection)' is not an HDF5 file; remove '\(folder.record)', and 'scl run' computes "
            + "the run again")
      }
    }

    @Test func `The silhouette of a record is that of the projection, where it was kept`() throws {
      try withFolder { path in
        let folder = RunFolder(path: path)
        #expect(
          try folder.completing(record, with: [.acc, .silhouette]).metrics.scores?[.silhouette]
            == nil)
        try projection().write(to: folder.projection)
        let completed = try folder.completing(record, with: [.acc, .silhouette])
        #expect(completed.metrics.scores?[.silhouette] == 0.125)
        #expect(try folder.completing(record, with: [.acc]) == record)
      }
    }
  }
}
