import Benchmarks
import Core
import Methods
import Metrics
import Records

/// Reads the sections that a file and its profiles share.
struct SectionReader {
  private let registry: MethodRegistry
  private let names: KnownNames
  /// The variants that can be named: the inherited ones, and those of the sections being read.
  private var variants: [Variant]

  /// - Parameter inherited: variants of extended files, and for a profile of its file.
  init(_ names: KnownNames, inherited: [Variant]) {
    registry = names.registry
    self.names = names
    variants = inherited
  }

  /// Reads the given entries of a mapping.
  mutating func read(_ entries: [(key: String, value: YAMLReader)]) throws -> Sections {
    var sections = Sections()
    // First, since other sections name them, wherever they stand.
    for (key, value) in entries where key == SectionKey.variants.rawValue {
      try value.mistakes.collecting { sections.variants = try readVariants(value) }
      variants = variants.overlaid(with: sections.variants)
    }
    for (key, value) in entries {
      try value.mistakes.collecting {
        if let key = SectionKey(rawValue: key) {
          try read(key, value, into: &sections)
        } else if let executor = names.executors.named(key) {
          sections.executors[key] = try layers(value, of: executor.options)
        }
      }
    }
    return sections
  }

  private func read(
    _ key: SectionKey, _ value: YAMLReader, into sections: inout Sections
  ) throws {
    switch key {
    case .notes: sections.notes = try value.eachItem { try $0.text() }
    case .benchmarks:
      sections.benchmarks = try value.names(
        "benchmark", among: names.benchmarks,
        hint: names.data.map { "; files of your own were looked for in '\($0)'" })
    case .methods: sections.rows = try value.names("method", among: rowNames)
    case .variants: break
    case .seeds: sections.seeds = try seeds(value)
    case .exclude: sections.exclusions = try value.eachItem(exclusion)
    case .include: sections.inclusions = try value.eachItem(inclusion)
    case .threads: sections.threads = try value.integer(in: FileRange.threads)
    case .evaluateEvery:
      sections.evaluateEvery = try value.integer(in: FileRange.evaluateEvery)
    case .clusters: sections.clusters = sections.clusters.overlaid(with: try clusters(value))
    case .protocol: sections.protocolLayers = [try protocolLayers(value)]
    case .settings: sections.layers = [try layers(value)]
    case .running: sections.running = try running(value)
    }
  }

  private var rowNames: [String] { names.methods + variants.map(\.name) }

  // MARK: - Runs

  private func readVariants(_ section: YAMLReader) throws -> [Variant] {
    try section.ownEntries().compactMap { name, value in
      try section.mistakes.collecting {
        guard !names.methods.contains(name) else {
          throw value.invalid("'\(name)' is a method: give the variant a name of its own")
        }
        return try variant(name, value)
      } ?? variants.named(name) ?? names.methods.first.map { Variant(name: name, method: $0) }
    }
  }

  private func variant(_ name: String, _ section: YAMLReader) throws -> Variant {
    let mistakes = section.mistakes.count
    let entries = try section.entries(of: VariantKey.self)
    let isWhole = section.mistakes.count == mistakes
    var base = variants.named(name)?.method
    for (key, value) in entries where key == .method {
      let method = try value.name("method", among: names.methods)
      if let base, base != method {
        throw value.invalid("'\(name)' is a variant of \(base) already: take another name for this")
      }
      base = method
    }
    guard let base else {
      // A misspelt key may be the one that is missing: nothing more is said.
      if !isWhole, let any = names.methods.first { return Variant(name: name, method: any) }
      throw section.invalid("'method' is missing: name what it changes")
    }
    var variant = Variant(name: name, method: base)
    for (key, value) in entries {
      try value.mistakes.collecting {
        switch key {
        case .method: break
        case .title: variant.title = try value.text()
        case .settings: variant.settings = try settings(value, of: [registry.method(base)])
        }
      }
    }
    return variant
  }

  /// A count (2 stands for 0 and 1) or a list.
  private func seeds(_ value: YAMLReader) throws -> [UInt64] {
    if value.node.scalar != nil {
      return (0..<UInt64(try value.integer(in: FileRange.seedCount))).map { $0 }
    }
    return try listedSeeds(value)
  }

