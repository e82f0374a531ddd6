import Core

/// Settings that differ by benchmark: by the benchmark's name, then by the setting's. A benchmark that
/// rehearses another has the settings of that one.
public typealias BenchmarkDefaults = [String: [String: SettingValue]]

extension BenchmarkDefaults {
  /// The small stem with padded 2x2 max-pooling for images above 32 pixels (SCAN@952ec31 and
  /// PICA@a82957e for STL-10; GCC@530c11b, whose last maps are 7x7 of 96 pixels and 5x5 of 64).
  public static let pooledStems: BenchmarkDefaults = [
    "stl10": ["stem": "small-padded-pool"],
    "imagenet10": ["stem": "small-padded-pool"],
    "imagenet-dogs": ["stem": "small-padded-pool"],
    "tiny-imagenet": ["stem": "small-padded-pool"],
  ]

  /// The same settings for several benchmarks.
  public static func each(
    of benchmarks: [String], _ settings: [String: SettingValue]
  ) -> BenchmarkDefaults {
    Dictionary(uniqueKeysWithValues: benchmarks.map { ($0, settings) })
  }

  /// These with `others` laid over them, setting by setting.
  public func overlaid(with others: BenchmarkDefaults) -> BenchmarkDefaults {
    merging(others) { $0.merging($1) { $1 } }
  }
}
