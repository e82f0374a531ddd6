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
  /// The finer classes that the labels are made of, where the original files have them.
  public let fineClasses: FineClasses?
  /// The names of the classes' folders in the original files where those are not `classNames`:
  /// ImageNet's synsets.
  public let synsets: [String]
  /// The side of the (square) images in an experiment in pixels, unless another is asked for.
  public let imageSize: Int
  /// The side of the images in a benchmark file, from which smaller ones are cut.
  public let storedSize: Int
  /// Whether the original images are of any size, and cut to the stored one.
  public let cutsImages: Bool
  /// How many images a complete copy has. But for a user's own, all classes have equally many in a split.
  public let counts: SplitCounts
  /// Images of the original files that are no part of the benchmark: a copy is complete without them,
  /// and an experiment has them only where it names their split alone.
  public let extraCounts: SplitCounts
  /// The benchmark that this one is a small stand-in for.
  public let miniatureOf: String?
  /// The layout of the original files that the program draws itself; nil where others have made them.
  let drawnLayout: RehearsalLayout?
  /// The forms of original files that can be read.
  let sourceForms: [SourceForm]

  init(
    _ name: String, title: String, classNames: [String] = [], classCount: Int? = nil,
    fineClasses: FineClasses? = nil, synsets: [String] = [], imageSize: Int,
    storedSize: Int? = nil, cutsImages: Bool = false, counts: SplitCounts,
    extraCounts: SplitCounts = SplitCounts(),
    miniatureOf: String? = nil, drawnLayout: RehearsalLayout? = nil, sourceForms: [SourceForm]
  ) {
    self.name = name
    self.title = title
    self.classNames = classNames
    self.classCount = classCount ?? classNames.count
    self.fineClasses = fineClasses
    self.synsets = synsets
    self.imageSize = imageSize
    self.storedSize = storedSize ?? imageSize
    self.cutsImages = cutsImages
    self.counts = counts
    self.extraCounts = extraCounts
    self.miniatureOf = miniatureOf
    self.drawnLayout = drawnLayout
    self.sourceForms = sourceForms
  }

  /// How many images each class has in a split of a complete copy; nil where the classes have numbers of
  /// their own, as a user's folders do, or the split has no labels.
  func imagesPerClass(in split: Split) -> Int? { imagesPerClass(in: split, of: classCount) }

  /// The same of the finer classes.
  func imagesPerFineClass(in split: Split) -> Int? {
    fineClasses.flatMap { imagesPerClass(in: split, of: $0.names.count) }
  }

  private func imagesPerClass(in split: Split, of classes: Int) -> Int? {
    guard !isOwn, split != .unlabelled else { return nil }
    return (counts[split] + extraCounts[split]) / classes
  }

  /// Whether it is made of a user's own images, and says of them what is there.
  public var isOwn: Bool { sourceForms == [.ownFolders] }

  /// Whether the published images are raw pixels, so that a JPEG file of one has lost some of it.
  var hasRawOriginals: Bool {
    !Set(sourceForms).isDisjoint(with: [.cifarBinary, .cifarPython, .stlBinary])
  }

  /// Whether the program can make the original files itself.
  public var hasGenerator: Bool { drawnLayout != nil }

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

/// Classes that are joined to make a benchmark's: CIFAR-100's 100, which make 20 superclasses.
public struct FineClasses: Hashable, Sendable {
  /// In the order of the fine labels.
  public let names: [String]
  /// The label that each fine class belongs to.
  public let superclasses: [Int]
}
