import Domain

/// CS231n's tiny-imagenet-200 (http://cs231n.stanford.edu/tiny-imagenet-200.zip).
///
///     wnids.txt                       the 200 synsets, one per line
///     words.txt                       lines of synset, tab, words separated by commas
///     train/SYNSET/images/*.JPEG      500 images per class
///     val/images/*.JPEG               10,000 images
///     val/val_annotations.txt         lines of file name, synset and bounding box, by tabs
///
/// The rearranged layout of tutorials is also accepted: train/SYNSET/ and val/SYNSET/ (or
/// val/SYNSET/images/). test/ has no labels and is not read. Labels number the synsets of
/// wnids.txt in alphabetical order, like torchvision's ImageFolder.
struct TinyImageNetAdapter: ImageFolderAdapter {
  /// The list of synsets, by which the form is recognised.
  private static let synsetFile = "wnids.txt"
  /// The words of all synsets of WordNet, for the names of the classes.
  private static let wordFile = "words.txt"
  /// The synset of each image in val/images.
  private static let annotationFile = "val_annotations.txt"

  let images: ImageFolders
  /// The first word of each synset: "goldfish".
  let classNames: [String]
  /// A note, if wnids.txt has another number of classes.
  let differences: [String]

  static let form = SourceForm.tinyImageNet

  static func expectation(of definition: BenchmarkDefinition) -> String {
    "tiny-imagenet-200 (\(synsetFile), train/SYNSET/images or train/SYNSET, val/images with "
      + "val/\(annotationFile) or val/SYNSET)"
  }

  static func index(of definition: BenchmarkDefinition) -> SourceIndex {
    SourceIndex(kept: [synsetFile, wordFile, annotationFile])
  }

  static func recognises(
    _ root: SourceRoot, as definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> Bool {
    guard try root.isFile(synsetFile) else { return false }
    return try root.isFolder("train")
  }

  /// Lists the folders of both parts and reads the lists of synsets, words and annotations.
  /// - Throws: `BenchmarkError.damaged` for lists with mistakes; `.unrecognised` if there are
  ///   no training images.
  init(definition: BenchmarkDefinition, root: SourceRoot) throws(BenchmarkError) {
    let synsets = try root.lines(of: Self.synsetFile)?.sorted() ?? []
    guard !synsets.isEmpty, Set(synsets).count == synsets.count else {
      throw .damaged(
        file: root.name(of: Self.synsetFile), reason: "it has no synsets or duplicate ones")
    }
    classNames = try Self.names(of: synsets, root)
    differences =
      synsets.count == definition.classCount
      ? [] : ["\(Self.synsetFile): \(synsets.count) of \(definition.classCount) classes"]
    let perClass = definition.counts.train / definition.classCount
    var folders: [ImageFolder] = []
    for (label, synset) in synsets.enumerated() {
      let name = try Self.folder(of: synset, in: "train", root)
      folders.append(
        ImageFolder(
          name: name, split: .train, label: label, expected: perClass,
          files: try ImageFolders.files(of: name, in: root, definition)))
    }
    guard folders.contains(where: { !$0.files.isEmpty }) else {
      throw .unrecognised(
        path: root.name(of: "train"), benchmark: definition.name,
        reason: "there are no images in train/SYNSET/images/ or train/SYNSET/")
    }
    folders += try Self.validation(synsets, definition, root)
    try Self.remarkOthers(synsets, root)
    images = ImageFolders(root: root, folders: folders, definition)
  }

  /// The first word of each synset; the synset itself if words.txt has none, or if the word is
  /// not unique, as ImageNet's "crane", the bird and the machine.
  private static func names(
    of synsets: [String], _ root: SourceRoot
  ) throws(BenchmarkError) -> [String] {
    var words: [String: String] = [:]
    let wanted = Set(synsets)
    for line in try root.lines(of: wordFile) ?? [] {
      let parts = line.split(separator: "\t", maxSplits: 1)
      guard parts.count == 2, wanted.contains(String(parts[0])) else { continue }
      words[String(parts[0])] = parts[1].split(separator: ",").first.map { String($0) }
    }
    var uses: [String: Int] = [:]
    for word in words.values { uses[word, default: 0] += 1 }
    return synsets.map { synset in
      guard let word = words[synset], uses[word] == 1 else { return synset }
      return word
    }
  }

  /// The folder with the images of a class: images/ within the synset's folder, or that folder
  /// itself.
  /// - Parameter parent: "train" or "val".
  private static func folder(
    of synset: String, in parent: String, _ root: SourceRoot
  ) throws(BenchmarkError) -> String {
    let name = "\(parent)/\(synset)"
    return try root.isFolder("\(name)/images") ? "\(name)/images" : name
  }

  /// Notes the files and folders that are not read, such as test/.
  private static func remarkOthers(
    _ synsets: [String], _ root: SourceRoot
  ) throws(BenchmarkError) {
    try root.remarkOthers(than: [synsetFile, wordFile, "train", "val"])
    for parent in ["train", "val"] {
      let known = Set(synsets + ["images", annotationFile])
      for entry in try root.entries(of: parent) where !known.contains(entry.name) {
        root.remarks.note(
          entry.isFolder ? .otherFolders : .otherFiles, root.path("\(parent)/\(entry.name)"))
      }
    }
  }

  /// The folders of validation images: val/images with a label for each file, or a folder for
  /// each class.
  /// - Throws: `BenchmarkError.unrecognised` if both layouts occur; `.unreadable` or `.damaged`
  ///   if the annotations are missing, incomplete or name another synset.
  private static func validation(
    _ synsets: [String], _ definition: BenchmarkDefinition, _ root: SourceRoot
  ) throws(BenchmarkError) -> [ImageFolder] {
    let folder = "val/images"
    let files = try ImageFolders.files(of: folder, in: root, definition)
    var sorted: [ImageFolder] = []
    for (label, synset) in synsets.enumerated() {
      let name = try Self.folder(of: synset, in: "val", root)
      let images = try ImageFolders.files(of: name, in: root, definition)
      if images.isEmpty { continue }
      sorted.append(
        ImageFolder(
          name: name, split: .test, label: label,
          expected: definition.extraCounts.test / definition.classCount, files: images))
    }
    guard files.isEmpty || sorted.isEmpty else {
      throw .unrecognised(
        path: root.name(of: "val"), benchmark: definition.name,
        reason: "it mixes two layouts: images in \(folder) and in \(sorted[0].name)")
    }
    if files.isEmpty { return sorted }
    let annotations = "val/\(annotationFile)"
    guard let lines = try root.lines(of: annotations) else {
      throw .unreadable(
        file: root.name(of: annotations), reason: "it does not exist, but val/images needs it")
    }
    let labels = Dictionary(uniqueKeysWithValues: synsets.enumerated().map { ($1, $0) })
    var labelOfFile: [String: Int32] = [:]
    for (number, line) in lines.enumerated() {
      // File name, synset and bounding box.
      let fields = line.split(separator: "\t")
      guard fields.count >= 2, let label = labels[String(fields[1])] else {
        throw .damaged(
          file: root.name(of: annotations),
          reason: "line \(number + 1) has no synset of \(synsetFile)")
      }
      labelOfFile[String(fields[0])] = Int32(label)
    }
    var fileLabels: [Int32] = []
    for file in files {
      guard let label = labelOfFile[file.name] else {
        throw .damaged(
          file: root.name(of: annotations), reason: "it has no line for \(file.name)")
      }
      fileLabels.append(label)
    }
    return [
      ImageFolder(
        name: folder, split: .test, expected: definition.extraCounts.test, files: files,
        labels: fileLabels)
    ]
  }
}
