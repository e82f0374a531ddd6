/// What one place of an experiment file says: a part of the values of a section.
package protocol Layer {
  /// A layer that says nothing.
  init()

  /// This layer with `other` on top: what `other` says replaces what this layer says.
  func overlaid(with other: Self) -> Self
}

extension Dictionary: Layer {
  package func overlaid(with other: Self) -> Self { merging(other) { $1 } }
}

/// A section in layers: defaults < benchmarks < methods < combinations. A section of a file offers some of
/// these levels as keys; see the schemas of `protocol`, `settings` and executors.
///
///     let layers = Layers(defaults: ["epochs": 20], benchmarks: ["stl10": ["epochs": 50]])
///     layers.value(of: ["scl"], on: "stl10")  // ["epochs": 50]
package struct Layers<Value: Layer> {
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
