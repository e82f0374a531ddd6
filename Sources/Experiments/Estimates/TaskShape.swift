import Benchmarks
import Domain
import Records

/// The size of a run's task: everything about a benchmark that time and memory depend on.
package struct TaskShape: Codable, Hashable, Sendable {
  /// Side of the images in pixels.
  package let imageSize: Int
  /// Images to learn from.
  package let learnt: Int
  /// Images to score.
  package let scored: Int
  /// Images in memory: those learnt and those scored, once each.
  package let loaded: Int
  /// The number of clusters, K, usually the number of classes.
  package let classes: Int

  init(_ task: TaskImages, run: PlannedRun) {
    imageSize = run.runProtocol.imageSize
    learnt = task.learnt.count
    scored = task.scored.count
    loaded = Set(task.learnt).union(task.scored).count
    classes = run.clusters
  }

  /// Bytes of the loaded images' pixels.
  var pixelBytes: Int { loaded * imageSize * imageSize * 3 }

  /// The part of the task, in 0...1, with at most `count` images to learn from or to score, but at
  /// least two per cluster.
  func part(atMost count: Int) -> Double {
    let forClusters = Double(2 * classes) / Double(min(learnt, scored))
    return min(1, max(Double(count) / Double(max(learnt, scored)), forClusters))
  }
}

/// The indices of the images that a run learns from and scores: those of the benchmark file or,
/// without one, of a complete copy.
struct TaskImages {
  /// Nil if the benchmark is not prepared.
  let file: BenchmarkFile?
  /// Indices to learn from, ascending.
  let learnt: [Int]
  /// Indices to score, ascending.
  let scored: [Int]
  /// Those of the file's images that nobody has labels of.
  let unlabelled: Set<Int>

  /// - Throws: `BenchmarkError` for a damaged file, `ExperimentError.noImages`.
  init(_ run: PlannedRun, data: String) throws {
    let folder = BenchmarkFolder(data)
    file =
      folder.hasFile(of: run.benchmark)
      ? try BenchmarkFile.open(folder.file(of: run.benchmark)) : nil
    let counts = run.benchmark.counts
    let splits = file?.splits ?? Split.allCases.flatMap { Array(repeating: $0, count: counts[$0]) }
    func indices(_ selection: SplitSet) throws -> [Int] {
      let wanted = selection.splits(of: run.benchmark)
      let indices = splits.indices.filter { wanted.contains(splits[$0]) }
      guard !indices.isEmpty else {
        throw ExperimentError.noImages(benchmark: run.benchmark.name, split: selection.rawValue)
      }
      return indices
    }
    unlabelled = Set(splits.indices.filter { splits[$0] == .unlabelled })
    learnt = try indices(run.runProtocol.train)
    scored = try indices(run.runProtocol.score)
  }
}
