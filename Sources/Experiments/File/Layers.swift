/// What one place of an experiment file says: some of the values of a section. What it does not say
/// is left to the layers below.
package protocol Layer {
  /// A layer that says nothing.
  init()

  /// This layer with `other` on top: what `other` says replaces what this layer says.
  func overlaid(with other: Self) -> Self
}

extension Dictionary: Layer {
  /// Entry by entry.
  package func overlaid(with other: Self) -> Self { merging(other) { $1 } }
}

/// A section in layers: defaults < benchmarks < methods < combinations. `protocol`, `settings` and
/// the sections of executors are such layers; each offers some of the levels as keys.
///
///     let layers = Layers(defaults: ["epochs": 20], benchmarks: ["stl10": ["epochs": 50]])
///     layers.value(of: ["scl"], on: "stl10")  // ["epochs": 50]
///     layers.value(of: ["scl"], on: "cifar10")  // ["epochs": 20]
///
/// Sections of several files are combined in one of two ways. Layers of `protocol` and `settings`
/// are stacked: any level of a later file wins over all levels of an earlier one. Options of
/// executors are merged level by level (`overlaid`).
package struct Layers<Value: Layer> {
  /// For all benchmarks and methods.
  package var defaults: Value
  /// By benchmark.
  package var benchmarks: [String: Value]
  /// By method or variant.
  package var methods: [String: Value]
  /// By benchmark, then by method or variant.
  package var combinations: [String: [String: Value]]

  package init(
    defaults: Value = Value(), benchmarks: [String: Value] = [:], methods: [String: Value] = [:],
    combinations: [String: [String: Value]] = [:]
  ) {
    self.defaults = defaults
    self.benchmarks = benchmarks
    self.methods = methods
    self.combinations = combinations
  }

  /// What applies to all methods on a benchmark.
  package func shared(on benchmark: String) -> Value {
    defaults.overlaid(with: benchmarks[benchmark] ?? Value())
  }

  /// What a benchmark's rows of these names say themselves.
  /// - Parameter names: the names that apply to a row, such as its method's and its own; later ones win.
  package func own(of names: [String], on benchmark: String) -> Value {
    (names.map { methods[$0] } + names.map { combinations[benchmark]?[$0] })
      .reduce(Value()) { $0.overlaid(with: $1 ?? Value()) }
  }

  /// What applies to a row on a benchmark.
  package func value(of names: [String], on benchmark: String) -> Value {
    shared(on: benchmark).overlaid(with: own(of: names, on: benchmark))
  }

  /// The values of all levels.
  var all: [Value] {
    [defaults] + benchmarks.values + methods.values + combinations.values.flatMap(\.values)
  }

  /// These layers with those of `other` on top, level by level: an entry of `benchmarks` still wins over
  /// the defaults of `other`.
  package func overlaid(with other: Layers) -> Layers {
    /// Overlays the values of equal names.
    func merged(_ first: [String: Value], _ second: [String: Value]) -> [String: Value] {
      first.merging(second) { $0.overlaid(with: $1) }
    }
    return Layers(
      defaults: defaults.overlaid(with: other.defaults),
      benchmarks: merged(benchmarks, other.benchmarks), methods: merged(methods, other.methods),
      combinations: combinations.merging(other.combinations, uniquingKeysWith: merged))
  }
}

extension Layers: Equatable where Value: Equatable {}
extension Layers: Sendable where Value: Sendable {}
