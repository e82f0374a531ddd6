import Core
import Domain

/// The sections that a file and its profiles share, with the defaults of what no file says. Reading
/// a file changes the sections of the file that it extends; see `Changes`.
struct Sections: Sendable {
  /// Departures from the published experiment, in words.
  var notes: [String] = []
  /// Benchmarks of one's own images that the file can name wherever their files are.
  var ownBenchmarks: [String] = []
  /// Nil until a file lists them; an experiment must have them.
  var benchmarks: [String]?
  /// Names of methods and variants: the rows of the table. Nil until a file lists them.
  var rows: [String]?
  /// Variants that `rows` or `inclusions` can name.
  var variants: [Variant] = []
  var seeds: [UInt64] = [0]
  /// Combinations of the product that are left out.
  var exclusions: [Exclusion] = []
  /// Combinations in addition to the product of the lists.
  var inclusions: [Inclusion] = []
  /// Threads of one run.
  var threads = 1
  /// Epochs between two intermediate scores; 0 scores only the end.
  var evaluateEvery = 0
  var clusters = ClusterNumbers()
  /// Later ones win, here and below.
  var protocolLayers: [Layers<Changes<RunProtocol>>] = []
  var settingLayers: [Layers<[String: SettingValue]>] = []
  /// Checkpoints, retries and memory.
  var running = RunningOptions()
  /// By executor.
  var executors: [String: ExecutorLayers] = [:]

  /// The key of `exclusions`, which are checked once the lists are complete.
  static let exclude = "exclude"

  /// The keys of this structure, and one section per registered executor.
  static func schema(_ executors: ExecutorRegistry) -> SectionSchema<Sections> {
    SectionSchema(
      keys
        + executors.executors.map { executor in
          FileKey(
            executor.name, ExecutorLayers.value(of: executor),
            "What '--executor \(executor.name)' asks for."
          ) {
            $0.executors[executor.name] =
              ($0.executors[executor.name] ?? ExecutorLayers()).overlaid(with: $1)
          }
        })
  }

  /// The keys besides the sections of executors. Lists and single values replace those of earlier
  /// files; variants and the keys of `running` are replaced one by one; `protocol` and `settings`
  /// add a layer. `own_benchmarks` and `variants` come before the keys that name them.
  private static let keys: [FileKey<Sections>] = [
    FileKey(
      "notes", \.notes, .list(of: .text),
      "How this experiment departs from the published one; printed under its tables."),
    FileKey(
      "own_benchmarks", .ownBenchmarks,
      "Names of benchmarks of one's own images; without it, only those that have a file are known.",
      extending: { $0.ownBenchmarks += $1 }, set: { $0.ownBenchmarks += $1 }),
    FileKey(
      "benchmarks", \.benchmarks, .names(.benchmark), "The benchmarks, at least one."),
    FileKey(
      "variants", Variant.all,
      "Ablations: rows of their own, each a method with some settings changed.",
      extending: { $0.variants = $0.variants.overlaid(with: $1) },
      set: { $0.variants = $0.variants.overlaid(with: $1) }),
    FileKey(
      "methods", \.rows, .names(.row),
      "The rows of the table: methods, and variants by their names."),
    FileKey(
      "seeds", \.seeds, .seeds,
      "A count (2 stands for 0 and 1), or a list of different whole numbers; seed 0 if missing."),
    FileKey(
      exclude, \.exclusions, .list(of: Exclusion.value),
      "Combinations of benchmark, method and seed that are not run."),
    FileKey(
      "include", \.inclusions, .list(of: Inclusion.value),
      "Combinations that are run in addition to those of the lists."),
    FileKey("threads", \.threads, .integer(1...1024), "Threads of one run; 1 if missing."),
    FileKey(
      "evaluate_every", \.evaluateEvery, .integer(0...100_000),
      "Epochs between scores in history.csv; only the checkpoint rules 'lowest-loss' and "
        + "'best-by-labels' choose among these epochs; 0 (the end alone) if missing."),
    FileKey(
      "clusters", ClusterNumbers.value,
      "The number of clusters, for all benchmarks or by benchmark; the number of classes if "
        + "missing."
    ) { $0.clusters = $0.clusters.overlaid(with: $1) },
    FileKey(
      "protocol", RunProtocol.layers,
      "Which images are learnt from and scored, and how; in layers: for all < benchmarks < methods "
        + "< combinations."
    ) { $0.protocolLayers.append($1) },
    FileKey(
      "settings", .settingLayers,
      "Settings in layers: defaults < benchmarks < methods < combinations."
    ) { $0.settingLayers.append($1) },
    FileKey(
      "running", RunningOptions.schema.value.defined(as: "running"),
      "Checkpoints, retries and memory of runs; no key here changes a result."
    ) { $1.apply(to: &$0.running) },
  ]

