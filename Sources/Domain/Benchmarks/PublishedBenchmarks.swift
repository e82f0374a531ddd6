/// The benchmarks of the paper's tables.
///
/// The MD5s of archives and their members are those that public loaders check: torchvision's,
/// and other loaders' for Tiny-ImageNet and the binary versions of CIFAR.
extension BenchmarkDefinition {
  /// The six benchmarks of the paper in the order of its tables.
  public static let published = [
    cifar10, cifar100, stl10, imagenet10, imagenetDogs, tinyImageNet,
  ]

  /// Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
  public static let cifar10 = BenchmarkDefinition(
    "cifar10", title: "CIFAR-10",
    classNames: [
      "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ],
    imageSize: 32, counts: SplitCounts(train: 50_000, test: 10_000),
    sourceForms: [.cifarBinary, .cifarPython, .classFolders],
    publication: Publication(
      page: "https://www.cs.toronto.edu/~kriz/cifar.html",
      licence: "none stated; its authors ask to cite Krizhevsky, 2009",
      files: [
        PublishedFile(
          .binary, "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
          size: 170_052_171, md5: "c32a1d4ab5d03f1284b67883e8d87530"),
        PublishedFile(
          .python, "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
          size: 170_498_071, md5: "c58f30108f718f92721af3b95e74349a",
          members: [
            ("data_batch_1", "c99cafc152244af753f735de768cd75f"),
            ("data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"),
            ("data_batch_3", "54ebc095f3ab1f0389bbae665268c751"),
            ("data_batch_4", "634d18415352ddfa80567beed471001a"),
            ("data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"),
            ("test_batch", "40351d587109b95175f43aff81a1287e"),
            ("batches.meta", "5ff9c542aee3614f3951f8cda6e48888"),
          ]),
      ]))

  /// CIFAR-100 with its 20 superclasses as labels.
  public static let cifar100 = BenchmarkDefinition(
    "cifar100", title: "CIFAR-100", heading: "CIFAR-100 (20)",
    classNames: [
      "aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables",
      "household_electrical_devices", "household_furniture", "insects", "large_carnivores",
      "large_man-made_outdoor_things", "large_natural_outdoor_scenes",
      "large_omnivores_and_herbivores", "medium_mammals", "non-insect_invertebrates", "people",
      "reptiles", "small_mammals", "trees", "vehicles_1", "vehicles_2",
    ],
    fineClasses: .cifar100, imageSize: 32, counts: SplitCounts(train: 50_000, test: 10_000),
    sourceForms: [.cifarBinary, .cifarPython, .classFolders],
    publication: Publication(
      page: "https://www.cs.toronto.edu/~kriz/cifar.html",
      licence: "none stated; its authors ask to cite Krizhevsky, 2009",
      files: [
        PublishedFile(
          .binary, "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
          size: 168_513_733, md5: "03b5dce01913d631647c71ecec9e9cb8",
          members: [
            ("train.bin", "6172c7755cfe09b2fe270c85cebc1b15"),
            ("test.bin", "4499cfba6c016c1be1438163640a0898"),
          ]),
        PublishedFile(
          .python, "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
          size: 169_001_437, md5: "eb9058c3a382ffc7106e4002c42a8d85",
          members: [
            ("train", "16019d7e3df5f24257cddd939b257f8d"),
            ("test", "f0ef6b0ae62326f3e7ffdfab6717acfc"),
            ("meta", "7973b15100ade9c7d40fb424638fde48"),
          ]),
      ]))

  /// Coates, Lee and Ng, "An Analysis of Single Layer Networks in Unsupervised Feature Learning",
  /// AISTATS 2011.
  public static let stl10 = BenchmarkDefinition(
    "stl10", title: "STL-10",
    classNames: [
      "airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck",
    ],
    imageSize: 96, counts: SplitCounts(train: 5_000, test: 8_000, unlabelled: 100_000),
    sourceForms: [.stlBinary],
    publication: Publication(
      page: "https://cs.stanford.edu/~acoates/stl10/",
      licence: "images of ImageNet, for research; its authors ask to cite Coates et al., 2011",
      files: [
        PublishedFile(
          .binary, "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
          size: 2_640_397_119, md5: "91f7769df0f17e558f3565bffb0c7dfb",
          members: [
            ("train_X.bin", "918c2871b30a85fa023e0c44e0bee87f"),
            ("train_y.bin", "5a34089d4802c674881badbb80307741"),
            ("test_X.bin", "7f263ba9f9e0b06b93213547f721ac82"),
            ("test_y.bin", "36f9794fa4beb8a2c72628de14fa638e"),
            ("unlabeled_X.bin", "5242ba1fed5e4be9e1e742405eb56ca4"),
          ])
      ]))

  /// Ten classes of ILSVRC-2012's training images (Chang et al., "Deep Adaptive Image
  /// Clustering", ICCV 2017). Stored at 112 pixels and seen at 96, according to PICA's author
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
    counts: SplitCounts(train: 13_000), sourceForms: [.synsetFolders],
    publication: imageNet)

  /// Fifteen dog breeds of ILSVRC-2012's training images (same source as ImageNet-10). This is
  /// not Stanford Dogs.
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
    counts: SplitCounts(train: 19_500), sourceForms: [.synsetFolders],
    publication: imageNet)

  /// The training images of Stanford's CS231n. The file wnids.txt names the classes. The
  /// validation images are not part of the benchmark.
  public static let tinyImageNet = BenchmarkDefinition(
    "tiny-imagenet", title: "Tiny-ImageNet", classCount: 200,
    imageSize: 64, counts: SplitCounts(train: 100_000), extraCounts: SplitCounts(test: 10_000),
    sourceForms: [.tinyImageNet],
    publication: Publication(
      page: "http://cs231n.stanford.edu/",
      licence: "images of ImageNet, for non-commercial research and education",
      files: [
        PublishedFile(
          .images, "http://cs231n.stanford.edu/tiny-imagenet-200.zip",
          size: 248_100_043, md5: "90528d7ca1a48142e341f4ef8d21d0de")
      ]))

  /// ILSVRC-2012's training images, of which a benchmark takes some classes. image-net.org
  /// gives them only to registered users.
  private static let imageNet = Publication(
    page: "https://image-net.org/challenges/LSVRC/2012/2012-downloads.php",
    licence: "for non-commercial research and education, to registered users",
    files: [
      PublishedFile(
        .images, named: "ILSVRC2012_img_train.tar", size: 147_897_477_120,
        md5: "1d675b47d978889d74fa0da5fadfb00e")
    ])
}
