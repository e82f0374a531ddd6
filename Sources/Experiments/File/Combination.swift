/// A benchmark, a row and a seed that are run together.
public struct Combination: Hashable, Sendable {
  public let benchmark: String
  /// The row's name.
  public let row: String
  public let seed: UInt64
}

/// An entry of `exclude`; nil stands for everything.
struct Exclusion: Sendable {
  /// The error that it is if it excludes nothing; nil for an entry with a mistake, which brings no other along.
  var futile: ExperimentError?
  var benchmarks: [String]?
  var rows: [String]?
  var seeds: [UInt64]?

  func matches(_ combination: Combination) -> Bool {
    benchmarks?.contains(combination.benchmark) != false
      && rows?.contains(combination.row) != false && seeds?.contains(combination.seed) != false
  }
}

/// An entry of `include`.
struct Inclusion: Sendable {
  var benchmarks: [String]
  var rows: [String]
  /// Nil for the file's.
  var seeds: [UInt64]?
}
