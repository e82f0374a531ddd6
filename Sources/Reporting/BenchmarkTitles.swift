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

  /// The heading of a benchmark's column: "CIFAR-10", "CIFAR-10 (miniature)" for a drawn one. A benchmark
  /// of a user's own is its own heading.
  static func title(of name: String) -> String {
    if let column = columns.first(where: { $0.name == name }) { return column.title }
    guard let original = original(of: name),
      let column = columns.first(where: { $0.name == original })
    else { return name }
    // The 20 superclasses are the original's, not the miniature's.
    return column.title.replacing(" (20)", with: "") + " (miniature)"
  }

  /// The benchmark that a drawn one ("rehearsal-stl10") stands for.
  private static func original(of name: String) -> String? {
    let prefix = "rehearsal-"
    return name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : nil
  }

  /// Whether a benchmark's originals are photographs of any size, of which its file keeps squares.
  static func isOfPhotographs(_ name: String) -> Bool {
    ["imagenet10", "imagenet-dogs"].contains(name)
  }

  /// The benchmark that a column heading means, if it is one of the six.
  static func name(titled title: String) -> String? {
    columns.first { $0.title == title }?.name
  }

  /// The papers' order, in which drawn miniatures have their originals' places; other benchmarks from
  /// outside the six follow by name.
  static func sorted(_ benchmarks: some Sequence<String>) -> [String] {
    func place(_ name: String) -> Int {
      names.firstIndex(of: original(of: name) ?? name) ?? names.count
    }
    return Set(benchmarks).sorted { (place($0), $0) < (place($1), $1) }
  }
}
