import Domain
import Metrics
import Records

/// The ranges of an experiment file's numbers.
enum FileRange {
  static let seedCount = 1...10_000
  static let seed = 0...Int.max
  static let threads = 1...1024
  static let evaluateEvery = 0...100_000
  static let clusters = 2...100_000
  static let imageSize = 8...1024
  static let minutes = 0.001...100_000.0
  static let retries = 0...100
  static let memoryGiB = 0.01...1_000_000.0
}

/// Keys that only the top of a file has.
enum TopKey: String, FileKey {
  case title
  case extends
  case profiles

  var documentation: String {
    switch self {
    case .title: "Title, for readers; the file's name if missing."
    case .extends:
      "Another experiment file, relative to this one, over which this one is laid; or that file and "
        + "one of its profiles."
    case .profiles: "Sections by profile; '--profile NAME' lays them over the file."
    }
  }

  func shape(_ names: KnownNames) -> ValueShape {
    switch self {
    case .title: .text
    case .extends:
      .either([.text, .keys(ExtendsKey.descriptions(names), required: ["file", "profile"])])
    case .profiles: .ownNames(.keys(names.sectionDescriptions, required: []))
    }
  }
}

enum ExtendsKey: String, FileKey {
  case file
  case profile

  var documentation: String {
    switch self {
    case .file: "The file, relative to this one."
    case .profile: "The profile of that file that is part of this one."
    }
  }

  func shape(_ names: KnownNames) -> ValueShape { .text }
}

/// Sections that a file and its profiles share.
enum SectionKey: String, FileKey {
  case notes
  case benchmarks
  case methods
  case variants
  case seeds
  case exclude
  case include
  case threads
  case evaluateEvery = "evaluate_every"
  case clusters
  case `protocol`
  case settings
  case running

  var documentation: String {
    switch self {
    case .notes: "What tells this experiment from the published one; printed under its tables."
    case .benchmarks: "The benchmarks, at least one."
    case .methods: "The rows of the table: methods, and variants by their names."
    case .variants: "Ablations: rows of their own, each a method with some settings changed."
    case .seeds:
      "A count (2 stands for 0 and 1), or a list of different whole numbers; seed 0 if missing."
    case .exclude: "Combinations of benchmark, method and seed that are not run."
    case .include: "Combinations that are run beside those of the lists."
    case .threads: "Threads of one run; 1 if missing."
    case .evaluateEvery:
      "Epochs between scores in history.csv; only the checkpoint rules 'lowest-loss' and "
        + "'best-by-labels' choose among these epochs; 0 (the end alone) if missing."
    case .clusters:
      "The number of clusters, for all benchmarks or by benchmark; as many as there are classes if "
        + "missing."
    case .protocol:
      "What is learnt from and scored, and how; in layers: for all < benchmarks < methods < "
        + "combinations."
    case .settings: "Settings in layers: defaults < benchmarks < methods < combinations."
    case .running: "How runs are looked after; nothing here changes a result."
    }
  }

  func shape(_ names: KnownNames) -> ValueShape {
    switch self {
    case .notes: .list(.text, atLeast: 0)
    case .benchmarks: .list(.choice(names.benchmarks), atLeast: 1)
    case .methods: .list(.definition("method"), atLeast: 1)
    case .variants: .definition("variants")
    case .seeds: .definition("seeds")
    case .exclude: .list(.definition("exclusion"), atLeast: 0)
    case .include: .list(.definition("inclusion"), atLeast: 0)
    case .threads: .integer(FileRange.threads)
    case .evaluateEvery: .integer(FileRange.evaluateEvery)
    case .clusters:
      .either([
        .integer(FileRange.clusters), .names(names.benchmarks, .integer(FileRange.clusters)),
      ])
    case .protocol: .definition("protocol")
    case .settings: .definition("settings")
    case .running: .definition("running")
    }
  }

  static let seedsShape = ValueShape.either([
    .integer(FileRange.seedCount), .list(.integer(FileRange.seed), atLeast: 1),
  ])
}

/// What a layer of the protocol says.
enum ProtocolKey: String, FileKey {
  case train
  case score
  case imageSize = "image_size"
  case checkpoint
  case labels

  var documentation: String {
    switch self {
    case .train: "The images learnt from; train+test if missing."
    case .score: "The images scored; train+test if missing."
    case .imageSize:
      "Pixels a side, those of the benchmark file or fewer; the benchmark's own if missing."
    case .checkpoint:
      "The epoch whose clusters are the result: the last if missing; 'lowest-loss' looks at no label; "
        + "'best-by-labels' is for comparison with code that does so. Both are marked in every table."
    case .labels:
      "The labels that scores are computed with, where the benchmark has others: 'fine' for the 100 "
        + "classes of CIFAR-100; its own if missing."
    }
  }

  func shape(_ names: KnownNames) -> ValueShape {
    switch self {
    case .train, .score: .choice(SplitSet.allCases.map(\.rawValue))
    case .imageSize: .integer(FileRange.imageSize)
    case .checkpoint: .choice(CheckpointRule.allCases.map(\.rawValue))
    case .labels: .choice(LabelChoice.allCases.map(\.rawValue))
    }
  }
}

/// What the protocol says beside its lowest layer.
enum ProtocolLayerKey: String, FileKey {
  case benchmarks
  case methods
  case combinations
  case nmi

