extension BenchmarkDefinition {
  /// The drawn benchmarks, for machines without any data set (`RehearsalGenerator`): first the one whose
  /// 3,000 images are enough to learn from, then a miniature of each benchmark of the paper.
  public static let rehearsals = [
    rehearsal, rehearsalCIFAR10, rehearsalCIFAR100, rehearsalSTL10, rehearsalImageNet10,
    rehearsalImageNetDogs, rehearsalTinyImageNet,
  ]

  /// CIFAR-10's binary layout.
  public static let rehearsal = BenchmarkDefinition(
    "rehearsal", title: "Rehearsal-10", classNames: names(RehearsalShape.allCases), imageSize: 32,
    counts: SplitCounts(train: 2_500, test: 500), miniatureOf: "cifar10",
    drawnLayout: .cifarBinary, sourceForms: cifar10.sourceForms)

  static let rehearsalCIFAR10 = BenchmarkDefinition(
    "rehearsal-cifar10", title: "CIFAR-10 (miniature)", classNames: names(RehearsalShape.allCases),
    imageSize: 32,
    counts: SplitCounts(train: 1_000, test: 200), miniatureOf: "cifar10",
    drawnLayout: .cifar10PythonArchive, sourceForms: cifar10.sourceForms)

  /// Five superclasses of two shapes each.
  static let rehearsalCIFAR100 = BenchmarkDefinition(
    "rehearsal-cifar100", title: "CIFAR-100 (miniature)",
    classNames: ["round", "angular", "pointed", "split", "directed"],
    fineClasses: FineClasses(
      names: names(RehearsalShape.allCases), superclasses: [0, 0, 1, 1, 2, 2, 4, 3, 3, 4]),
    imageSize: 32,
    counts: SplitCounts(train: 1_000, test: 200), miniatureOf: "cifar100",
    drawnLayout: .cifar100BinaryArchive, sourceForms: cifar100.sourceForms)

  static let rehearsalSTL10 = BenchmarkDefinition(
    "rehearsal-stl10", title: "STL-10 (miniature)", classNames: names(RehearsalShape.allCases),
    imageSize: 32,
    counts: SplitCounts(train: 500, test: 700, unlabelled: 300), miniatureOf: "stl10",
    drawnLayout: .stlBinary, sourceForms: stl10.sourceForms)

  static let rehearsalImageNet10 = BenchmarkDefinition(
    "rehearsal-imagenet10", title: "ImageNet-10 (miniature)",
    classNames: names(RehearsalShape.allCases),
    synsets: PhotographOriginals.synsets(10), imageSize: 32, cutsImages: true,
    counts: SplitCounts(train: 1_200), miniatureOf: "imagenet10", drawnLayout: .synsetFolders,
    sourceForms: imagenet10.sourceForms)

  static let rehearsalImageNetDogs = BenchmarkDefinition(
    "rehearsal-imagenet-dogs", title: "ImageNet-Dogs (miniature)",
    classNames: names([.disc, .ring, .square, .cross, .star]),
    synsets: PhotographOriginals.synsets(5), imageSize: 32, cutsImages: true,
    counts: SplitCounts(train: 1_200), miniatureOf: "imagenet-dogs", drawnLayout: .synsetArchives,
    sourceForms: imagenetDogs.sourceForms)

  static let rehearsalTinyImageNet = BenchmarkDefinition(
    "rehearsal-tiny-imagenet", title: "Tiny-ImageNet (miniature)", classCount: 10, imageSize: 32,
    counts: SplitCounts(train: 1_200), extraCounts: SplitCounts(test: 100),
    miniatureOf: "tiny-imagenet", drawnLayout: .tinyImageNetArchive,
    sourceForms: tinyImageNet.sourceForms)

  private static func names(_ shapes: [RehearsalShape]) -> [String] { shapes.map(\.rawValue) }

  /// The shape of each of the finest classes, in the order of their labels.
  var drawnShapes: [RehearsalShape] {
    let names = fineClasses?.names ?? classNames
    return names.isEmpty
      ? Array(RehearsalShape.allCases.prefix(classCount)) : names.compactMap(RehearsalShape.init)
  }
}
