import Core
import Domain
import Metrics
import Records

/// A diff of made-up results in which every verdict and every mark occurs, for readers who see a diff for
/// the first time: `scl diff example`.
///
///     print(try DiffExample.text(width: 80))
///
/// The rows are named after real methods; all figures are invented.
package enum DiffExample {
  /// The word that stands in the place of an experiment file.
  package static let name = "example"

  /// What each verdict and each mark says.
  static let meanings = [
    ("reproduced", "same protocol and recipe, and the score is within the tolerance"),
    ("differs", "the same, but the score is outside the tolerance: the command exits with 1"),
    (
      "agrees, protocol unknown",
      "within the tolerance, but the source says too little about its protocol for a conclusion"
    ),
    ("differs, protocol unknown", "outside the tolerance, and the source says too little"),
    (
      "not comparable",
      "a known difference rules out a comparison: other settings (recipe), other images (data), "
        + "another statistic or protocol"
    ),
    ("no published figure", "the file has no figure for the method on the benchmark"),
    ("failed", "the run failed; the reason is in failed.json"),
    ("stale", "the result is of other settings or data than the experiment file asks for now"),
    ("damaged", "a file of the result cannot be read"),
    ("not run", "there is no result yet"),
    ("n/a", "the method cannot run there, or the images have no labels to score by"),
    ("one seed", "a mark: a single run, so there is no spread"),
    ("best of 3 seeds", "a mark: the published figure is the best of 3 trials, and so is ours"),
    ("re-encoded pixels", "a mark: the images came as JPEG copies of the published pixels"),
  ]

  /// The diff, with its own file of published figures.
  /// - Parameter within: the tolerance in points; nil for the rule of standard errors, under which every
  ///   verdict occurs.
  /// - Throws: nothing in practice; the types of reading and of sorting runs into cells throw.
  package static func diff(within: Double? = nil) throws -> TableDiff {
    let results = ExperimentResults(
      experiment: name, profile: "default", methods: rows.map(\.method),
      runs: rows.flatMap { row in
        row.cells.flatMap { benchmark, results in
          results.enumerated().map { seed, result in
            RunOutcome(
              benchmark: benchmark, method: row.method.name, seed: UInt64(seed),
              result: result(row.method, benchmark, UInt64(seed)))
          }
        }
      })
    return TableDiff(
      try ResultTable(results), against: try PaperTables.parse(published, file: "made-up figures"),
      within: within)
  }

  /// The diff with the meanings of its verdicts.
  /// - Parameters:
  ///   - within: as of `diff(within:)`.
  ///   - width: the columns of the terminal; nil for pipes and files.
  /// - Throws: as `diff(within:)`.
  package static func text(within: Double? = nil, width: Int? = nil) throws -> String {
    let list = meanings.map { name, meaning in
      MarkdownText.wrapped("\(name): \(meaning)", bullet: "- ", within: width)
    }
    return try diff(within: within).markdown(width: width) + "\nVerdicts and marks:\n\n"
      + list.joined(separator: "\n") + "\n"
  }

  // MARK: - Published figures

  /// Only accuracies, so that each verdict is one line.
  private static let published = """
    | method | row | CIFAR-10 | STL-10 | source | protocol | note |
    |---|---|---|---|---|---|---|
    | kmeans | k-means | -/22.0/- | -/19.0/- | P | mean | |
    | spectral | Spectral clustering | -/30.0/- | - | P | mean | |
    | nmf | NMF | -/19.0/- | - | Q | unknown | |
    | agglomerative | Agglomerative clustering | -/26.0/- | - | Q | unknown | |
    | cc | CC | -/79.0/- | - | P | mean | |
    | pica | PICA | -/69.5/- | - | P | best | |
    | idfd | IDFD | -/81.5/- | - | P | mean | |
    | moco | MoCo | -/75.0/- | - | P | mean | |
    | byol | BYOL | -/74.0/- | - | P | mean | |
    | scan | SCAN | -/81.0/- | - | P | mean | |
    | simclr | SimCLR | -/73.0/- | - | P | mean | |
    | iic | IIC | -/61.7/- | - | P | mean | |

    | protocol | statistic | trials | learns from | scored | image size | NMI | checkpoint | backbone | recipe |
    |---|---|---|---|---|---|---|---|---|---|
    | mean | mean | 3 | train+test | train+test | 32; stl10: 96 | arithmetic | last | - | - |
    | best | best | 3 | train+test | train+test | 32 | arithmetic | last | - | - |
    | unknown | mean | ? | ? | ? | ? | ? | ? | ? | ? |

    | key | source |
    |---|---|
    | P | a made-up paper |
    | Q | a made-up paper that does not describe its protocol |
    """

  // MARK: - Results

  /// Makes the result of a run of a row on a benchmark with a seed.
  private typealias MakeResult =
    @Sendable (TableMethod, _ benchmark: String, _ seed: UInt64) -> RunOutcome.Result

  /// A row with the results of its seeds by benchmark.
  private struct Row {
    var method: TableMethod
    var cells: [(String, [MakeResult])]

    init(
      _ name: String, _ title: String, _ family: MethodFamily, _ results: [MakeResult],
      stl10: [MakeResult] = []
    ) {
      method = TableMethod(name: name, title: title, family: family)
      cells = [("cifar10", results)] + (stl10.isEmpty ? [] : [("stl10", stl10)])
    }
  }

  /// A row for each verdict.
  private static let rows = [
    Row(
      "kmeans", "k-means", .classical, [scored(22.3), scored(22.4), scored(22.1)],
      stl10: [scored(19.2, pixels: .reEncoded), scored(19.4, pixels: .reEncoded)]),
    Row("spectral", "Spectral clustering", .classical, [scored(24.1), scored(24.4), scored(24.0)]),
    Row("nmf", "NMF", .classical, [scored(19.3), scored(19.1), scored(19.4)]),
    Row("agglomerative", "Agglomerative clustering", .classical, [scored(21)]),
    Row("pica", "PICA", .deepClustering, [scored(66), scored(69.8), scored(68.4)]),
    Row("iic", "IIC", .deepClustering, [scored(61.5)]),
    Row("cc", "CC", .contrastive, [scored(52.2, epochs: 20), scored(53.1, epochs: 20)]),
    Row("idfd", "IDFD", .contrastive, [{ _, _, _ in .failed(reason: "out of memory") }]),
    Row("moco", "MoCo", .contrastive, [{ _, _, _ in .stale(reason: "epochs 20, now 200") }]),
    Row("byol", "BYOL", .contrastive, [{ _, _, _ in .damaged(reason: "run.json is not JSON") }]),
    Row("simclr", "SimCLR", .contrastive, [{ _, _, _ in .missing }]),
    Row(
      "scan", "SCAN", .semantic,
      [{ _, _, _ in .notApplicable(reason: "it needs more images than there are") }]),
    Row("scl", "SCL", .semantic, [scored(57.7), scored(58.2), scored(57.9)]),
  ]

  /// The epochs of every made-up method.
  private static let usualEpochs = 1000

  /// A finished run with this accuracy in per cent, with all images and at the defaults, unless it has
  /// other pixels or fewer epochs.
  private static func scored(
    _ accuracy: Double, epochs: Int = usualEpochs, pixels: PixelFidelity = .original
  ) -> MakeResult {
    { method, benchmark, seed in
      let departures =
        epochs == usualEpochs
        ? [] : [Departure("epochs", value: .integer(epochs), standard: .integer(usualEpochs))]
      let images = benchmark == "stl10" ? 13_000 : 60_000
      return .finished(
        RunRecord(
          identity: "made up", experiment: name, benchmark: benchmark, method: method.name,
          methodTitle: method.title, methodFamily: method.family, methodVersion: 1, seed: seed,
          profile: "default", settings: ["epochs": .integer(epochs)], departures: departures,
          protocol: RunProtocol(imageSize: benchmark == "stl10" ? 96 : 32),
          metrics: RunMetrics(
            scores: Scores([.acc: accuracy / 100]), images: images, clusters: 10,
            clusterSizes: Array(repeating: images / 10, count: 10)),
          timing: RunTiming(
            seconds: 1, imagesPerSecond: nil, peakMemoryBytes: 0, resumptions: 0),
          provenance: Provenance(
            sourceRevision: "made up",
            benchmarkFile: BenchmarkProvenance(
              contentHash: "made up", complete: true, images: images, definitionImages: images,
              sourceFormat: "made up", rehearsalOf: nil, pixels: pixels),
            libtorch: "", openBLAS: "", device: "cpu", deviceName: "", precision: "float32",
            threads: 1, finishedAt: "")))
    }
  }
}
