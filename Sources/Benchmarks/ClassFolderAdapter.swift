import Core
import Foundation

/// Folders train/ and test/ that hold a folder for each class, named after it, with a JPEG or PNG file
/// for each image. Images come in the order of the splits, the classes' labels and the file names.
struct ClassFolderAdapter: BenchmarkAdapter {
  private static let splits: [Split] = [.train, .test]
  private static let imageSuffixes = [".jpg", ".jpeg", ".png"]

  /// The files of one class in one split.
  private struct ClassFolder {
    let name: String
    let split: Split
    let label: Int32
    let files: [String]
  }

  let inventory: [InventoryEntry]
  private let folders: [ClassFolder]
  private let definition: BenchmarkDefinition
  private let root: String

  static func expectation(of definition: BenchmarkDefinition) -> String {
    "train/ and test/ with a folder of images for each class (\(definition.classNames[0]), ...)"
  }

  static func recognises(_ folder: String, as definition: BenchmarkDefinition) -> Bool {
    splits.contains { isFolder("\(folder)/\($0.name)") }
  }

  init(definition: BenchmarkDefinition, folder root: String) throws(BenchmarkError) {
    self.definition = definition
    self.root = root
    var folders: [ClassFolder] = []
    var inventory: [InventoryEntry] = []
    for split in Self.splits {
      let folder = "\(root)/\(split.name)"
      if isFolder(folder) { try Self.checkClassFolders(folder, definition) }
      for (label, className) in definition.classNames.enumerated() {
        let name = "\(split.name)/\(className)"
        let files =
          isFolder("\(root)/\(name)") ? try Self.files(of: "\(root)/\(name)", definition) : []
        folders.append(
          ClassFolder(name: name, split: split, label: Int32(label), files: files))
        inventory.append(
          InventoryEntry(
            name: name, split: split,
            expected: definition.counts[split] / definition.classCount, found: files.count))
      }
    }
    self.folders = folders
    self.inventory = inventory
  }

  /// Refuses folders that are no class's, and images outside any class.
  private static func checkClassFolders(
    _ folder: String, _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) {
    for entry in try entries(of: folder) {
      let path = "\(folder)/\(entry)"
      if isFolder(path) {
        guard definition.classNames.contains(entry) else {
          throw .unknownClassFolder(
            path: path, benchmark: definition.name,
            nearest: nearestName(to: entry, among: definition.classNames))
        }
      } else if imageSuffixes.contains(where: { entry.lowercased().hasSuffix($0) }) {
        throw .unrecognised(
          path: path, benchmark: definition.name,
          reason: "an image must lie in the folder of its class")
      }
    }
  }

  private static func files(
    of folder: String, _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> [String] {
    let names = try entries(of: folder)
    if let inner = names.first(where: { isFolder("\(folder)/\($0)") }) {
      throw .unrecognised(
        path: "\(folder)/\(inner)", benchmark: definition.name,
        reason: "a class folder holds images, not folders; there is a folder level too many")
    }
    return names
  }

  func read(
    into receive: (ImageBlock) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile] {
    var sources: [SourceFile] = []
    for folder in folders where !folder.files.isEmpty {
      var size: Int64 = 0
      var hash = SHA256Hash()
      for start in stride(from: 0, to: folder.files.count, by: DecodedBlock.capacity) {
        let files = folder.files[start..<min(start + DecodedBlock.capacity, folder.files.count)]
        let decoded = try DecodedBlock(
          files.map { "\(root)/\(folder.name)/\($0)" }, side: definition.imageSize)
        for (file, checksum) in zip(files, decoded.checksums) {
          hash.update("\(checksum)  \(file)\n")
        }
        size += decoded.size
        try receive(
          ImageBlock(
            split: folder.split, pixels: decoded.pixels,
            labels: [Int32](repeating: folder.label, count: files.count)))
      }
      sources.append(SourceFile(name: folder.name, size: size, sha256: hash.hexadecimal))
    }
    return sources
  }
}
