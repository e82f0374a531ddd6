import HDF5

extension RunFolder {
  /// What to do about a file of a finished result that is missing or damaged.
  package var remedy: String { "remove '\(record)', and 'scl run' computes the run again" }

  /// Reads a file of a finished result, and says what to do if that fails.
  /// - Throws: `RecordError.unusable`.
  func reading<Content>(_ read: () throws -> Content) throws -> Content {
    do {
      return try read()
    } catch {
      throw RecordError.unusable(cause: "\(error)", remedy: remedy)
    }
  }

  /// Reads the assignments of a finished run.
  ///
  ///     let assignments = try folder.readAssignments(of: record)
  ///     let images = assignments.predicted.count
  ///
  /// Checks that they belong to its record: same identity, same benchmark file, as many images, ascending
  /// indices, clusters 0..<K.
  /// - Parameter record: what `run.json` of this folder holds.
  /// - Throws: `RecordError.unreadable` where only the record was kept, `.unusable` where the file is damaged or of
  ///   another run.
  package func readAssignments(of record: RunRecord) throws -> Assignments {
    guard RecordFile.exists(assignments) else {
      throw RecordError.unreadable(
        file: assignments, reason: "only the record of this run was kept; \(remedy)")
    }
    return try reading {
      let found = try Assignments.read(from: assignments)
      if let (key, problem) = found.contradiction(to: record) {
        throw RecordError.malformed(file: assignments, key: key, problem: problem)
      }
      return found
    }
  }

  /// Reads only the class and the cluster of every scored image, which a confusion matrix takes, and
  /// checks that the file is of the record's run, has as many images, and clusters 0..<K.
  /// - Parameter record: what `run.json` of this folder holds.
  /// - Returns: two lists of one length, [N]; classes are -1 where an image has no label.
  /// - Throws: `RecordError.unusable` where the file is damaged or of another run.
  package func readLabels(
    of record: RunRecord
  ) throws -> (truth: [Int32], predicted: [Int32]) {
    try reading {
      let file = try HDF5File(reading: assignments)
      guard try file.stringAttribute("identity") == record.identity else {
        throw RecordError.malformed(
          file: assignments, key: "identity", problem: "is that of another run than run.json's")
      }
      let predicted: [Int32] = try file.dataSet("predicted").read()
      let truth: [Int32] = try file.dataSet("truth").read()
      guard predicted.count == record.metrics.images, truth.count == predicted.count else {
        throw RecordError.malformed(
          file: assignments, key: "predicted",
          problem: "has not the \(record.metrics.images) images of run.json")
      }
      if let (key, problem) = Assignments.impossibleLabel(truth, predicted, of: record) {
        throw RecordError.malformed(file: assignments, key: key, problem: problem)
      }
      return (truth, predicted)
    }
  }
}

extension Assignments {
  /// What shows that these are not the assignments of a run, and where; nil if nothing does. Whoever looks up images by
  /// these indices, or clusters by these numbers, may rely on it.
  fileprivate func contradiction(to record: RunRecord) -> (key: String, problem: String)? {
    let isAscending = zip(indices, indices.dropFirst()).allSatisfy { $0 < $1 }
    if identity != record.identity { return ("identity", "is that of another run than run.json's") }
    if benchmarkContentHash != record.provenance.benchmarkFile.contentHash {
      return ("benchmark_content_hash", "is that of another benchmark file than run.json's")
    }
    if predicted.count != record.metrics.images {
      return ("predicted", "has \(predicted.count) images, and run.json \(record.metrics.images)")
    }
    let images = Int64(record.provenance.benchmarkFile.images)
    if !isAscending || (indices.first ?? 0) < 0 || (indices.last ?? -1) >= images {
      return ("indices", "are not ascending indices of \(images) images")
    }
    if let confidence {
      if confidence.count != predicted.count {
        return (
          "confidence", "has \(confidence.count) images, and run.json \(record.metrics.images)"
        )
      }
      // A sum in float32 may exceed 1 by rounding.
      if let wrong = confidence.first(where: { !(0...1.001 ~= $0) }) {
        return ("confidence", "has the probability \(wrong)")
      }
    }
    return Self.impossibleLabel(truth, predicted, of: record)
  }

  /// A cluster or a class that a run cannot have, and where; nil if there is none.
  fileprivate static func impossibleLabel(
    _ truth: [Int32], _ predicted: [Int32], of record: RunRecord
  ) -> (key: String, problem: String)? {
    let clusters = Int32(clamping: record.metrics.clusters)
    if let wrong = predicted.first(where: { !(0..<clusters).contains($0) }) {
      return ("predicted", "has the cluster \(wrong), and run.json \(clusters) clusters")
    }
    if let wrong = truth.first(where: { $0 < -1 }) { return ("truth", "has the class \(wrong)") }
    return nil
  }
}