  /// Every benchmark with every row and every seed, seed by seed.
  private var product: [Combination] {
    seeds.flatMap { seed in
      (benchmarks ?? []).flatMap { benchmark in
        variants.expanding(rows ?? []).map {
          Combination(benchmark: benchmark, row: $0, seed: seed)
        }
      }
    }
  }

  /// `exclusions` with the rows of grids in place of the variants that have them.
  private var expandedExclusions: [Exclusion] {
    exclusions.map { exclusion in
      var exclusion = exclusion
      exclusion.rows = exclusion.rows.map(variants.expanding)
      return exclusion
    }
  }

  /// What is run: the product without the excluded combinations, followed by the included ones.
  /// Each occurs once.
  var combinations: [Combination] {
    let exclusions = expandedExclusions
    let chosen = product.filter { combination in
      !exclusions.contains { $0.matches(combination) }
    }
    let more = inclusions.flatMap { inclusion in
      (inclusion.seeds ?? seeds).flatMap { seed in
        inclusion.benchmarks.flatMap { benchmark in
          variants.expanding(inclusion.rows).map {
            Combination(benchmark: benchmark, row: $0, seed: seed)
          }
        }
      }
    }
    return (chosen + more).uniqued
  }

  /// - Throws: `ExperimentError` for an entry of `exclude` that excludes nothing, which is probably a typing
  ///   error.
  func checkExclusions() throws {
    guard benchmarks != nil, rows != nil else { return }
    let product = product
    for exclusion in expandedExclusions where !product.contains(where: exclusion.matches) {
      if let futile = exclusion.futile { throw futile }
    }
  }
}

// MARK: - Layered sections

extension RunProtocol {
  /// The keys that a benchmark, a method or a combination can change.
  private static let keys: [FileKey<RunProtocol>] = [
    FileKey("train", \.train, .choice, "The images to learn from; train+test if missing."),
    FileKey("score", \.score, .choice, "The images to score; train+test if missing."),
    FileKey(
      "image_size", \.imageSize, .integer(8...1024),
      "Side of the images in pixels, at most that of the benchmark file; the benchmark's own if "
        + "missing."),
    FileKey(
      "checkpoint", \.checkpoint, .choice,
      "The epoch whose clusters are the result: the last if missing; 'lowest-loss' looks at no label; "
        + "'best-by-labels' is for comparison with code that does so. Both are marked in every table."
    ),
    FileKey(
      "labels", \.labels, .choice,
      "The labels that scores are computed with, where the benchmark has others: 'fine' for the 100 "
        + "classes of CIFAR-100; its own if missing."),
  ]

  /// The section `protocol`. Its keys for all runs are at the top of the section, not under
  /// `defaults`, and so is `nmi`, which applies to a whole table.
  static let layers = SectionSchema<Layers<Changes<RunProtocol>>>(
    keys.map { $0.changing(\.defaults) } + [
      FileKey<RunProtocol>(
        "nmi", \.nmi, .choice, "The normaliser of the NMI that tables print; arithmetic if missing."
      ).changing(\.defaults),
      FileKey(
        "benchmarks", \.benchmarks, .byBenchmark(SectionSchema(keys).value),
        "What applies to a benchmark instead."),
      FileKey(
        "methods", \.methods, .byRow(SectionSchema(keys).value),
        "What applies to a method or a variant instead."),
      FileKey(
        "combinations", \.combinations, .byBenchmark(.byRow(SectionSchema(keys).value)),
        "By benchmark, then by method or variant."),
    ]
  ).filling(Layers()).defined(as: "protocol")
}

