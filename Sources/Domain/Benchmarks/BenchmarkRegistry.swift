/// The benchmarks that experiments, tables and commands know by name.
///
/// A program that brings a benchmark of its own registers it in one place:
///
///     let animals = BenchmarkDefinition(
///       "animals", title: "Animals", classNames: ["cat", "dog"], imageSize: 96, cutsImages: true,
///       counts: SplitCounts(train: 2_000), sourceForms: [.classFolders])
///     await SCLProgram.main(benchmarks: [animals])
public struct BenchmarkRegistry: Sendable {
  /// The registry of the current task, which all look-ups use.
  @TaskLocal public static var current = BenchmarkRegistry.builtIn

  /// The six benchmarks of the paper in the order of its tables, then the rehearsals.
  public static let builtIn = BenchmarkRegistry(
    BenchmarkDefinition.published + BenchmarkDefinition.rehearsals)

  /// In the order of tables, except that a rehearsal's column stands beside its original's.
  public let benchmarks: [BenchmarkDefinition]

  init(_ benchmarks: [BenchmarkDefinition]) {
    self.benchmarks = benchmarks
  }

  /// These benchmarks and more.
  /// - Throws: `DuplicateName` if two have the same name.
  public func adding(
    _ more: [BenchmarkDefinition]
  ) throws(DuplicateName) -> BenchmarkRegistry {
    let all = benchmarks + more
    try DuplicateName.check(all.map(\.name), of: "benchmark")
    return BenchmarkRegistry(all)
  }

  /// The benchmark of this name; nil if none is registered.
  public subscript(name: String) -> BenchmarkDefinition? {
    benchmarks.first { $0.name == name }
  }

  /// All benchmarks except the rehearsals: those that a paper can report.
  public var published: [BenchmarkDefinition] { benchmarks.filter { !$0.isRehearsal } }

  /// The names without repetitions, in the order of a table's columns: that of the registry,
  /// each rehearsal after its original. Unknown names, such as those of a user's own images,
  /// follow in alphabetical order.
  public func sorted(_ names: some Sequence<String>) -> [String] {
    let places = Dictionary(
      uniqueKeysWithValues: benchmarks.enumerated().map { ($1.name, $0) })
    func place(_ name: String) -> (Int, Int) {
      guard let own = places[name] else { return (benchmarks.count, 0) }
      let original = self[name]?.rehearsalOf.flatMap { places[$0] }
      return (original ?? own, own)
    }
    return Set(names).sorted {
      let (first, second) = (place($0), place($1))
      return (first.0, first.1, $0) < (second.0, second.1, $1)
    }
  }

  /// The heading of a benchmark's columns: "CIFAR-100 (20)". An unregistered benchmark, such as
  /// a user's own images, has its name as heading.
  public func heading(of name: String) -> String {
    self[name]?.heading ?? name
  }
}

extension BenchmarkDefinition {
  /// The benchmarks of the current registry.
  public static var all: [BenchmarkDefinition] { BenchmarkRegistry.current.benchmarks }
}

/// Two entries of a registry have the same name.
///
///     try DuplicateName.check(["cifar10", "cifar10"], of: "benchmark")
///     // throws: two benchmarks are named 'cifar10': give each a name of its own
public struct DuplicateName: Error, Hashable, Sendable, CustomStringConvertible {
  /// What the registry holds: "benchmark".
  public let kind: String
  public let name: String

  /// - Throws: the first name that occurs twice.
  public static func check(_ names: [String], of kind: String) throws(DuplicateName) {
    var known: Set<String> = []
    for name in names where !known.insert(name).inserted {
      throw DuplicateName(kind: kind, name: name)
    }
  }

  public var description: String {
    "two \(kind)s are named '\(name)': give each a name of its own"
  }
}
