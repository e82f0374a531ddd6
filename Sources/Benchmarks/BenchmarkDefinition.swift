import Core

/// What a benchmark consists of: its classes and how many images of which size.
public struct BenchmarkDefinition: Hashable, Sendable {
  /// The name in commands, files and folders: "cifar10".
  public let name: String
  /// The name in tables: "CIFAR-10".
  public let title: String
  /// The classes in the order of their labels; empty where the original files name them.
  public let classNames: [String]
  public let classCount: Int
  /// The side of the (square) images in pixels, unless another is asked for.
  public let imageSize: Int
  /// How many images a complete copy has.
  public let counts: SplitCounts
  /// The benchmark that this one is a small stand-in for.
  public let miniatureOf: String?
  /// Whether the program can make the original files itself.
  public let hasGenerator: Bool
  /// The forms of original files that can be read; empty where there is no adapter yet.
  let sourceForms: [SourceForm]

  /// Whether original files of this benchmark can be read.
  public var hasAdapter: Bool { !sourceForms.isEmpty }

  init(
    _ name: String, title: String, classNames: [String], classCount: Int? = nil, imageSize: Int,
    counts: SplitCounts, miniatureOf: String? = nil, hasGenerator: Bool = false,
    sourceForms: [SourceForm] = []
  ) {
    self.name = name
    self.title = title
    self.classNames = classNames
    self.classCount = classCount ?? classNames.count
    self.imageSize = imageSize
    self.counts = counts
    self.miniatureOf = miniatureOf
    self.hasGenerator = hasGenerator
    self.sourceForms = sourceForms
  }

  /// The definition of this name.
  /// - Throws: `BenchmarkError.unknownBenchmark`, with the nearest name.
  public static func named(_ name: String) throws(BenchmarkError) -> BenchmarkDefinition {
    guard let definition = all.first(where: { $0.name == name }) else {
      throw .unknownBenchmark(
        name: name, nearest: nearestName(to: name, among: all.map(\.name)))
    }
    return definition
  }
}
