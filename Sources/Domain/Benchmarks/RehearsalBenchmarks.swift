/// The rehearsals: benchmarks whose images the program generates, for machines without any
/// data.
///
/// The images show ten shapes. `rehearsal` has 3,000 of them, enough to learn from. Each of the
/// others rehearses one benchmark of the paper with 1,200 to 1,500 images.
extension BenchmarkDefinition {
  /// All rehearsals. Their order is part of the images, because it numbers the random streams:
  /// append only.
  public static let rehearsals = [
    rehearsal, rehearsalCIFAR10, rehearsalCIFAR100, rehearsalSTL10, rehearsalImageNet10,
    rehearsalImageNetDogs, rehearsalTinyImageNet,
  ]

  private static let shapes = [
    "disc", "ring", "square", "triangle", "cross", "star", "crescent", "bars", "hourglass", "arrow",
  ]

  /// Ten shapes in CIFAR-10's binary layout.
  public static let rehearsal = BenchmarkDefinition(
    "rehearsal", title: "Rehearsal-10", heading: "rehearsal", classNames: shapes, imageSize: 32,
    counts: SplitCounts(train: 2_500, test: 500), rehearsalOf: "cifar10",
    sourceForms: cifar10.sourceForms)

  package static let rehearsalCIFAR10 = BenchmarkDefinition(
    "rehearsal-cifar10", title: "CIFAR-10 (rehearsal)", classNames: shapes, imageSize: 32,
    counts: SplitCounts(train: 1_000, test: 200), rehearsalOf: "cifar10",
    sourceForms: cifar10.sourceForms)

  /// Five superclasses of two shapes each.
  package static let rehearsalCIFAR100 = BenchmarkDefinition(
    "rehearsal-cifar100", title: "CIFAR-100 (rehearsal)",
    classNames: ["round", "angular", "pointed", "split", "directed"],
    fineClasses: FineClasses(names: shapes, superclasses: [0, 0, 1, 1, 2, 2, 4, 3, 3, 4]),
    imageSize: 32, counts: SplitCounts(train: 1_000, test: 200), rehearsalOf: "cifar100",
    sourceForms: cifar100.sourceForms)

  package static let rehearsalSTL10 = BenchmarkDefinition(
    "rehearsal-stl10", title: "STL-10 (rehearsal)", classNames: shapes, imageSize: 32,
    counts: SplitCounts(train: 500, test: 700, unlabelled: 300), rehearsalOf: "stl10",
    sourceForms: stl10.sourceForms)

  package static let rehearsalImageNet10 = BenchmarkDefinition(
    "rehearsal-imagenet10", title: "ImageNet-10 (rehearsal)", classNames: shapes,
    synsets: rehearsalSynsets(10), imageSize: 32, cutsImages: true,
    counts: SplitCounts(train: 1_200), rehearsalOf: "imagenet10",
    sourceForms: imagenet10.sourceForms)

  package static let rehearsalImageNetDogs = BenchmarkDefinition(
    "rehearsal-imagenet-dogs", title: "ImageNet-Dogs (rehearsal)",
    classNames: ["disc", "ring", "square", "cross", "star"], synsets: rehearsalSynsets(5),
    imageSize: 32, cutsImages: true, counts: SplitCounts(train: 1_200),
    rehearsalOf: "imagenet-dogs", sourceForms: imagenetDogs.sourceForms)

  package static let rehearsalTinyImageNet = BenchmarkDefinition(
    "rehearsal-tiny-imagenet", title: "Tiny-ImageNet (rehearsal)", classCount: 10, imageSize: 32,
    counts: SplitCounts(train: 1_200), extraCounts: SplitCounts(test: 100),
    rehearsalOf: "tiny-imagenet", sourceForms: tinyImageNet.sourceForms)

  /// Names of class folders that no published synset has: "n90000001" and so on.
  package static func rehearsalSynsets(_ count: Int) -> [String] {
    (0..<count).map { "n\(90_000_001 + $0)" }
  }
}