  var documentation: String {
    switch self {
    case .benchmarks: "What holds instead on a benchmark."
    case .methods: "What holds instead for a method, or a variant."
    case .combinations: "By benchmark, then by method or variant."
    case .nmi: "The normaliser of the NMI that tables print; arithmetic if missing."
    }
  }

  func shape(_ names: KnownNames) -> ValueShape {
    let layer = ValueShape.keys(ProtocolKey.descriptions(names), required: [])
    return switch self {
    case .benchmarks: .names(names.benchmarks, layer)
    case .methods: .ownNames(layer)
    case .combinations: .names(names.benchmarks, .ownNames(layer))
    case .nmi: .choice(NMINormaliser.allCases.map(\.rawValue))
    }
  }
}

enum SettingsKey: String, FileKey {
  case defaults
  case benchmarks
  case methods
  case combinations

  var documentation: String {
    switch self {
    case .defaults: "For all methods that have the setting."
    case .benchmarks: "By benchmark, for all methods that have the setting."
    case .methods: "By method; its variants inherit them."
    case .combinations: "By benchmark, then by method or variant."
    }
  }

  func shape(_ names: KnownNames) -> ValueShape {
    switch self {
    case .defaults: .definition("any-settings")
    case .benchmarks: .names(names.benchmarks, .definition("any-settings"))
    case .methods: .definition("settings-by-method")
    case .combinations: .names(names.benchmarks, .definition("settings-by-row"))
    }
  }
}

enum VariantKey: String, FileKey {
  case method
  case title
  case settings

  var documentation: String {
    switch self {
    case .method: "The method that this is a variant of."
    case .title: "The row's title; the method's title and the variant's name if missing."
    case .settings: "What is changed: over all layers of the method's settings, on every benchmark."
    }
  }

  func shape(_ names: KnownNames) -> ValueShape {
    switch self {
    case .method: .choice(names.methods)
    case .title: .text
    case .settings: .definition("any-settings")
    }
  }
}

enum ExclusionKey: String, FileKey {
  case benchmark
  case method
  case seed

  var documentation: String {
    switch self {
    case .benchmark: "One or several benchmarks; all if missing."
    case .method: "One or several methods or variants; all if missing."
    case .seed: "One or several seeds; all if missing."
    }
  }

  func shape(_ names: KnownNames) -> ValueShape {
    switch self {
    case .benchmark: InclusionKey.benchmark.shape(names)
    case .method: InclusionKey.method.shape(names)
    case .seed:
      .either([.integer(FileRange.seed), .list(.integer(FileRange.seed), atLeast: 1)])
    }
  }
}

enum InclusionKey: String, FileKey {
  case benchmark
  case method
  case seed
  case seeds

  var documentation: String {
    switch self {
    case .benchmark: "One or several benchmarks, also such as the list has not."
    case .method: "One or several methods or variants, also such as the list has not."
    case .seed: "One or several seeds; those of the file if neither 'seed' nor 'seeds' is there."
    case .seeds: "A count of seeds, or a list."
    }
  }

  func shape(_ names: KnownNames) -> ValueShape {
    switch self {
    case .benchmark:
      .either([.choice(names.benchmarks), .list(.choice(names.benchmarks), atLeast: 1)])
    case .method: .either([.definition("method"), .list(.definition("method"), atLeast: 1)])
    case .seed: ExclusionKey.seed.shape(names)
    case .seeds: .definition("seeds")
    }
  }
}

enum RunningKey: String, FileKey {
  case checkpointMinutes = "checkpoint_minutes"
  case hangMinutes = "hang_minutes"
  case retries
  case memory

  var documentation: String {
    switch self {
    case .checkpointMinutes: "Minutes between checkpoints within an epoch; 10 if missing."
    case .hangMinutes: "Minutes without progress after which a run is taken to hang; 30 if missing."
    case .retries: "How often a run is begun again after a failure that can pass; 2 if missing."
    case .memory: "GiB that all runs at a time may use; what the machine has if missing."
    }
  }

  func shape(_ names: KnownNames) -> ValueShape {
    switch self {
    case .checkpointMinutes, .hangMinutes: .number(FileRange.minutes)
    case .retries: .integer(FileRange.retries)
    case .memory: .number(FileRange.memoryGiB)
    }
  }
}

/// The keys of an executor's section.
enum ExecutorSectionKey: String, FileKey {
  case defaults
  case benchmarks
  case methods

  var documentation: String {
    switch self {
    case .defaults: "For every task; cards only for methods that train networks."
    case .benchmarks: "By benchmark, over the defaults."
    case .methods: "By method, over both."
    }
  }

  /// A value of its own for every executor: see `descriptions(_:of:)`.
  func shape(_ names: KnownNames) -> ValueShape { .text }

  /// The keys of the section of an executor with these options.
  static func descriptions(_ names: KnownNames, of options: [ExecutorOption]) -> [KeyDescription] {
    func keys(_ options: [ExecutorOption]) -> ValueShape {
      .keys(
        options.map {
          KeyDescription(name: $0.name, documentation: $0.documentation, shape: $0.shape)
        }, required: [])
    }
    let partial = keys(options.filter { !$0.isForWholeExperiment })
    return allCases.map { key in
      let shape: ValueShape =
        switch key {
        case .defaults: keys(options)
        case .benchmarks: .names(names.benchmarks, partial)
        case .methods: .names(names.methods, partial)
        }
      return KeyDescription(
        name: key.rawValue, documentation: key.documentation, shape: shape)
    }
  }
}
