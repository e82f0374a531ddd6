/// What of the original files was passed over by a rule, or is worth telling of those that were read.
package struct Remark: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    case leftovers = "leftovers of operating systems and servers, passed over"
    case otherPictures = "pictures that are neither JPEG nor PNG, passed over"
    case otherFiles = "files of other kinds, passed over"
    case emptyFolders = "folders without images, passed over"
    case otherFolders = "folders that are no part of the benchmark, passed over"
    case unreadable = "images that cannot be read, left out"
    case warnings = "images read with a warning of libjpeg"
    case deepGrey = "greyscale images of 16 bits, white from 255 on as Pillow reads them"
  }

  /// What was remarked, in words.
  package let text: String
  /// Of how many files or folders.
  package let count: Int
  /// One of them: its path within the originals.
  package let example: String
}

/// Gathers remarks on files and folders, each of which counts once however often it is met.
final class Remarks {
  private var places: [Remark.Kind: Set<ExactName>] = [:]

  func note(_ kind: Remark.Kind, _ path: String) {
    places[kind, default: []].insert(ExactName(path))
  }

  /// In the order of the kinds; the example is the first path by its bytes.
  var list: [Remark] {
    Remark.Kind.allCases.compactMap { kind in
      guard let paths = places[kind] else { return nil }
      let first = paths.min { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
      return Remark(text: kind.rawValue, count: paths.count, example: first?.text ?? "")
    }
  }

  /// The paths of one kind, sorted by their bytes.
  func paths(_ kind: Remark.Kind) -> [String] {
    (places[kind] ?? []).map(\.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
