import Benchmarks
import Domain
import Records
import Vision

/// A run's images, without labels for the method and with them for the evaluator.
package struct RunTask {
  package let learnt: ImageSet
  /// Indices of the images learnt from in the benchmark file, in their order.
  package let learntIndices: [Int]
  let scored: ImageSet
  let evaluator: Evaluator
  let presentation: PresentationProvenance

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
