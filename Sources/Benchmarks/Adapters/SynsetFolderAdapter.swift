import Domain

/// The training images of ILSVRC-2012: a folder or tar archive per synset, possibly within
/// ILSVRC2012_img_train.tar.
///
///     n02085936/n02085936_10058.JPEG          folders
///     n02085936.tar                           archives, with the images at their top level
///     ILSVRC2012_img_train.tar/n02085936.tar  as published
///
/// Labels follow from the order of the definition's synsets. Other synsets are skipped and
/// noted.
///
/// Stanford Dogs has folders of the same synsets with fewer and different images. It is
/// recognised by its folder names (n02085936-Maltese_dog) and reported as a difference.
struct SynsetFolderAdapter: ImageFolderAdapter {
  let images: ImageFolders
  private let definition: BenchmarkDefinition
  /// A sentence on Stanford Dogs, if its folders were found.
  let differences: [String]

  var classNames: [String] { definition.classNames }

  static let form = SourceForm.synsetFolders

  static func lack(of definition: BenchmarkDefinition) -> String? {
    definition.synsets.isEmpty || definition.synsets.count != definition.classNames.count
      ? "synset and name of each class" : nil
  }

  static func expectation(of definition: BenchmarkDefinition) -> String {
    "ILSVRC-2012 training images: folders or .tar files of synsets (\(definition.synsets[0]), ...)"
  }

  static func index(of definition: BenchmarkDefinition) -> SourceIndex {
    SourceIndex(nested: Set(definition.synsets))
  }

  /// Whether at least one of the definition's synsets is there, as folder or archive.
  static func recognises(
    _ root: SourceRoot, as definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> Bool {
    try root.entries().contains { entry in
      entry.isFolder && synset(of: entry.name).map(definition.synsets.contains) == true
    }
  }

  /// The synset of a folder: "n02085936" for itself and for "n02085936-Maltese_dog".
  private static func synset(of folder: String) -> String? {
    folder.split(separator: "-", maxSplits: 1).first.map { String($0) }
  }

  init(definition: BenchmarkDefinition, root: SourceRoot) throws(BenchmarkError) {
    self.definition = definition
    let names = try root.entries().filter(\.isFolder).map(\.name)
    var folders: [ImageFolder] = []
    var isStanfordDogs = false
    for (label, synset) in definition.synsets.enumerated() {
      let named = names.first { $0.hasPrefix(synset + "-") }
      let name = names.contains(synset) ? synset : named ?? synset
      isStanfordDogs = isStanfordDogs || name != synset
      folders.append(
        ImageFolder(
          name: name, split: .train, label: label,
          expected: definition.counts.train / definition.classCount,
          files: try ImageFolders.files(of: name, in: root, definition)))
    }
    try root.remarkOthers(than: folders.map(\.name))
    differences =
      isStanfordDogs
      ? [
        "these are the folders of Stanford Dogs, a different data set; "
          + "\(definition.title) consists of ILSVRC-2012 training images"
      ] : []
    images = ImageFolders(root: root, folders: folders, definition)
  }
}
