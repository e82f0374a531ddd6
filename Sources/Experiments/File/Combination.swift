/// A benchmark, a row and a seed: what one run is of.
package struct Combination: Hashable, Sendable {
  package let benchmark: String
  /// The row's name.
  package let row: String
  package let seed: UInt64
}

/// An entry of `exclude`. It matches the combinations of all the names that it gives; what it
/// leaves out matches everything.
struct Exclusion: Sendable {
  var benchmarks: [String]?
  var rows: [String]?
  var seeds: [UInt64]?
  /// The error if no combination matches; nil for an entry that has another mistake.
  var futile: ExperimentError?

  /// The keys of an entry, none of which is required.
  private static let schema = SectionSchema<Exclusion>([
    FileKey(
      "benchmark", \.benchmarks, .nameOrNames(.benchmark),
      "One or several benchmarks; all if missing."),
    FileKey(
      "method", \.rows, .nameOrNames(.row), "One or several methods or variants; all if missing."),
    FileKey("seed", \.seeds, .seedOrSeeds, "One or several seeds; all if missing."),
  ])

  static let value = FileValue(
    shape: { schema.shape($0).defined(as: "exclusion") }
  ) { section, context in
    let mistakes = section.mistakes.count
    var exclusion = try schema.read(section, context).applied(to: Exclusion())
    guard section.mistakes.count == mistakes else { return exclusion }
    guard section.node.mapping?.isEmpty == false else {
      throw section.invalid("this would exclude everything")
    }
    exclusion.futile = section.invalid(
      "this excludes nothing: no combination of the benchmarks, methods and seeds matches (a run that "
        + "others start from is no combination of its own; it is left out with them)")
    return exclusion
  }

  /// Whether a combination is excluded.
  func matches(_ combination: Combination) -> Bool {
    benchmarks?.contains(combination.benchmark) != false
      && rows?.contains(combination.row) != false && seeds?.contains(combination.seed) != false
  }
}

/// An entry of `include`: the product of its benchmarks, rows and seeds.
struct Inclusion: Sendable {
  var benchmarks: [String] = []
  var rows: [String] = []
  /// Nil for the file's.
  var seeds: [UInt64]?

  /// The keys of an entry. Benchmark and method are required, because an entry adds to the lists.
  private static let schema = SectionSchema<Inclusion>([
    FileKey(
      "benchmark", \.benchmarks, .nameOrNames(.benchmark), isRequired: true,
      "One or several benchmarks, including ones not listed under `benchmarks`."),
    FileKey(
      "method", \.rows, .nameOrNames(.row), isRequired: true,
      "One or several methods or variants, including ones not listed under `methods`."),
    FileKey(
      "seed", \.seeds, .seedOrSeeds,
      "One or several seeds; the file's if both 'seed' and 'seeds' are missing."),
    FileKey("seeds", \.seeds, .seeds, "A count of seeds, or a list."),
  ])

  static let value = FileValue(
    shape: { schema.shape($0).defined(as: "inclusion") }
  ) { section, context in
    let inclusion = try schema.read(section, context).applied(to: Inclusion())
    if section.entry("seed") != nil, let seeds = section.entry("seeds") {
      throw seeds.invalid("write either 'seed' or 'seeds'")
    }
    return inclusion
  }
}
