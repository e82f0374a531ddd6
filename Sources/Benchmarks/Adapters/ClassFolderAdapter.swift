import Core

/// Folders train/ and test/ that hold a folder for each class, named after it, with a JPEG or PNG file
/// for each image. With fine classes the folders may be named after those instead.
struct ClassFolderAdapter: BenchmarkAdapter {
  private static let splits: [Split] = [.train, .test]

  private let images: ImageFolders
  private let definition: BenchmarkDefinition

  var classNames: [String] { definition.classNames }
  var inventory: [InventoryEntry] { images.inventory }

  static func expectation(of definition: BenchmarkDefinition) -> String {
    "train/ and test/ with a folder of images for each class (\(definition.classNames[0]), ...)"
  }

  static func index(of definition: BenchmarkDefinition) -> SourceIndex { SourceIndex() }

  static func recognises(
    _ root: SourceRoot, as definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> Bool {
    for split in splits where try root.isFolder(split.name) { return true }
    return false
  }

  init(definition: BenchmarkDefinition, root: SourceRoot) throws(BenchmarkError) {
    self.definition = definition
    var entries: [Split: [SourceEntry]] = [:]
    for split in Self.splits { entries[split] = try root.entries(of: split.name) }
    let all = Set(entries.values.joined().map(\.name))
    // Fine names that are a superclass's too do not decide.
    let fine = definition.fineClasses.flatMap { fine in
      all.isDisjoint(with: definition.classNames) ? fine : nil
    }
    let names = fine?.names ?? definition.classNames
    var folders: [ImageFolder] = []
    for split in Self.splits {
      try Self.check(entries[split] ?? [], of: split, names, root, definition)
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
    images = ImageFolders(
      root: root, folders: folders,
      fit: ImageFit(side: definition.storedSize, cutsImages: definition.cutsImages))
  }

  /// Refuses folders that are no class's, and images outside any class.
  private static func check(
    _ entries: [SourceEntry], of split: Split, _ names: [String], _ root: SourceRoot,
    _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) {
    try ImageFolders.checkNoImages(among: entries, of: split.name, in: root, definition)
    if let unknown = entries.first(where: { $0.isFolder && !names.contains($0.name) }) {
      throw .unknownClassFolder(
        path: root.name(of: "\(split.name)/\(unknown.name)"), benchmark: definition.name,
        nearest: nearestName(to: unknown.name, among: names))
    }
  }

  func read(
    into receive: (ImageBlock) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile] {
    try images.read(into: receive)
  }
}
