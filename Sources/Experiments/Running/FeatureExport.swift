import Benchmarks
import Domain
import HDF5
import Methods
import Records
import Torch
import Vision

/// Writes what the networks of finished runs make of their scored images into an HDF5 file.
///
/// Each run is a group with the data sets of its `assignments.h5` (`indices`, `predicted`, `truth`, `confidence` where
/// the run has one) and, in the same order of images, float32 [N, D]: `features` of the backbone and `embeddings`
/// (`TrainedMethod.representations`).
///
///     let export = FeatureExport(registry: .builtIn, device: .cpu, threads: 2)
///     try export.add(record, in: folder, from: file, to: output, as: "cifar10/scl/seed-0") { done, total in }
package struct FeatureExport {
  /// Images that are computed between two reports. A multiple of the batches of assignment, so that batches
  /// are the same.
  private static let block = 2_048

  /// Images that stand for those learnt from where a method only has to be made.
  private static let few = 64

  private let registry: MethodRegistry
  private let device: Device
  private let threads: Int

  /// - Parameters:
  ///   - registry: where methods are looked up.
  ///   - threads: of the computation.
  package init(registry: MethodRegistry, device: Device, threads: Int) {
    self.registry = registry
    self.device = device
    self.threads = threads
  }

  /// Computes and writes one run.
  /// - Parameters:
  ///   - record: the run's.
  ///   - folder: where its files are.
  ///   - file: the benchmark file that it used.
  ///   - group: the path of its group.
  ///   - report: called with the number of images that are done and of all.
  /// - Returns: the lengths of the vectors by name.
  /// - Throws: as `FinishedMethod` and `RunFolder.readAssignments(of:)`; `BenchmarkError`, `HDF5Error`;
  ///   `MethodError.unsupported` for a method without a network, or one whose vectors are no rows of a matrix.
  package func add(
    _ record: RunRecord, in folder: RunFolder, from file: BenchmarkFile, to output: HDF5File,
    as group: String, report: (_ done: Int, _ total: Int) -> Void
  ) throws -> [String: Int] {
    Torch.threads = threads
    let assignments = try folder.readAssignments(of: record)
    let indices = assignments.indices.map { Int($0) }
    // Where the run kept channel statistics, none of the images that it learnt from have to be read for them.
    let kept = try keptState(of: record, in: folder)
    let finished = try FinishedMethod(
      of: record, in: folder,
      learnt: kept == nil
        ? learnt(record, file) : imageSet(Array(indices.prefix(Self.few)), of: record, file),
      registry: registry, device: device, threads: threads, kept: kept)
    guard let method = finished.method as? any TrainedMethod else {
      throw MethodError.unsupported(method: record.method, reason: "it has no network")
    }
    let run = try output.createGroup(group)
    try run.setAttribute("identity", record.identity)
    try run.setAttribute("benchmark_content_hash", assignments.benchmarkContentHash)
    try run.write("indices", assignments.indices)
    try run.write("predicted", assignments.predicted)
    try run.write("truth", assignments.truth)
    if let confidence = assignments.confidence { try run.write("confidence", confidence) }
    var sets: [String: HDF5DataSet] = [:]
    var lengths: [String: Int] = [:]
    for start in stride(from: 0, to: indices.count, by: Self.block) {
      let rows = start..<min(start + Self.block, indices.count)
      let images = try imageSet(Array(indices[rows]), of: record, file)
      for (name, vectors) in try Torch.checked({ method.representations(of: images) }) {
        guard vectors.shape.count == 2 else {
          throw MethodError.unsupported(
            method: record.method, reason: "its \(name) have the shape \(vectors.shape), not [N, D]"
          )
        }
        let length = vectors.shape[1]
        let set =
          try sets[name]
          ?? run.createDataSet(name, of: Float.self, shape: [indices.count, length])
        try set.write(vectors.floats(), rows: rows)
        sets[name] = set
        lengths[name] = length
      }
      report(rows.upperBound, indices.count)
    }
    for set in sets.values { try set.close() }
    return lengths
  }

  /// What the run kept, if that replaces the images that it learnt from; nil for methods that are not made for others,
  /// and for runs of earlier versions, which kept no statistics.
  private func keptState(of record: RunRecord, in folder: RunFolder) throws -> KeptState? {
    let type = try registry.method(record.variantOf ?? record.method)
    guard type is any AppliesToNewImages.Type else { return nil }
    return try? KeptState(of: record, in: folder)
  }

  /// The images that a run learnt from, in the order of the file: what is asked of them here does not depend on
  /// the order.
  private func learnt(_ record: RunRecord, _ file: BenchmarkFile) throws -> ImageSet {
    let definition = BenchmarkRegistry.current[record.benchmark] ?? BenchmarkDefinition(file.info)
    let splits = record.protocol.train.splits(of: definition)
    return try imageSet(file.indices(of: splits), of: record, file)
  }

  private func imageSet(
    _ indices: [Int], of record: RunRecord, _ file: BenchmarkFile
  ) throws -> ImageSet {
    let side = record.protocol.imageSize
    return try ImageSet(
      pixels: file.pixels(at: indices, side: side), height: side, width: side,
      drawKeys: Array(indices.indices),
      unlabelled: Set(indices.indices.filter { file.splits[indices[$0]] == .unlabelled }))
  }
}
