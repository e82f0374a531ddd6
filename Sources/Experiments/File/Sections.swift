/// The sections that a file and its profiles share, as far as they are there.
struct Sections: Sendable {
  var notes: [String]?
  var benchmarks: [String]?
  /// Names of methods and variants.
  var rows: [String]?
  var variants: [Variant] = []
  var seeds: [UInt64]?
  var exclusions: [Exclusion]?
  var inclusions: [Inclusion]?
  var threads: Int?
  var evaluateEvery: Int?
  var clusters = ClusterNumbers()
  var protocolLayers: [ProtocolLayers] = []
  var layers: [SettingLayers] = []
  var running = RunningChoices()
  /// By executor.
  var executors: [String: ExecutorLayers] = [:]

  /// These sections with those of `other` over them: lists and single values are replaced, keys of
  /// `running`, of executors and variants one by one, protocol and settings are one more layer.
  func overlaid(with other: Sections) -> Sections {
    Sections(
      notes: other.notes ?? notes, benchmarks: other.benchmarks ?? benchmarks,
      rows: other.rows ?? rows, variants: variants.overlaid(with: other.variants),
      seeds: other.seeds ?? seeds, exclusions: other.exclusions ?? exclusions,
      inclusions: other.inclusions ?? inclusions, threads: other.threads ?? threads,
      evaluateEvery: other.evaluateEvery ?? evaluateEvery,
      clusters: clusters.overlaid(with: other.clusters),
      protocolLayers: protocolLayers + other.protocolLayers,
      layers: layers + other.layers, running: running.overlaid(with: other.running),
      executors: executors.merging(other.executors) { $0.overlaid(with: $1) })
  }

  var seedsOrDefault: [UInt64] { seeds ?? [0] }

  /// Every benchmark with every row and every seed.
  private var product: [Combination] {
    seedsOrDefault.flatMap { seed in
      (benchmarks ?? []).flatMap { benchmark in
        (rows ?? []).map { Combination(benchmark: benchmark, row: $0, seed: seed) }
      }
    }
  }

  /// What is run: the product without what is excluded, and then what is included.
  var combinations: [Combination] {
    let chosen = product.filter { combination in
      !(exclusions ?? []).contains { $0.matches(combination) }
    }
    let more = (inclusions ?? []).flatMap { inclusion in
      (inclusion.seeds ?? seedsOrDefault).flatMap { seed in
        inclusion.benchmarks.flatMap { benchmark in
          inclusion.rows.map { Combination(benchmark: benchmark, row: $0, seed: seed) }
        }
      }
    }
    return (chosen + more).uniqued
  }

  /// Refuses an entry of `exclude` that excludes nothing here, which is a slip of the pen.
  func check(_ exclusions: [Exclusion]?) throws {
    guard benchmarks != nil, rows != nil else { return }
    let product = product
    for exclusion in exclusions ?? [] where !product.contains(where: exclusion.matches) {
      if let futile = exclusion.futile { throw futile }
    }
  }
}

/// How many clusters are looked for; nil for as many as there are classes.
struct ClusterNumbers: Sendable {
  /// On all benchmarks that have no number of their own.
  var shared: Int?
  var benchmarks: [String: Int] = [:]

  /// These numbers with those of `other` over them: one for all benchmarks replaces everything.
  func overlaid(with other: ClusterNumbers) -> ClusterNumbers {
    guard other.shared == nil else { return other }
    return ClusterNumbers(
      shared: shared, benchmarks: benchmarks.merging(other.benchmarks) { $1 })
  }

  func on(_ benchmark: String) -> Int? { benchmarks[benchmark] ?? shared }
}