extension FileValue<Layers<[String: SettingValue]>> {
  /// The section `settings`.
  static let settingLayers = SectionSchema<Layers<[String: SettingValue]>>([
    FileKey("defaults", \.defaults, .settings, "For all methods that have the setting."),
    FileKey(
      "benchmarks", \.benchmarks, .byBenchmark(.settings),
      "By benchmark, for all methods that have the setting."),
    FileKey(
      "methods", \.methods, .settingsByMethod, "By method; its variants inherit them."),
    FileKey(
      "combinations", \.combinations, .byBenchmark(.settingsByRow),
      "By benchmark, then by method or variant."),
  ]).filling(Layers()).defined(as: "settings")
}

extension ExecutorLayers {
  /// The section of an executor. Options for the whole experiment are accepted among the defaults
  /// only. Variants share the options of their method, so `methods` accepts no variants.
  static func value(of executor: any Executor.Type) -> FileValue<ExecutorLayers> {
    let partial = FileValue.options(executor.options.filter { !$0.isForWholeExperiment })
    return SectionSchema<ExecutorLayers>([
      FileKey(
        "defaults", \.defaults, .options(executor.options),
        "For every task; GPUs only for methods that train networks."),
      FileKey(
        "benchmarks", \.benchmarks, .byBenchmark(partial), "By benchmark, over the defaults."),
      FileKey("methods", \.methods, .byMethod(partial), "By method, over both."),
    ]).filling(Layers()).defined(as: executor.name)
  }
}

// MARK: - Other sections

/// The number of clusters, K, that methods look for on each benchmark.
struct ClusterNumbers: Sendable {
  /// On all benchmarks without a number of their own; nil for the number of classes.
  var shared: Int?
  var benchmarks: [String: Int] = [:]

  /// One number, or numbers by benchmark.
  static let value = FileValue<ClusterNumbers>(
    shape: { .either([number.shape($0), numbers.shape($0)]) }
  ) { reader, context in
    reader.node.scalar != nil
      ? ClusterNumbers(shared: try number.read(reader, context))
      : ClusterNumbers(benchmarks: try numbers.read(reader, context))
  }

  /// The range of K.
  private static let number = FileValue.integer(2...100_000)
  private static let numbers = FileValue<[String: Int]>.byBenchmark(number)

  /// These numbers with those of `other` on top. A number for all benchmarks also replaces the
  /// numbers of single benchmarks.
  func overlaid(with other: ClusterNumbers) -> ClusterNumbers {
    guard other.shared == nil else { return other }
    return ClusterNumbers(
      shared: shared, benchmarks: benchmarks.merging(other.benchmarks) { $1 })
  }

  /// Nil for as many clusters as there are classes.
  func on(_ benchmark: String) -> Int? { benchmarks[benchmark] ?? shared }
}

/// The section `running`: checkpoints, retries and memory. Nothing here changes a result or an
/// identity.
package struct RunningOptions: Equatable, Sendable {
  /// Minutes between checkpoints within an epoch; there is one after every epoch in any case.
  package var checkpointMinutes: Double
  /// Minutes without progress after which a run counts as hung.
  package var hangMinutes: Double
  /// Retries after a transient failure.
  package var retries: Int
  /// GiB that all simultaneous runs may use together; nil for what the machine has.
  package var memoryGiB: Double?

  package init(
    checkpointMinutes: Double = 10, hangMinutes: Double = 30, retries: Int = 2,
    memoryGiB: Double? = nil
  ) {
    self.checkpointMinutes = checkpointMinutes
    self.hangMinutes = hangMinutes
    self.retries = retries
    self.memoryGiB = memoryGiB
  }

  static let schema = SectionSchema<RunningOptions>([
    FileKey(
      "checkpoint_minutes", \.checkpointMinutes, minutes,
      "Minutes between checkpoints within an epoch; 10 if missing."),
    FileKey(
      "hang_minutes", \.hangMinutes, minutes,
      "Minutes without progress after which a run counts as hung; 30 if missing."),
    FileKey(
      "retries", \.retries, .integer(0...100),
      "Retries of a run after a transient failure; 2 if missing."),
    FileKey(
      "memory", \.memoryGiB, .number(0.01...1_000_000),
      "GiB that all simultaneous runs may use together; the machine's available memory if missing."),
  ])

  private static let minutes = FileValue.number(0.001...100_000)
}
