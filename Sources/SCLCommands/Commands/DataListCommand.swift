import ArgumentParser
import Benchmarks
import Core
import Domain
import Experiments
import Foundation

extension DataCommand {
  /// `scl data list`: prints the `BenchmarkStatus` of every benchmark: a paragraph for each
  /// published one, then a line for each rehearsal and each benchmark of the user's own. Exit code
  /// 0.
  ///
  ///     cifar10: CIFAR-10
  ///       images   60000 in 10 classes
  ///       state    not prepared
  ///       source   https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz, 162.2 MiB
  ///       website  https://www.cs.toronto.edu/~kriz/cifar.html
  ///       licence  none stated; its authors ask to cite Krizhevsky, 2009
  ///       next     scl data fetch cifar10
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the benchmarks, their state, and the next command for each.",
      discussion: """
        The published benchmarks come first, then the rehearsals, which scl creates itself, then the \
        benchmarks that you made of your own images (scl data prepare NAME --as folders).
        """)

    @Option(
      help: "Folder of benchmark files (default: \(BenchmarkFolder.defaultPath)).",
      transform: folderPath)
    var data = BenchmarkFolder.defaultPath

    @OptionGroup var output: JSONOption

    func run() throws {
      let folder = BenchmarkFolder(data)
      let all =
        BenchmarkDefinition.all.map { BenchmarkStatus($0, in: folder) }
        + folder.ownBenchmarks.map { BenchmarkStatus(own: $0, in: folder) }
      if output.json {
        for status in all { try Console.json(status) }
        return
      }
      for status in all where status.kind == .published {
        for line in status.paragraph { Console.print(line) }
        Console.print("")
      }
      for (kind, heading) in [
        (BenchmarkStatus.Kind.rehearsal, "Rehearsals, created when an experiment needs them"),
        (.own, "Your own"),
      ] {
        let rows = all.filter { $0.kind == kind }.map(\.cells)
        if !rows.isEmpty { Console.print("\(kind == .own ? "\n" : "")\(heading):") }
        Console.printColumns(rows)
      }
    }
  }
}

/// The state of a benchmark in a data folder, and the command to run next; also the object of `scl
/// data list --json`. Some of the keys:
///
///     {"benchmark": "cifar10", "kind": "published", "classes": 10, "images": 60000,
///      "state": "not prepared", "file": "data/cifar10.h5", "next": "scl data fetch cifar10"}
struct BenchmarkStatus: Encodable {
  /// The published original file, the first if there are several versions.
  struct Originals: Encodable {
    /// The website of the data set.
    let page: String
    /// The terms of use, in a few words.
    let licence: String
    /// The official address of the file; nil if it needs an account.
    let address: String?
    /// The file's name.
    let file: String
    /// Its size in bytes.
    let bytes: Int64
  }

  /// Where the images come from.
  enum Kind: String, Encodable {
    /// A published data set.
    case published
    /// A rehearsal, which this program creates.
    case rehearsal
    /// Made of a user's own images.
    case own
  }

  private static let notPrepared = "not prepared"

  /// The name in experiment files.
  let benchmark: String
  /// The name in tables.
  let title: String
  /// Where the images come from.
  let kind: Kind
  /// The number of classes; 0 for images without classes.
  let classes: Int
  /// The number of images in a complete copy.
  let images: Int
  /// "prepared", "prepared, partial: 9353 of 60000", "not prepared", "downloaded, not prepared",
  /// "created when needed", "damaged: ...".
  let state: String
  /// Whether the prepared file has every image of the definition; nil without a file.
  let complete: Bool?
  /// Whether checksums prove that the images are the published ones; nil without a file or without
  /// published checksums.
  let asPublished: Bool?
  /// Whether the pixels are the published ones; nil without a file.
  let pixels: PixelFidelity?
  /// The number of images by split; nil without a file.
  let counts: [String: Int]?
  /// The path of the benchmark file, also before it exists.
  let file: String
  /// Nil for rehearsals and own images.
  let originals: Originals?
  /// The command to run next; nil if the benchmark is ready and complete.
  let next: String?

