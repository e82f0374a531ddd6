import Core
import Domain

/// Folders train/ and test/ with a folder of JPEG or PNG files per class, as many converters of
/// CIFAR write them.
///
///     train/airplane/0001.png     CIFAR-10
///     train/fish/aquarium_1.png   CIFAR-100, by superclass: no fine labels
///     train/apple/apple_1.png     CIFAR-100, by fine class: both labels
///
/// Labels follow from the order of the classes in the definition, not from that of the folders.
/// JPEG files have lost detail, which the benchmark file states (`PixelFidelity.reEncoded`).
struct ClassFolderAdapter: ImageFolderAdapter {
  /// The splits that have a folder. There is no folder for images without labels.
  private static let splits: [Split] = [.train, .test]

  let images: ImageFolders
  private let definition: BenchmarkDefinition

  var classNames: [String] { definition.classNames }

  static let form = SourceForm.classFolders

  static func lack(of definition: BenchmarkDefinition) -> String? {
    definition.classNames.isEmpty ? "names of its classes" : nil
  }

  static func expectation(of definition: BenchmarkDefinition) -> String {
    "train/ and test/ with a folder of images for each class (\(definition.classNames[0]), ...)"
  }

  static func recognises(
    _ root: SourceRoot, as definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> Bool {
    for split in splits where try root.isFolder(split.name) { return true }
    return false
  }

  /// Lists all folders and refuses what does not belong there.
  /// - Throws: `BenchmarkError.unknownClassFolder` or `.unrecognised`.
  init(definition: BenchmarkDefinition, root: SourceRoot) throws(BenchmarkError) {
    self.definition = definition
    var contents: [Split: FolderContents] = [:]
    for split in Self.splits {
      contents[split] = try FolderContents(of: split.name, in: root)
    }
    let all = Set(contents.values.flatMap(\.folders).map(\.name))
    // Names shared by fine classes and superclasses count as superclasses.
    let fine = definition.fineClasses.flatMap { fine in
      all.isDisjoint(with: definition.classNames) ? fine : nil
    }
    let names = fine?.names ?? definition.classNames
    var folders: [ImageFolder] = []
    for split in Self.splits {
      if let contents = contents[split] {
        try Self.check(contents, of: split, names, root, definition)
      }
      for (place, className) in names.enumerated() {
        let name = "\(split.name)/\(className)"
        folders.append(
          ImageFolder(
            name: name, split: split, label: fine?.superclasses[place] ?? place,
            fineLabel: fine == nil ? nil : place,
            expected: definition.counts[split] / names.count,
            files: try ImageFolders.files(of: name, in: root, definition)))
      }
    }
    try root.remarkOthers(than: Self.splits.map(\.name))
    images = ImageFolders(root: root, folders: folders, definition)
  }

  /// Refuses folders of unknown classes and images outside the class folders.
  /// - Throws: `BenchmarkError.unknownClassFolder` with the nearest class, or `.unrecognised`.
  private static func check(
    _ contents: FolderContents, of split: Split, _ names: [String], _ root: SourceRoot,
    _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) {
    try ImageFolders.checkNoImages(in: split.name, contents, root, definition)
    if let unknown = contents.folders.first(where: { !names.contains($0.name) }) {
      throw .unknownClassFolder(
        path: root.name(of: "\(split.name)/\(unknown.name)"), benchmark: definition.name,
        nearest: nearestName(to: unknown.name, among: names))
    }
  }
}
