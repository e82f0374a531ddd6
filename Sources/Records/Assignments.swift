import Core
import HDF5

/// The predicted cluster and the class of every scored image, as `assignments.h5` holds them: what
/// all metrics of a run can be computed from again.
public struct Assignments: Hashable, Sendable {
  /// The run's identity.
  public let identity: String
  /// The content hash of the benchmark file that the indices refer to.
  public let benchmarkContentHash: String
  /// The image's index in the benchmark file, [N].
  public let indices: [Int64]
  /// The image's cluster, [N].
  public let predicted: [Int32]
  /// The image's class, [N]; -1 where it has no label.
  public let truth: [Int32]

  /// - Throws: `RecordError.lengthsDiffer`.
  public init(
    identity: String, benchmarkContentHash: String, indices: [Int64], predicted: [Int32],
    truth: [Int32]
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
  }

  /// Writes the file, whole or not at all. The same assignments give the same bytes.
  /// - Throws: `HDF5Error`, `FileError`.
  public func write(to path: String) throws {
    try AtomicFile.replace(path) { temporary in
      let file = try HDF5File(creating: temporary)
      try file.setAttribute("identity", identity)
      try file.setAttribute("benchmark_content_hash", benchmarkContentHash)
      try file.write("indices", indices)
      try file.write("predicted", predicted)
      try file.write("truth", truth)
      try file.close()
    }
  }

  /// Looks whether a file can be a run's assignments, without reading them.
  /// - Throws: `RecordError` that names it.
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

  /// - Throws: `HDF5Error`, `RecordError`.
  public static func read(from path: String) throws -> Assignments {
    let file = try HDF5File(reading: path)
    let indices: [Int64] = try file.dataSet("indices").read()
    let predicted: [Int32] = try file.dataSet("predicted").read()
    let truth: [Int32] = try file.dataSet("truth").read()
    do {
      return try Assignments(
        identity: file.stringAttribute("identity"),
        benchmarkContentHash: file.stringAttribute("benchmark_content_hash"), indices: indices,
        predicted: predicted, truth: truth)
    } catch let error as RecordError {
      throw RecordError.malformed(file: path, key: "", problem: error.description)
    }
  }
}
