import Benchmarks
import Domain
import Testing

/// The definitions against lists that do not come from this program's sources.
@Suite struct DefinitionTests {
  // Chang et al.'s own lists: github.com/vector-1127/DAC, Datasets_description/ImageNet-10.txt and
  // ImageNet-Dog.txt.
  @Test func `The synsets of ImageNet-10 and ImageNet-Dogs are those of DAC`() {
    let ten: Set = [
      "n02056570", "n02085936", "n02128757", "n02690373", "n02692877", "n03095699", "n04254680",
      "n04285008", "n04467665", "n07747607",
    ]
    let dogs: Set = [
      "n02085936", "n02086646", "n02088238", "n02091467", "n02097130", "n02099601", "n02101388",
      "n02101556", "n02102177", "n02105056", "n02105412", "n02105855", "n02107142", "n02110958",
      "n02112137",
    ]
    #expect(Set(BenchmarkDefinition.imagenet10.synsets) == ten)
    #expect(Set(BenchmarkDefinition.imagenetDogs.synsets) == dogs)
    for definition in [BenchmarkDefinition.imagenet10, .imagenetDogs] {
      #expect(definition.synsets.count == definition.classNames.count)
      #expect(definition.synsets == definition.synsets.sorted())
      #expect(definition.counts.total == 1_300 * definition.classCount)
    }
  }

  // The page of CIFAR-100 (cs.toronto.edu/~kriz/cifar.html), with the names as its files spell them.
  private static let superclasses = """
    aquatic_mammals: beaver dolphin otter seal whale
    fish: aquarium_fish flatfish ray shark trout
    flowers: orchid poppy rose sunflower tulip
    food_containers: bottle bowl can cup plate
    fruit_and_vegetables: apple mushroom orange pear sweet_pepper
    household_electrical_devices: clock keyboard lamp telephone television
    household_furniture: bed chair couch table wardrobe
    insects: bee beetle butterfly caterpillar cockroach
    large_carnivores: bear leopard lion tiger wolf
    large_man-made_outdoor_things: bridge castle house road skyscraper
    large_natural_outdoor_scenes: cloud forest mountain plain sea
    large_omnivores_and_herbivores: camel cattle chimpanzee elephant kangaroo
    medium_mammals: fox porcupine possum raccoon skunk
    non-insect_invertebrates: crab lobster snail spider worm
    people: baby boy girl man woman
    reptiles: crocodile dinosaur lizard snake turtle
    small_mammals: hamster mouse rabbit shrew squirrel
    trees: maple_tree oak_tree palm_tree pine_tree willow_tree
    vehicles_1: bicycle bus motorcycle pickup_truck train
    vehicles_2: lawn_mower rocket streetcar tank tractor
    """

  @Test func `CIFAR-100's superclasses have the classes that its page says`() throws {
    let definition = BenchmarkDefinition.cifar100
    let fine = try #require(definition.fineClasses)
    let found = definition.classNames.enumerated().map { label, name in
      let members = fine.names.indices.filter { fine.superclasses[$0] == label }
      return "\(name): " + members.map { fine.names[$0] }.joined(separator: " ")
    }
    #expect(found.joined(separator: "\n") == Self.superclasses)
    #expect(fine.names == fine.names.sorted() && fine.names.count == 100)
  }

  // torchvision's datasets/cifar.py and stl10.py, TensorFlow Datasets' checksums, and the loaders of
  // Tiny-ImageNet and ILSVRC-2012.
  private static let checksums = [
    "cifar-10-binary.tar.gz": "c32a1d4ab5d03f1284b67883e8d87530",
    "cifar-10-python.tar.gz": "c58f30108f718f92721af3b95e74349a",
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
    "batches.meta": "5ff9c542aee3614f3951f8cda6e48888",
    "cifar-100-binary.tar.gz": "03b5dce01913d631647c71ecec9e9cb8",
    "train.bin": "6172c7755cfe09b2fe270c85cebc1b15",
    "test.bin": "4499cfba6c016c1be1438163640a0898",
    "cifar-100-python.tar.gz": "eb9058c3a382ffc7106e4002c42a8d85",
    "train": "16019d7e3df5f24257cddd939b257f8d",
    "test": "f0ef6b0ae62326f3e7ffdfab6717acfc",
    "meta": "7973b15100ade9c7d40fb424638fde48",
    "stl10_binary.tar.gz": "91f7769df0f17e558f3565bffb0c7dfb",
    "train_X.bin": "918c2871b30a85fa023e0c44e0bee87f",
    "train_y.bin": "5a34089d4802c674881badbb80307741",
    "test_X.bin": "7f263ba9f9e0b06b93213547f721ac82",
    "test_y.bin": "36f9794fa4beb8a2c72628de14fa638e",
    "unlabeled_X.bin": "5242ba1fed5e4be9e1e742405eb56ca4",
    "tiny-imagenet-200.zip": "90528d7ca1a48142e341f4ef8d21d0de",
    "ILSVRC2012_img_train.tar": "1d675b47d978889d74fa0da5fadfb00e",
  ]

  @Test func `The MD5s are those that public loaders check`() {
    var found: [String: String] = [:]
    for file in BenchmarkDefinition.all.flatMap({ $0.publication?.files ?? [] }) {
      found[file.name] = file.md5
      for member in file.members { found[member.name] = member.md5 }
    }
    #expect(found == Self.checksums)
  }
}
