/// The names under which tables print the benchmarks, in the papers' order of columns.
enum BenchmarkTitles {
  private static let columns = [
    (name: "cifar10", title: "CIFAR-10"),
    (name: "cifar100", title: "CIFAR-100 (20)"),
    (name: "stl10", title: "STL-10"),
    (name: "imagenet10", title: "ImageNet-10"),
    (name: "imagenet-dogs", title: "ImageNet-Dogs"),
    (name: "tiny-imagenet", title: "Tiny-ImageNet"),
  ]

  static let names = columns.map(\.name)
  static let titles = columns.map(\.title)

  /// The heading of a benchmark's column; a benchmark from outside the six is its own heading.
  static func title(of name: String) -> String {
    columns.first { $0.name == name }?.title ?? name
  }

  /// The benchmark that a column heading means, if it is one of the six.
  static func name(titled title: String) -> String? {
    columns.first { $0.title == title }?.name
  }

  /// The papers' order, in which drawn miniatures ("rehearsal-stl10") have their originals' places;
  /// other benchmarks from outside the six follow by name.
  static func sorted(_ benchmarks: some Sequence<String>) -> [String] {
    func place(_ name: String) -> Int {
      let original = name.hasPrefix("rehearsal-") ? String(name.dropFirst(10)) : name
      return names.firstIndex(of: original) ?? names.count
    }
    return Set(benchmarks).sorted { (place($0), $0) < (place($1), $1) }
  }
}
