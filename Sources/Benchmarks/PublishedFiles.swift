/// An original file as its publisher gives it out, with what proves that it is that file.
public struct PublishedFile: Hashable, Sendable {
  /// The benchmark that it holds: "cifar10".
  public let benchmark: String
  /// Which version of the data it is, where there is more than one.
  public let version: Version
  /// The official address; nil where an account is needed, so that nothing can be downloaded.
  public let address: String?
  /// The file's own name: "cifar-10-binary.tar.gz".
  public let name: String
  /// Bytes.
  public let size: Int64
  /// MD5 in hexadecimal.
  public let md5: String
  /// The files within whose MD5 is published, by their own names: "data_batch_1".
  public let members: [Member]

  /// The publishers' own names for the versions of a data set.
  public enum Version: String, CaseIterable, Hashable, Sendable {
    /// Flat records: the "binary version".
    case binary
    /// Python's pickles: the "python version".
    case python
    /// JPEG files in folders.
    case images
  }

  /// A file in an archive.
  public struct Member: Hashable, Sendable {
    /// The name without folders.
    public let name: String
    /// MD5 in hexadecimal.
    public let md5: String
  }
}

/// Where a benchmark's original files come from, and on which terms.
public struct Publication: Hashable, Sendable {
  /// The page that describes the data.
  public let page: String
  /// What its publisher says on its use, in one line.
  public let licence: String
  /// The files, that which `scl data fetch` takes unless told otherwise first.
  public let files: [PublishedFile]
}

extension BenchmarkDefinition {
  /// Where the original files come from; nil for a benchmark that the program draws itself.
  public var publication: Publication? { Publication.all[name] }
}

extension Publication {
  // The MD5s of archives and members are those that public loaders check (torchvision for all but the
  // binary versions of CIFAR and Tiny-ImageNet).
  static let all: [String: Publication] = [
    "cifar10": Publication(
      page: "https://www.cs.toronto.edu/~kriz/cifar.html",
      licence: "none stated; its authors ask to cite Krizhevsky, 2009",
      files: [
        PublishedFile(
          "cifar10", .binary, "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
          size: 170_052_171, md5: "c32a1d4ab5d03f1284b67883e8d87530"),
        PublishedFile(
          "cifar10", .python, "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
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
      ]),
    "cifar100": Publication(
      page: "https://www.cs.toronto.edu/~kriz/cifar.html",
      licence: "none stated; its authors ask to cite Krizhevsky, 2009",
      files: [
        PublishedFile(
          "cifar100", .binary, "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
          size: 168_513_733, md5: "03b5dce01913d631647c71ecec9e9cb8",
          members: [
            ("train.bin", "6172c7755cfe09b2fe270c85cebc1b15"),
            ("test.bin", "4499cfba6c016c1be1438163640a0898"),
          ]),
        PublishedFile(
          "cifar100", .python, "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
          size: 169_001_437, md5: "eb9058c3a382ffc7106e4002c42a8d85",
          members: [
            ("train", "16019d7e3df5f24257cddd939b257f8d"),
            ("test", "f0ef6b0ae62326f3e7ffdfab6717acfc"),
            ("meta", "7973b15100ade9c7d40fb424638fde48"),
          ]),
      ]),
    "stl10": Publication(
      page: "https://cs.stanford.edu/~acoates/stl10/",
      licence: "images of ImageNet, for research; its authors ask to cite Coates et al., 2011",
      files: [
        PublishedFile(
          "stl10", .binary, "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
          size: 2_640_397_119, md5: "91f7769df0f17e558f3565bffb0c7dfb",
          members: [
            ("train_X.bin", "918c2871b30a85fa023e0c44e0bee87f"),
            ("train_y.bin", "5a34089d4802c674881badbb80307741"),
            ("test_X.bin", "7f263ba9f9e0b06b93213547f721ac82"),
            ("test_y.bin", "36f9794fa4beb8a2c72628de14fa638e"),
            ("unlabeled_X.bin", "5242ba1fed5e4be9e1e742405eb56ca4"),
          ])
      ]),
    "imagenet10": imageNet("imagenet10"),
    "imagenet-dogs": imageNet("imagenet-dogs"),
    "tiny-imagenet": Publication(
      page: "http://cs231n.stanford.edu/",
      licence: "images of ImageNet, for non-commercial research and education",
      files: [
        PublishedFile(
          "tiny-imagenet", .images, "http://cs231n.stanford.edu/tiny-imagenet-200.zip",
          size: 248_100_043, md5: "90528d7ca1a48142e341f4ef8d21d0de")
      ]),
  ]

  /// ILSVRC-2012's training images, of which a benchmark is some classes; image-net.org gives them to
  /// registered users only.
  private static func imageNet(_ benchmark: String) -> Publication {
    Publication(
      page: "https://image-net.org/challenges/LSVRC/2012/2012-downloads.php",
      licence: "for non-commercial research and education, to registered users",
      files: [
        PublishedFile(
          benchmark: benchmark, version: .images, address: nil, name: "ILSVRC2012_img_train.tar",
          size: 147_897_477_120, md5: "1d675b47d978889d74fa0da5fadfb00e", members: [])
      ])
  }
}

extension PublishedFile {
  /// Whether a file of this name is one that publishers give out, as it is or within an archive.
  static func isPublished(_ name: String) -> Bool {
    // CIFAR-10's binary batches are published without checksums.
    names.contains(name) || name.hasSuffix("_batch.bin") || name.hasPrefix("data_batch_")
  }

  private static let names = Set(
    Publication.all.values.flatMap(\.files).flatMap { [$0.name] + $0.members.map(\.name) })

  fileprivate init(
    _ benchmark: String, _ version: Version, _ address: String, size: Int64, md5: String,
    members: [(name: String, md5: String)] = []
  ) {
    self.init(
      benchmark: benchmark, version: version, address: address,
      name: String(address.split(separator: "/").last ?? ""), size: size, md5: md5,
      members: members.map { Member(name: $0.name, md5: $0.md5) })
  }
}