  private func listedSeeds(_ value: YAMLReader) throws -> [UInt64] {
    let seeds = try value.oneOrMore().map { UInt64(try $0.integer(in: FileRange.seed)) }
    guard !seeds.isEmpty, Set(seeds).count == seeds.count else {
      throw value.invalid("seeds are a count, or a list of different whole numbers")
    }
    return seeds
  }

  /// A number for all benchmarks, or one for some of them.
  private func clusters(_ value: YAMLReader) throws -> ClusterNumbers {
    if value.node.scalar != nil {
      return ClusterNumbers(shared: try value.integer(in: FileRange.clusters))
    }
    return ClusterNumbers(
      benchmarks: try value.entries(known: names.benchmarks).reduce(into: [:]) {
        $0[$1.key] = try $1.value.integer(in: FileRange.clusters)
      })
  }

  private func exclusion(_ section: YAMLReader) throws -> Exclusion {
    var exclusion = Exclusion(
      futile: section.invalid(
        "this excludes nothing: the benchmarks, methods and seeds here have no such combination (what "
          + "a method starts from is no row of its own, and goes with it)"))
    let mistakes = section.mistakes.count
    let entries = try section.entries(of: ExclusionKey.self)
    guard !entries.isEmpty || section.mistakes.count > mistakes else {
      throw section.invalid("this would exclude everything")
    }
    for (key, value) in entries {
      switch key {
      case .benchmark:
        exclusion.benchmarks = try value.names(
          "benchmark", among: names.benchmarks, orOne: true)
      case .method: exclusion.rows = try value.names("method", among: rowNames, orOne: true)
      case .seed: exclusion.seeds = try listedSeeds(value)
      }
    }
    if section.mistakes.count > mistakes { exclusion.futile = nil }
    return exclusion
  }

  private func inclusion(_ section: YAMLReader) throws -> Inclusion {
    var inclusion = Inclusion(benchmarks: [], rows: [])
    try section.eachEntry(of: InclusionKey.self) { key, value in
      switch key {
      case .benchmark:
        inclusion.benchmarks = try value.names(
          "benchmark", among: names.benchmarks, orOne: true)
      case .method: inclusion.rows = try value.names("method", among: rowNames, orOne: true)
      case .seed, .seeds:
        guard inclusion.seeds == nil else { throw value.invalid("write 'seed' or 'seeds'") }
        inclusion.seeds = try key == .seed ? listedSeeds(value) : seeds(value)
      }
    }
    for key in [InclusionKey.benchmark, .method] where section.node.mapping?[key.rawValue] == nil {
      throw section.invalid("'\(key.rawValue)' is missing")
    }
    return inclusion
  }

  // MARK: - Protocol and settings

  private func protocolLayers(_ section: YAMLReader) throws -> ProtocolLayers {
    var layers = ProtocolLayers()
    try section.eachEntry(known: ProtocolKey.names + ProtocolLayerKey.names) { name, value in
      if let key = ProtocolKey(rawValue: name) { try read(key, value, into: &layers.defaults) }
      switch ProtocolLayerKey(rawValue: name) {
      case .nmi: layers.nmi = try value.choice()
      case .benchmarks:
        try value.eachEntry(known: names.benchmarks) { name, layer in
          layers.benchmarks[name] = try protocolChoices(layer)
        }
      case .methods: layers.methods = try protocolChoicesByRow(value)
      case .combinations:
        try value.eachEntry(known: names.benchmarks) { name, layer in
          layers.combinations[name] = try protocolChoicesByRow(layer)
        }
      case nil: break
      }
    }
    return layers
  }

  private func protocolChoicesByRow(_ section: YAMLReader) throws -> [String: ProtocolChoices] {
    try section.entries(known: rowNames).reduce(into: [:]) {
      $0[$1.key] = try protocolChoices($1.value)
    }
  }

  private func protocolChoices(_ section: YAMLReader) throws -> ProtocolChoices {
    var choices = ProtocolChoices()
    try section.eachEntry(of: ProtocolKey.self) { key, value in
      try read(key, value, into: &choices)
    }
    return choices
  }

