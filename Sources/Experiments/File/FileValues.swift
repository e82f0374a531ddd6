import Benchmarks
import Core
import Domain
import Methods

// MARK: - Scalars and lists

extension FileValue<String> {
  /// Any scalar, as it is written.
  static let text = FileValue(.text) { reader, _ in try reader.text() }
}

extension FileValue<Int> {
  /// A whole number within a range.
  static func integer(_ range: ClosedRange<Int>) -> FileValue {
    FileValue(.integer(range)) { reader, _ in try reader.integer(in: range) }
  }
}

extension FileValue<Double> {
  /// A number within a range; a whole number is one too.
  static func number(_ range: ClosedRange<Double>) -> FileValue {
    FileValue(.number(range)) { reader, _ in try reader.number(in: range) }
  }
}

extension FileValue where Value: RawRepresentable<String> & CaseIterable {
  /// One of the cases of an enumeration.
  static var choice: FileValue {
    FileValue(.choice(Value.allCases.map(\.rawValue))) { reader, _ in try reader.choice() }
  }
}

extension FileValue {
  /// A list, which may be empty. Items with a mistake are left out.
  static func list<Item>(of item: FileValue<Item>) -> FileValue where Value == [Item] {
    FileValue(shape: { .list(item.shape($0), atLeast: 0) }) { reader, context in
      try reader.eachItem { try item.read($0, context) }
    }
  }
}

// MARK: - Names

/// A kind of name that a file uses: where known names come from and how messages call them.
struct NameKind: Sendable {
  /// For messages: "unknown benchmark 'x'".
  let word: String
  /// The accepted names.
  let known: @Sendable (FileContext) -> [String]
  /// One name in the JSON Schema.
  let shape: @Sendable (FileContext) -> ValueShape
  /// Follows the message about a name that is not known.
  let hint: @Sendable (FileContext) -> String

  /// A registered benchmark, or one of the user's own images. The JSON Schema accepts any name, because it
  /// does not know what `own_benchmarks` names.
  static let benchmark = NameKind(
    word: "benchmark", known: { $0.benchmarks },
    shape: { .either([.choice($0.benchmarks), .ownName]).defined(as: "benchmark") },
    hint: { $0.data.map { "; files of your own were looked for in '\($0)'" } ?? "" })

  /// A method or a variant.
  static let row = NameKind(
    word: "method", known: { $0.rows },
    shape: { .either([.choice($0.methods), .rowName]).defined(as: "method") }, hint: { _ in "" })
}

extension FileValue<[String]> {
  /// Different names, at least one.
  static func names(_ kind: NameKind) -> FileValue {
    FileValue(shape: { .list(kind.shape($0), atLeast: 1) }) { reader, context in
      try reader.names(kind, in: reader.items(), context)
    }
  }

  /// The same; a single name stands for a list of it.
  static func nameOrNames(_ kind: NameKind) -> FileValue {
    FileValue(
      shape: { .either([kind.shape($0), .list(kind.shape($0), atLeast: 1)]) }
    ) { reader, context in
      try reader.names(kind, in: reader.oneOrMore(), context)
    }
  }
}

extension FileValue<[String]> {
  /// Different names that benchmarks of one's own images can have.
  static let ownBenchmarks = FileValue(.list(.ownName, atLeast: 1)) { reader, _ in
    try reader.different(reader.items()) { item in
      let name = try item.text()
      do {
        try BenchmarkDefinition.checkOwnName(name)
      } catch {
        throw item.invalid("\(error)")
      }
      return name
    }
  }
}

extension YAMLReader {
  /// Reads names that must be known and different; each mistake is noted.
  fileprivate func names(
    _ kind: NameKind, in items: [YAMLReader], _ context: FileContext
  ) throws -> [String] {
    guard !items.isEmpty else { throw invalid("name at least one \(kind.word)") }
    return try different(items) { item in
      try item.name(kind.word, among: kind.known(context), hint: kind.hint(context))
    }
  }

  /// Reads names that must be different; each mistake is noted.
  fileprivate func different(
    _ items: [YAMLReader], _ read: (YAMLReader) throws -> String
  ) throws -> [String] {
    var names: [String] = []
    for item in items {
      try mistakes.collecting {
        let name = try read(item)
        guard !names.contains(name) else { throw item.invalid("'\(name)' is listed twice") }
        names.append(name)
      }
    }
    return names
  }
}

// MARK: - Seeds

extension FileValue<[UInt64]> {
  /// The range of one seed.
  private static let range = 0...Int.max

  /// One seed or a list.
  static let seedOrSeeds = FileValue(
    .either([.integer(range), .list(.integer(range), atLeast: 1)])
  ) { reader, _ in
    let seeds = try reader.oneOrMore().map { UInt64(try $0.integer(in: range)) }
    guard !seeds.isEmpty, Set(seeds).count == seeds.count else {
      throw reader.invalid("seeds are a count, or a list of different whole numbers")
    }
    return seeds
  }

