import Benchmarks
import Experiments
import Foundation

/// How a benchmark stands in a folder of benchmark files, and what leads further.
struct BenchmarkStanding: Encodable {
  /// Where the original files come from.
  struct Originals: Encodable {
    let page: String
    let licence: String
    /// The official address of the file; nil where an account is needed.
    let address: String?
    let file: String
    let bytes: Int64
  }

  let benchmark: String
  let title: String
  let classes: Int
  /// Of a complete copy.
  let images: Int
  /// "prepared", "prepared, partial: 9353 of 60000", "not prepared", "downloaded, not prepared", ...
  let state: String
  /// Whether every image of the definition is in the prepared file; nil if there is none.
  let complete: Bool?
  let file: String
  let originals: Originals?
  /// The command to run next; nil if there is nothing to do.
  let next: String?

  init(_ definition: BenchmarkDefinition, in folder: BenchmarkFolder) {
    benchmark = definition.name
    title = definition.title
    classes = definition.classCount
    images = definition.counts.total
    file = folder.file(of: definition)
    originals = definition.publication.flatMap { publication in
      publication.files.first.map {
        Originals(
          page: publication.page, licence: publication.licence, address: $0.address, file: $0.name,
          bytes: $0.size)
      }
    }
    if folder.hasFile(of: definition) {
      do {
        let info = try BenchmarkFile.open(file).info
        complete = info.isComplete
        state =
          info.isComplete
          ? "prepared" : "prepared, partial: \(info.counts.total) of \(info.expectedCounts.total)"
        next = nil
      } catch {
        complete = false
        state = "damaged: \(error)"
        next = Self.preparation(definition, folder)
      }
    } else {
      complete = nil
      let download = Self.download(definition, folder)
      state = download?.words ?? (definition.hasGenerator ? "drawn when needed" : "not prepared")
      next = Self.preparation(definition, folder)
    }
  }

  // MARK: - For people

  /// A benchmark with originals, in at most 100 columns where names are no longer.
  var paragraph: [String] {
    var rows = [["images", "\(images) of \(classes) classes"], ["state", state]]
    if let originals {
      let size = Quantities.size(originals.bytes)
      rows.append(["originals", "\(originals.address ?? originals.file), \(size)"])
      rows.append(["see", originals.page])
      rows.append(["licence", originals.licence])
    }
    if let next { rows.append(["next", next]) }
    return ["\(benchmark): \(title)"] + TextColumns(rows).lines.map { "  " + $0 }
  }

  /// A drawn one.
  var cells: [String] { [benchmark, "\(images) images", state, next ?? ""] }

  // MARK: - What leads further

  /// A published file in the folder of downloads.
  private struct LocalDownload {
    let path: String
    let isWhole: Bool
    let words: String
  }

  private static func download(
    _ definition: BenchmarkDefinition, _ folder: BenchmarkFolder
  ) -> LocalDownload? {
    for file in definition.publication?.files ?? [] {
      let path = "\(folder.downloads)/\(file.name)"
      if size(of: path) == file.size {
        return LocalDownload(path: path, isWhole: true, words: "downloaded, not prepared")
      }
      if let count = size(of: path + ".part") {
        let parts = "\(Quantities.size(count)) of \(Quantities.size(file.size))"
        return LocalDownload(path: path, isWhole: false, words: "download begun: \(parts)")
      }
    }
    return nil
  }

  private static func size(of path: String) -> Int64? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int64
  }

  private static func preparation(
    _ definition: BenchmarkDefinition, _ folder: BenchmarkFolder
  ) -> String? {
    guard let first = definition.publication?.files.first else {
      return definition.hasGenerator ? folder.command(["prepare", definition.name]) : nil
    }
    if let download = download(definition, folder), download.isWhole {
      return folder.prepareCommand(definition, from: download.path)
    }
    return first.address == nil
      ? folder.prepareCommand(definition, from: first.name)
      : folder.command(["fetch", definition.name])
  }
}
