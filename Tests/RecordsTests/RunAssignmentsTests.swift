import Records
import Testing

extension RecordsTests {
  @Suite struct RunAssignmentsTests {
    /// The assignments of `record` of four images, three of them scored.
    private func assignments(
      identity: String = "ab", file: String = "c0ffee", indices: [Int64] = [0, 2, 3],
      predicted: [Int32] = [1, 0, 1], truth: [Int32] = [5, -1, 7],
      confidence: [Float]? = [0.5, 1, 0.75]
    ) throws -> Assignments {
      try Assignments(
        identity: identity, benchmarkContentHash: file, indices: indices, predicted: predicted,
        truth: truth, confidence: confidence)
    }

    private var record: RunRecord {
      var record = exampleRecord()
      record.identity = "ab"
      record.provenance.benchmarkFile.images = 4
      record.metrics.images = 3
      record.metrics.clusters = 2
      return record
    }

    @Test func `Assignments are read with the record that they belong to`() throws {
      try withFolder { path in
        let folder = RunFolder(path: path)
        for known in [try assignments(), try assignments(confidence: nil)] {
          try known.write(to: folder.assignments)
          #expect(try folder.readAssignments(of: record) == known)
        }
      }
    }

    @Test func `Assignments of another run are refused with what differs`() throws {
      let wrongOnes = try [
        ("identity", assignments(identity: "xy")),
        ("benchmark_content_hash", assignments(file: "tea")),
        ("predicted", assignments(indices: [0, 2], predicted: [0, 1], truth: [5, 5])),
        ("indices", assignments(indices: [0, 2, 2])),
        ("indices", assignments(indices: [-1, 2, 3])),
        ("indices", assignments(indices: [0, 2, 4])),
        ("predicted", assignments(predicted: [0, 1, 2])),
        ("predicted", assignments(predicted: [0, 1, -1])),
        ("truth", assignments(truth: [5, -2, 7])),
        ("confidence", assignments(confidence: [0.5, 1])),
        ("confidence", assignments(confidence: [0.5, 1.5, 0.75])),
        ("confidence", assignments(confidence: [0.5, .nan, 0.75])),
      ]
      for (key, wrong) in wrongOnes {
        try withFolder { path in
          let folder = RunFolder(path: path)
          try wrong.write(to: folder.assignments)
          let error = #expect(throws: RecordError.self) { try folder.readAssignments(of: record) }
          #expect(error?.description.hasPrefix("'\(folder.assignments)', \(key): ") == true)
          #expect(error?.description.hasSuffix("'scl run' computes the run again") == true)
        }
      }
    }

    @Test func `Where only the record was kept, the error says how to get the rest`() throws {
      try withFolder { path in
        let folder = RunFolder(path: path)
        let error = #expect(throws: RecordError.self) { try folder.readAssignments(of: record) }
        #expect(error?.description.contains("'scl run' computes the run again") == true)
      }
    }
  }
}