  /// A count (2 stands for 0 and 1) or a list.
  static let seeds = FileValue(
    .either([.integer(1...10_000), .list(.integer(range), atLeast: 1)]).defined(as: "seeds")
  ) { reader, context in
    guard reader.node.scalar != nil else { return try seedOrSeeds.read(reader, context) }
    return (0..<UInt64(try reader.integer(in: 1...10_000))).map { $0 }
  }
}

// MARK: - Values by name

extension FileValue {
  /// A mapping from benchmarks to values.
  static func byBenchmark<Inner>(
    _ value: FileValue<Inner>
  ) -> FileValue where Value == [String: Inner] {
    FileValue(
      shape: { .ownNames(value.shape($0), like: NameKind.benchmark.shape($0)) }
    ) { reader, context in
      try reader.mapping(known: context.benchmarks) { try value.read($1, context) }
    }
  }

  /// A mapping from methods, without variants, to values.
  static func byMethod<Inner>(
    _ value: FileValue<Inner>
  ) -> FileValue where Value == [String: Inner] {
    FileValue(shape: { .names($0.methods, value.shape($0)) }) { reader, context in
      try reader.mapping(known: context.methods) {
        try value.read($1, context.narrowed(to: $0))
      }
    }
  }

  /// A mapping from methods and variants to values. The JSON Schema accepts any name, because it
  /// does not know the variants of extended files.
  static func byRow<Inner>(_ value: FileValue<Inner>) -> FileValue where Value == [String: Inner] {
    FileValue(shape: { .ownNames(value.shape($0), like: .rowName) }) { reader, context in
      try reader.mapping(known: context.rows) { try value.read($1, context.narrowed(to: $0)) }
    }
  }
}

// MARK: - Settings of methods

extension FileValue<[String: SettingValue]> {
  /// Settings of the context's methods (`FileContext.owners`). A setting has to be one of at least
  /// one method, and its value has to be accepted by all methods that have the setting: a value for
  /// all methods is one that none refuses.
  static let settings = FileValue(
    shape: { .settings(of: $0.registry.methods).defined(as: "any-settings") }
  ) { section, context in
    let methods = context.owners
    guard !methods.isEmpty else { return [:] }
    let known = Set(methods.flatMap { $0.settings.map(\.name) }).sorted()
    return try section.mapping(known: known) { name, reader in
      if let variant = context.sweptBy, variant.grid.settings.contains(name) {
        throw reader.invalid("the grid of '\(variant.name)' gives this setting its values")
      }
      return try reader.setting(name, of: context)
    }
  }
}

extension YAMLReader {
  /// Reads a value of a setting, which all methods of the context that have the setting must accept.
  ///
  /// - Parameter name: a setting of at least one of these methods.
  /// - Throws: `ExperimentError.invalid` with what is accepted.
  func setting(_ name: String, of context: FileContext) throws -> SettingValue {
    let value = try self.value()
    let owners = context.owners.flatMap { method in
      method.settings.filter { $0.name == name }.map { (method: method, kind: $0.kind) }
    }
    do {
      for owner in owners { _ = try owner.method.resolve([name: value]) }
    } catch {
      let isWhole = owners.contains { if case .integer = $0.kind { true } else { false } }
      throw invalid("\(error)" + hint(whole: isWhole))
    }
    return value
  }
}

extension FileValue<[String: [String: SettingValue]]> {
  /// Settings by method. The settings of a variant belong to its definition, so that one place says
  /// what makes it a variant.
  static let settingsByMethod = FileValue(
    shape: { .settingsByMethod($0.registry.methods).defined(as: "settings-by-method") }
  ) { section, context in
    try section.mapping(known: context.rows) { name, value -> [String: SettingValue] in
      if let variant = context.variants.named(name) {
        throw value.invalid(
          "'\(name)' is a variant: its settings belong in variants.\(variant.name).settings")
      }
      return try FileValue<[String: SettingValue]>.settings.read(value, context.narrowed(to: name))
    }
  }

  /// Settings by method or variant. The JSON Schema does not know the variants, so it accepts any
  /// setting under a name that is no method's.
  static let settingsByRow = FileValue(
    shape: { context in
      let any = FileValue<[String: SettingValue]>.settings.shape(context)
      let methods = ValueShape.settingsByMethod(context.registry.methods)
      return ValueShape(
        methods.json.adding(["additionalProperties": any.json]), containing: [methods, any]
      ).defined(as: "settings-by-row")
    }, read: byRow(.settings).read)
}

// MARK: - Options of executors

extension FileValue<[String: String]> {
  /// Options of an executor, checked by the options themselves.
  static func options(_ options: [ExecutorOption]) -> FileValue {
    FileValue(
      .keys(
        options.map {
          KeyDescription(name: $0.name, documentation: $0.documentation, shape: $0.shape)
        })
    ) { section, _ in
      try section.mapping(known: options.map(\.name)) { name, value in
        let text = try value.text()
        if let problem = options.first(where: { $0.name == name })?.problem(text) {
          throw value.invalid("'\(text)' is not accepted: it \(problem)")
        }
        return text
      }
    }
  }
}
