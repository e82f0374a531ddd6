import Core
import HDF5
import Metrics

/// The content of `assignments.h5`: the predicted cluster and the class of every scored image. All
/// metrics of a run can be recomputed from it.
///
/// Data sets, in the order of the benchmark file: `indices` (int64 [N], ascending), `predicted`
/// (int32 [N]), `truth` (int32 [N]), and `confidence` (float32 [N]) of methods that have one. Root
/// attributes: `identity`, `benchmark_content_hash`. The run's process writes the file before `run.json`.
///
///     let assignments = try Assignments.read(from: folder.assignments)
///     let scores = try ClusteringScores(
///       truth: assignments.truth, predicted: assignments.predicted)
package struct Assignments: Hashable, Sendable {
  /// The run's identity.
  package let identity: String
  /// The content hash of the benchmark file that `indices` refers to.
  package let benchmarkContentHash: String
  /// Each image's index in the benchmark file, [N].
  package let indices: [Int64]
  /// Each image's cluster, [N]. The numbers of clusters carry no meaning.
  package let predicted: [Int32]
  /// Each image's class, [N]; -1 for an image without a label.
  package let truth: [Int32]
  /// The probability that the method gives each image's cluster, 0...1, [N]; nil for methods without
  /// one and in files of earlier versions.
  package let confidence: [Float]?

  /// - Throws: `RecordError.lengthsDiffer` unless the first three lists have N elements.
  package init(
    identity: String, benchmarkContentHash: String, indices: [Int64], predicted: [Int32],
    truth: [Int32], confidence: [Float]? = nil
  ) throws(RecordError) {
    guard indices.count == predicted.count, indices.count == truth.count else {
      throw .lengthsDiffer(
        indices: indices.count, predicted: predicted.count, truth: truth.count)
    }
    self.identity = identity
    self.benchmarkContentHash = benchmarkContentHash
    self.indices = indices
    self.predicted = predicted
    self.truth = truth
    self.confidence = confidence
  }

  /// Writes the file atomically. Equal assignments give equal bytes.
  /// - Throws: `HDF5Error`, `FileError`.
  package func write(to path: String) throws {
    try AtomicFile.replace(path) { temporary in
      let file = try HDF5File(creating: temporary, as: path)
      try file.setAttribute("identity", identity)
      try file.setAttribute("benchmark_content_hash", benchmarkContentHash)
      try file.write("indices", indices, compressed: true)
      try file.write("predicted", predicted, compressed: true)
      try file.write("truth", truth, compressed: true)
      if let confidence { try file.write("confidence", confidence, compressed: true) }
      try file.close()
    }
  }

  /// Checks that the file has the three data sets with equal shapes, without reading them.
  /// - Throws: `RecordError` with the file.
  static func checkForm(_ path: String) throws(RecordError) {
    guard RecordFile.exists(path) else {
      throw .unreadable(file: path, reason: "it is not a readable file")
    }
    let problem: String?
    do {
      let file = try HDF5File(reading: path)
      let shapes = try ["indices", "predicted", "truth"].map { try file.dataSet($0).shape }
      problem = Set(shapes).count == 1 ? nil : "its columns have different lengths"
    } catch {
      problem = "\(error)"
    }
    if let problem { throw .malformed(file: path, key: "", problem: problem) }
  }

  /// Reads the file.
  /// - Throws: `HDF5Error` if it is not such a file; `RecordError.malformed` if the lengths differ.
  package static func read(from path: String) throws -> Assignments {
    let file = try HDF5File(reading: path)
    let indices: [Int64] = try file.dataSet("indices").read()
    let predicted: [Int32] = try file.dataSet("predicted").read()
    let truth: [Int32] = try file.dataSet("truth").read()
    let confidence: [Float]? =
      try file.containsDataSet("confidence") ? file.dataSet("confidence").read() : nil
    do {
      return try Assignments(
        identity: file.stringAttribute("identity"),
        benchmarkContentHash: file.stringAttribute("benchmark_content_hash"), indices: indices,
        predicted: predicted, truth: truth, confidence: confidence)
    } catch let error as RecordError {
      throw RecordError.malformed(file: path, key: "", problem: error.description)
    }
  }
}

extension RunFolder {
  /// A finished run's record with the scores of these metrics. Those that it lacks, since a metric was
  /// added after the run, are computed from `assignments.h5`; the silhouette is in `projection.h5`, and stays away
  /// where that was not kept.
  ///
  /// Images without a label do not count. A run whose images have none stays without scores.
  /// - Throws: as `readAssignments(of:)` and `readProjection(of:)`; `MetricsError`.
  package func completing(_ record: RunRecord, with metrics: [Metric]) throws -> RunRecord {
    guard let scores = record.metrics.scores else { return record }
    var record = record
    if metrics.contains(.silhouette), scores[.silhouette] == nil {
      let silhouette = try readProjection(of: record)?.silhouette
      record.metrics.scores?[.silhouette] = silhouette
    }
    let missing = metrics.filter { scores[$0] == nil && $0.isOfLabels }
    guard !missing.isEmpty else { return record }
    let stored = try readAssignments(of: record)
    let labelled = stored.truth.indices.filter { stored.truth[$0] >= 0 }
    let table = try ContingencyTable(
      truth: labelled.map { stored.truth[$0] }, predicted: labelled.map { stored.predicted[$0] })
    for metric in missing {
      record.metrics.scores?[metric] = metric.value(
        of: table, normaliser: record.protocol.nmi)
    }
    return record
  }
}
