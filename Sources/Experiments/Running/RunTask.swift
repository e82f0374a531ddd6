import Benchmarks
import Core
import Domain
import Records
import Vision

/// The images of a run: without labels for the method, with labels for the evaluator only.
package struct RunTask {
  /// The images to learn from, in the order of presentation.
  package let learnt: ImageSet
  /// The indices of these images in the benchmark file, in the same order.
  package let learntIndices: [Int]
  /// The images to score, in the order of presentation.
  let scored: ImageSet
  /// Holds the labels of the scored images.
  let evaluator: Evaluator
  /// The order of presentation, for the record.
  let presentation: PresentationProvenance

  /// Reads the images of the run's splits, each once, and orders them by content.
  ///
  /// - Throws: `ExperimentError.noImages`, `.noFineLabels` or `.labelsInScoring`; `BenchmarkError`.
  package init(_ file: BenchmarkFile, run: PlannedRun) throws {
    let runProtocol = run.runProtocol
    let learntIndices = try Self.indices(runProtocol.train, in: file, of: run)
    let scoredIndices = try Self.indices(runProtocol.score, in: file, of: run)
    // Only the rows that are needed are read, once each.
    let rows = Set(learntIndices).union(scoredIndices).sorted()
    let presented = try PresentedImages(
      fileIndices: rows, pixels: file.pixels(at: rows, side: runProtocol.imageSize),
      side: runProtocol.imageSize, unlabelled: Set(file.indices(of: [.unlabelled])),
      seed: run.seed)
    presentation = presented.provenance
    (learnt, self.learntIndices) = presented.selecting(learntIndices)
    let scoredInOrder: [Int]
    (scored, scoredInOrder) = presented.selecting(scoredIndices)
    let labels = try Self.labels(in: file, of: run)
    evaluator = try Evaluator(
      labels: labels.map { labels in scoredInOrder.map { labels[$0] } }, fileIndices: scoredInOrder,
      clusters: run.clusters, runProtocol: runProtocol,
      benchmark: run.benchmark.name)
  }

  /// The labels of all images; nil where the benchmark has no classes.
  private static func labels(in file: BenchmarkFile, of run: PlannedRun) throws -> [Int32]? {
    if file.info.classNames.isEmpty { return nil }
    guard run.runProtocol.labels == .fine else { return try file.labels() }
    let labels = try file.fineLabels()
    guard !labels.isEmpty else {
      throw ExperimentError.noFineLabels(benchmark: run.benchmark.name)
    }
    return labels
  }

  /// The indices of a choice of splits. Unlabelled images that the file was prepared without are an
  /// error only if the protocol asks for them.
  private static func indices(
    _ selection: SplitSet, in file: BenchmarkFile, of run: PlannedRun
  ) throws -> [Int] {
    // A file without the unlabelled images is complete for whoever does not want them.
    let isOmitted =
      selection.splits(of: run.benchmark).contains(.unlabelled)
      && run.benchmark.counts.unlabelled > 0
      && file.info.expectedCounts.unlabelled == 0
    let indices = file.indices(of: selection.splits(of: run.benchmark))
    guard !indices.isEmpty, !isOmitted else {
      throw ExperimentError.noImages(
        benchmark: run.benchmark.name, split: isOmitted ? "unlabelled" : selection.rawValue)
    }
    return indices
  }
}

/// The images of a run in the order in which its method sees them, with their indices in the
/// benchmark file, which the method does not see. The order is that of the SHA-256 of the pixels
/// (`ContentOrder`), so an index reveals no class.
struct PresentedImages {
  /// All loaded images in the order of presentation.
  private let all: ImageSet
  /// The index in the benchmark file of each image, in the order of presentation.
  private let fileIndices: [Int]

  /// - Parameters:
  ///   - fileIndices: of the images, ascending, [N].
  ///   - pixels: their bytes, [N, side, side, 3].
  ///   - unlabelled: indices in the file of images of a split without labels.
  ///   - seed: the run's.
  init(
    fileIndices: [Int], pixels: [UInt8], side: Int, unlabelled: Set<Int>, seed: UInt64
  ) throws {
    let order = ContentOrder(pixels: pixels, count: fileIndices.count, seed: seed)
    all = try ImageSet(
      pixels: pixels, height: side, width: side, in: order,
      unlabelled: Set(fileIndices.indices.filter { unlabelled.contains(fileIndices[$0]) }))
    self.fileIndices = order.places.map { fileIndices[$0] }
  }

  /// Some of the images in the order of presentation, with their indices in the file in the same order.
  /// - Parameter wanted: indices in the file, in any order.
  func selecting(_ wanted: [Int]) -> (images: ImageSet, fileIndices: [Int]) {
    let wanted = Set(wanted)
    let positions = fileIndices.indices.filter { wanted.contains(fileIndices[$0]) }
    return (all.selecting(positions), positions.map { fileIndices[$0] })
  }

  /// What a record says of the order.
  var provenance: PresentationProvenance {
    var hash = SHA256Hash()
    fileIndices.map { Int64($0).littleEndian }.withUnsafeBytes { hash.update($0) }
    return PresentationProvenance(version: ContentOrder.version, order: hash.hexadecimal)
  }
}