  /// The state of a registered benchmark.
  init(_ definition: BenchmarkDefinition, in folder: BenchmarkFolder) {
    benchmark = definition.name
    title = definition.title
    kind = definition.isRehearsal ? .rehearsal : .published
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
      let isComplete = prepared.info?.isComplete == true
      next = isComplete ? nil : Self.preparation(definition, folder, replaces: prepared.info != nil)
    } else {
      complete = nil
      asPublished = nil
      pixels = nil
      counts = nil
      let download = Self.download(definition, folder)
      state = download?.words ?? (definition.isRehearsal ? "created when needed" : Self.notPrepared)
      next = Self.preparation(definition, folder)
    }
  }

  /// The state of a benchmark of the user's own images, which has no definition but its file.
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
    next = prepared.info == nil ? nil : ["scl", "data", "verify", file].shellCommand
  }

  /// An existing benchmark file.
  private struct Prepared {
    /// Nil if experiments cannot use the file.
    let info: BenchmarkInfo?
    /// The state in words.
    let words: String

    /// Opens the file. It must be of this benchmark and undamaged.
    init(_ file: String, as name: String) {
      do {
        let info = try BenchmarkFile.open(file).info
        guard info.benchmark == name else {
          self.info = nil
          words = "contains \(info.benchmark); rename it to \(info.benchmark).h5"
          return
        }
        self.info = info
        var words = ["prepared"]
        if !info.isComplete {
          words.append("partial: \(info.foundCount) of \(info.expectedCounts.total)")
        }
        if info.pixels == .reEncoded {
          words.append("re-encoded pixels")
        } else if info.isCompleteButUnverified {
          words.append(BenchmarkReport.unverified)
        }
        self.words = words.joined(separator: ", ")
      } catch {
        info = nil
        words = "damaged: \(error)"
      }
    }

    /// By the names of splits.
    var counts: [String: Int]? {
      info.map { info in
        Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0.name, info.counts[$0]) })
      }
    }
  }

  // MARK: - Text

  /// The lines of a published benchmark: its title, then images, state, source, licence and next
  /// command, indented.
  var paragraph: [String] {
    var rows = [["images", "\(images) in \(classes) classes"], ["state", state]]
    if let originals {
      let size = Quantities.size(originals.bytes)
      rows.append(["source", "\(originals.address ?? originals.file), \(size)"])
      rows.append(["website", originals.page])
      rows.append(["licence", originals.licence])
    }
    if let next {
      let condition = needsDownload ? "after the download: " : ""
      rows.append(["next", condition + next])
    }
    return ["\(benchmark): \(title)"]
      + TextColumns(rows, width: Console.outputWidth.map { $0 - 2 }).lines.map { "  " + $0 }
  }

  /// Whether the originals have to be downloaded by hand first, because their publisher requires a
  /// registration.
  private var needsDownload: Bool {
    originals != nil && originals?.address == nil && state == Self.notPrepared
  }

  /// The cells of a rehearsal or own benchmark.
  var cells: [String] {
    // A rehearsal always has its extra images, and tables count them.
    let extra = kind == .rehearsal ? BenchmarkRegistry.current[benchmark]?.extraCounts.total : nil
    let size = "\(images + (extra ?? 0)) images" + (kind == .own ? " in \(classes) classes" : "")
    // The heading says how rehearsals are created.
    if kind == .rehearsal, complete == nil { return [benchmark, size] }
    return [benchmark, size, state, next ?? ""]
  }

  // MARK: - Next command

  /// A published file in the downloads folder.
  private struct LocalDownload {
    let path: String
    /// Whether all bytes are there. The checksum is verified on preparation.
    let isWhole: Bool
    /// The state in words.
    let words: String
  }

  /// The first published file that is in the downloads folder, whole or in part; nil if none is.
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
        return LocalDownload(path: path, isWhole: false, words: "partly downloaded: \(parts)")
      }
    }
    return nil
  }

  /// The size of a file in bytes; nil if it does not exist.
  private static func size(of path: String) -> Int64? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int64
  }

  /// The next command for a benchmark without a complete file: fetch, or prepare from what is there.
  /// - Parameter replaces: whether there is a partial file, which only `--force` replaces.
  private static func preparation(
    _ definition: BenchmarkDefinition, _ folder: BenchmarkFolder, replaces: Bool = false
  ) -> String {
    let force = replaces ? ["--force"] : []
    guard let first = definition.publication?.files.first else {
      let source = definition.isRehearsal ? [] : ["--from", "FOLDER"]
      return folder.command(["prepare", definition.name] + source + force)
    }
    if let download = download(definition, folder), download.isWhole {
      return folder.command(["prepare", definition.name, "--from", download.path] + force)
    }
    return first.address == nil
      ? folder.command(["prepare", definition.name, "--from", first.name] + force)
      : folder.command(["fetch", definition.name])
  }
}

extension BenchmarkFolder {
  /// The default of `--data`.
  static let defaultPath = "data"

  /// The folder in which `scl data fetch` stores original files.
  var downloads: String { "\(path)/downloads" }

  /// The command line `scl data SUBCOMMAND BENCHMARK ...`, quoted for a shell, with `--data` unless
  /// this is the default folder.
  func command(_ arguments: [String]) -> String {
    let place = path == Self.defaultPath ? [] : ["--data", path]
    return (["scl", "data"] + arguments + place).shellCommand
  }

  /// The command line that prepares a benchmark from a file.
  func prepareCommand(_ definition: BenchmarkDefinition, from file: String) -> String {
    command(["prepare", definition.name, "--from", file])
  }
}
