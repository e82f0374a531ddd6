import Benchmarks
import Core
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

  enum Kind: String, Encodable {
    /// One of the paper's six.
    case published
    /// One that this program draws.
    case drawn
    /// One that was made of a user's own class folders.
    case own
  }

  let benchmark: String
  let title: String
  let kind: Kind
  let classes: Int
  /// Of a complete copy.
  let images: Int
  /// "prepared", "prepared, partial: 9353 of 60000", "not prepared", "downloaded, not prepared", ...
  let state: String
  /// Whether every image of the definition is in the prepared file; nil if there is none.
  let complete: Bool?
  /// Whether checksums prove that the prepared images are the published ones; nil if there are none, or
  /// none are published.
  let asPublished: Bool?
  /// Whether the prepared images have the published pixels; nil if there is no file.
  let pixels: PixelFidelity?
  /// The images of the prepared file by split; nil if there is none.
  let counts: [String: Int]?
  let file: String
  let originals: Originals?
  /// The command to run next; nil if there is nothing to do.
  let next: String?

  init(_ definition: BenchmarkDefinition, in folder: BenchmarkFolder) {
    benchmark = definition.name
    title = definition.title
    kind = definition.publication == nil ? .drawn : .published
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
      let prepared = Prepared(file, as: definition.name)
      complete = prepared.info?.isComplete ?? false
      asPublished = prepared.info?.isVerified
      pixels = prepared.info?.pixels
      counts = prepared.counts
      state = prepared.words
      next = prepared.info == nil ? Self.preparation(definition, folder) : nil
    } else {
      complete = nil
      asPublished = nil
      pixels = nil
      counts = nil
      let download = Self.download(definition, folder)
      state = download?.words ?? (definition.hasGenerator ? "drawn when needed" : "not prepared")
      next = Self.preparation(definition, folder)
    }
  }

  /// A benchmark file of a user's own.
  init(own name: String, in folder: BenchmarkFolder) {
    benchmark = name
    title = name
    kind = .own
    file = folder.file(named: name)
    let prepared = Prepared(file, as: name)
    classes = prepared.info?.classNames.count ?? 0
    images = prepared.info?.expectedCounts.total ?? 0
    complete = prepared.info?.isComplete ?? false
    asPublished = nil
    pixels = prepared.info?.pixels
    counts = prepared.counts
    state = prepared.words
    originals = nil
    next = prepared.info == nil ? nil : ShellCommand(["scl", "data", "verify", file]).text
  }

  /// What a benchmark file says of itself.
  private struct Prepared {
    /// Nil where experiments cannot use the file.
    let info: BenchmarkInfo?
    let words: String

    init(_ file: String, as name: String) {
      do {
        let info = try BenchmarkFile.open(file).info
        guard info.benchmark == name else {
          self.info = nil
          words = "holds \(info.benchmark): rename it to \(info.benchmark).h5"
          return
        }
        self.info = info
        var words = ["prepared"]
        if !info.isComplete {
          words.append("partial: \(info.foundCount) of \(info.expectedCounts.total)")
        }
        if info.pixels == .reEncoded {
          words.append("re-encoded pixels")
        } else if info.isRightByNumberAlone {
          words.append(BenchmarkReport.rightByNumberAlone)
        }
        self.words = words.joined(separator: ", ")
      } catch {
        info = nil
        words = "damaged: \(error)"
      }
    }

    var counts: [String: Int]? {
      info.map { info in
        Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0.name, info.counts[$0]) })
      }
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
    return ["\(benchmark): \(title)"]
      + TextColumns(rows, width: Console.outputWidth.map { $0 - 2 }).lines.map { "  " + $0 }
  }

  /// A drawn or own one.
  var cells: [String] {
    let size = "\(images) images" + (kind == .own ? " of \(classes) classes" : "")
    return [benchmark, size, state, next ?? ""]
  }

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