  private func read(
    _ key: ProtocolKey, _ value: YAMLReader, into choices: inout ProtocolChoices
  ) throws {
    switch key {
    case .train: choices.train = try value.choice()
    case .score: choices.score = try value.choice()
    case .imageSize: choices.imageSize = try value.integer(in: FileRange.imageSize)
    case .checkpoint: choices.checkpoint = try value.choice()
    case .labels: choices.labels = try value.choice()
    }
  }

  private func layers(_ section: YAMLReader) throws -> SettingLayers {
    var layers = SettingLayers()
    try section.eachEntry(of: SettingsKey.self) { key, value in
      switch key {
      case .defaults: layers.defaults = try settings(value, of: registry.methods)
      case .benchmarks:
        try value.eachEntry(known: names.benchmarks) { name, layer in
          layers.benchmarks[name] = try settings(layer, of: registry.methods)
        }
      case .methods:
        try value.eachEntry(known: rowNames) { name, layer in
          guard variants.named(name) == nil else {
            throw layer.invalid(
              "'\(name)' is a variant: its settings stand in variants.\(name).settings")
          }
          layers.methods[name] = try settings(layer, of: [registry.method(name)])
        }
      case .combinations:
        try value.eachEntry(known: names.benchmarks) { benchmark, byRow in
          try byRow.eachEntry(known: rowNames) { name, layer in
            let method = variants.named(name)?.method ?? name
            layers.combinations[benchmark, default: [:]][name] =
              try settings(layer, of: [registry.method(method)])
          }
        }
      }
    }
    return layers
  }

  /// Settings that at least one of `methods` has, and that all that have them accept.
  private func settings(
    _ section: YAMLReader, of methods: [any ClusteringMethod.Type]
  ) throws -> [String: SettingValue] {
    let known = Set(methods.flatMap { $0.settings.map(\.name) }).sorted()
    var values: [String: SettingValue] = [:]
    try section.eachEntry(known: known) { name, reader in
      let value = try reader.value()
      do {
        for method in methods where method.settings.contains(where: { $0.name == name }) {
          _ = try method.resolve([name: value])
        }
      } catch {
        throw reader.invalid("\(error)" + reader.hint(whole: isWhole(name, of: methods)))
      }
      values[name] = value
    }
    return values
  }

  private func isWhole(_ name: String, of methods: [any ClusteringMethod.Type]) -> Bool {
    methods.flatMap { $0.settings }.contains { setting in
      guard setting.name == name, case .integer = setting.kind else { return false }
      return true
    }
  }

  // MARK: - Running

  private func running(_ section: YAMLReader) throws -> RunningChoices {
    var choices = RunningChoices()
    try section.eachEntry(of: RunningKey.self) { key, value in
      switch key {
      case .checkpointMinutes: choices.checkpointMinutes = try value.number(in: FileRange.minutes)
      case .hangMinutes: choices.hangMinutes = try value.number(in: FileRange.minutes)
      case .retries: choices.retries = try value.integer(in: FileRange.retries)
      case .memory: choices.memoryGiB = try value.number(in: FileRange.memoryGiB)
      }
    }
    return choices
  }

  private func layers(
    _ section: YAMLReader, of options: [ExecutorOption]
  ) throws -> ExecutorLayers {
    var layers = ExecutorLayers()
    let partial = options.filter { !$0.isForWholeExperiment }
    try section.eachEntry(of: ExecutorSectionKey.self) { key, value in
      switch key {
      case .defaults: layers.defaults = try values(value, of: options)
      case .benchmarks:
        try value.eachEntry(known: names.benchmarks) { name, entries in
          layers.benchmarks[name] = try values(entries, of: partial)
        }
      case .methods:
        try value.eachEntry(known: names.methods) { name, entries in
          layers.methods[name] = try values(entries, of: partial)
        }
      }
    }
    return layers
  }

  private func values(
    _ section: YAMLReader, of options: [ExecutorOption]
  ) throws -> [String: String] {
    var values: [String: String] = [:]
    try section.eachEntry(known: options.map(\.name)) { name, value in
      let text = try value.text()
      if let problem = options.first(where: { $0.name == name })?.problem(text) {
        throw value.invalid("'\(text)' cannot be: it \(problem)")
      }
      values[name] = text
    }
    return values
  }
}
