extension BenchmarkDefinition {
  /// The six benchmarks of the paper in the order of its tables, and those that are drawn.
  public static let all =
    [cifar10, cifar100, stl10, imagenet10, imagenetDogs, tinyImageNet] + rehearsals

  /// Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
  public static let cifar10 = BenchmarkDefinition(
    "cifar10", title: "CIFAR-10",
    classNames: [
      "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ],
    imageSize: 32, counts: SplitCounts(train: 50_000, test: 10_000),
    sourceForms: [.cifarBinary, .cifarPython, .classFolders])

  /// CIFAR-100, whose 20 superclasses are the labels.
  public static let cifar100 = BenchmarkDefinition(
    "cifar100", title: "CIFAR-100",
    classNames: [
      "aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables",
      "household_electrical_devices", "household_furniture", "insects", "large_carnivores",
      "large_man-made_outdoor_things", "large_natural_outdoor_scenes",
      "large_omnivores_and_herbivores", "medium_mammals", "non-insect_invertebrates", "people",
      "reptiles", "small_mammals", "trees", "vehicles_1", "vehicles_2",
    ],
    fineClasses: .cifar100, imageSize: 32, counts: SplitCounts(train: 50_000, test: 10_000),
    sourceForms: [.cifarBinary, .cifarPython, .classFolders])

  /// Coates, Lee and Ng, "An Analysis of Single Layer Networks in Unsupervised Feature Learning",
  /// AISTATS 2011.
  public static let stl10 = BenchmarkDefinition(
    "stl10", title: "STL-10",
    classNames: [
      "airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck",
    ],
    imageSize: 96, counts: SplitCounts(train: 5_000, test: 8_000, unlabelled: 100_000),
    sourceForms: [.stlBinary])

  /// Ten classes of ILSVRC-2012's training images (Chang et al., "Deep Adaptive Image Clustering",
  /// ICCV 2017). Stored at 112 pixels and seen at 96, as PICA's author says
  /// (https://github.com/Raymond-sci/PICA/issues/2).
  public static let imagenet10 = BenchmarkDefinition(
    "imagenet10", title: "ImageNet-10",
    classNames: [
      "king penguin", "Maltese dog", "snow leopard", "airliner", "airship", "container ship",
      "soccer ball", "sports car", "trailer truck", "orange",
    ],
    synsets: [
      "n02056570", "n02085936", "n02128757", "n02690373", "n02692877", "n03095699", "n04254680",
      "n04285008", "n04467665", "n07747607",
    ],
    imageSize: 96, storedSize: 112, cutsImages: true,
    counts: SplitCounts(train: 13_000), sourceForms: [.synsetFolders])

  /// Fifteen breeds of dogs of ILSVRC-2012's training images (same source); not Stanford Dogs.
  public static let imagenetDogs = BenchmarkDefinition(
    "imagenet-dogs", title: "ImageNet-Dogs",
    classNames: [
      "Maltese dog", "Blenheim spaniel", "basset", "Norwegian elkhound", "giant schnauzer",
      "golden retriever", "Brittany spaniel", "clumber", "Welsh springer spaniel", "groenendael",
      "kelpie", "Shetland sheepdog", "Doberman", "pug", "chow",
    ],
    synsets: [
      "n02085936", "n02086646", "n02088238", "n02091467", "n02097130", "n02099601", "n02101388",
      "n02101556", "n02102177", "n02105056", "n02105412", "n02105855", "n02107142", "n02110958",
      "n02112137",
    ],
    imageSize: 96, storedSize: 112, cutsImages: true,
    counts: SplitCounts(train: 19_500), sourceForms: [.synsetFolders])

  /// The training images of Stanford's CS231n; wnids.txt names the classes. The validation images are
  /// no part of the benchmark.
  public static let tinyImageNet = BenchmarkDefinition(
    "tiny-imagenet", title: "Tiny-ImageNet", classCount: 200,
    imageSize: 64, counts: SplitCounts(train: 100_000), extraCounts: SplitCounts(test: 10_000),
    sourceForms: [.tinyImageNet])
}
