import ArgumentParser
import Benchmarks
import Core
import Domain
import Experiments
import Foundation
import Records

extension DataCommand {
  /// `scl data prepare`: makes a benchmark file from original files with `BenchmarkPreparation`,
  /// and prints a `BenchmarkReport`.
  ///
  ///     scl data prepare imagenet10 --from ILSVRC2012_img_train.tar
  ///     scl data prepare flowers --as folders --from ~/flowers --image-size 64
  ///
  /// Exit codes: 0; 64 for a usage error, or if another file would be replaced without `--force`;
  /// 65 if images are missing, damaged or differ from the published ones (without `--partial`); 66
  /// if the originals do not exist or may not be read; 74 if the file cannot be written; 130 or 143
  /// after a signal, without a partial file.
  struct Prepare: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prepare a benchmark file from original image files.",
      discussion: """
        --from names a folder or an archive (.tar, .tar.gz, .tar.xz, .tar.zst, .tar.bz2, .zip). Archives \
        are read as streams and never unpacked. The format of the files is detected:

        cifar10, cifar100: binary version, Python version, or train/ and test/ with class folders.
        stl10: binary files.
        imagenet10, imagenet-dogs: ILSVRC-2012 training images as synset folders, synset .tar files or \
        ILSVRC2012_img_train.tar.
        tiny-imagenet: tiny-imagenet-200.
        rehearsal, rehearsal-...: created by scl, without --from.

        Use your own images under a new name with --as folders: one folder of images per class, or \
        train/ and test/ with such folders. Experiment files then accept the name. With --unlabelled, all \
        images below the folder are used without classes; the experiment file sets the number of clusters.

        Image counts and published checksums are verified. If anything is missing or different, the \
        command lists it and fails. With --partial it goes on, and the benchmark file and every table say \
        so. Files that are not images are skipped, counted and recorded.
        """)

    /// The forms of a user's own images. One so far; an option and not a flag, so that more can
    /// follow.
    enum OwnForm: String, ExpressibleByArgument, CaseIterable {
      case folders
    }

    /// A registered name, or a new one with `--as`.
    @Argument(
      help: """
        Name of the benchmark (see 'scl data list'), or a new name with --as.
        """, completion: .list(BenchmarkDefinition.all.map(\.name)))
    var benchmark: String

    /// Not needed for rehearsals, which the program generates.
    @Option(help: "Folder or archive with the original files.", completion: .file())
    var from: String?

    /// Tells own images from a misspelt name of a benchmark.
    @Option(
      name: .customLong("as"), help: "Use your own images: folders, one per class.")
    var form: OwnForm?

    /// For a file outside the data folder. Experiments look in the data folder only.
    @Option(help: "Benchmark file to write (default: DATA/BENCHMARK.h5).")
    var to: String?

    @Option(
      help: "Folder of benchmark files (default: \(BenchmarkFolder.defaultPath)).",
      transform: folderPath)
    var data = BenchmarkFolder.defaultPath

    /// Benchmarks with a published size have no choice. Another size means other pixels, so results
    /// are of other data.
    @Option(
      help: """
        Side of the images in pixels: the shorter side is scaled to it and the central square cropped \
        (default: 112 for imagenet10 and imagenet-dogs).
        """)
    var imageSize: Int?

    /// They are most of the file, and only protocols that name them use them.
    @Flag(help: "Leave out the unlabelled images of STL-10.")
    var withoutUnlabelled = false

    /// There are then no labels to score by.
    @Flag(help: "Use your own images without classes, from all subfolders.")
    var unlabelled = false

    /// For tests on a part of the data. Its results are never comparable with published ones.
    @Flag(help: "Accept missing or different images. The file and every table say so.")
    var partial = false

    /// A single damaged file would otherwise stop the preparation of a million images.
    @Flag(help: "Leave out unreadable images. The file lists them.")
    var skipUnreadable = false

    /// Runs depend on the content of the file, so it is not replaced by accident.
    @Flag(help: "Replace an existing benchmark file with different content.")
    var force = false

    /// Only for messages: they name the runs that a replaced file makes stale.
    @Option(
      help:
        "Folder of results, searched for runs that depend on a replaced file (default: results).",
      transform: folderPath)
    var results = "results"

    @OptionGroup var output: JSONOption
    @OptionGroup var quiet: QuietOption

    /// The options of the preparation itself.
    private var options: PreparationOptions {
      var options = PreparationOptions()
      options.acceptsPartial = partial
      options.imageSize = imageSize
      options.omitsUnlabelled = withoutUnlabelled
      options.ignoresClasses = unlabelled
      options.skipsUnreadable = skipUnreadable
      options.keepsExisting = !force
      return options
    }

    /// Checks combinations that cannot work before anything is read.
    func validate() throws {
      try require("image-size", imageSize, in: 8...1024)
      if unlabelled, form == nil {
        throw ValidationError("--unlabelled requires --as folders")
      }
      if form != nil, from == nil {
        throw ValidationError("--as requires --from FOLDER, the folder of your images")
      }
    }

    /// The definition of the named benchmark.
    /// - Throws: `ValidationError` that also mentions `--as`, which is the remedy for own images.
    private func knownBenchmark() throws -> BenchmarkDefinition {
      do {
        return try .named(benchmark)
      } catch {
        throw ValidationError(
          "\(error); 'scl data list' lists all benchmarks; to use your own images, add "
            + "--as folders --from FOLDER")
      }
    }

    /// Prepares, reports what is missing, left out or replaced on standard error, then prints the
    /// report.
    func run() throws {
      let stop = StopRequest { signal in
        AtomicFile.removeUnfinished()
        _exit(128 + signal)
      }
      try stop.listen(to: [SIGINT, SIGTERM])
      let folder = BenchmarkFolder(data)
      let definition = form == nil ? try knownBenchmark() : nil
      let meter = PreparationMeter(definition?.title ?? benchmark)
      defer { meter.end() }
      let dependents = DependentRuns(results: results)
      let replaced = to ?? folder.file(named: benchmark)
      let before = try? BenchmarkFile.open(replaced).info
      let summary: BenchmarkSummary
      do {
        summary = try prepare(folder, definition, meter)
      } catch BenchmarkError.alreadyThere(let file, let difference, _) {
        meter.end()
        throw BenchmarkError.alreadyThere(
          file: file, difference: difference, dependents: dependents.text(of: before))
      }
      meter.end()
      for line in summary.missing { Console.error("missing or different: \(line)") }
      switch summary.outcome {
      case .made: break
      case .kept: Console.error("\(summary.file): unchanged, kept")
      case .replaced(let content) where content == summary.contentSHA256:
        Console.error("\(summary.file): rewritten with the same content")
      case .replaced:
        Console.error("\(summary.file): replaced\(dependents.text(of: before))")
      }
      let benchmark = try BenchmarkFile.open(summary.file)
      reportLeftOut(benchmark.info.leftOut)
      try BenchmarkReport(benchmark, isVerified: false).show(json: output.json)
    }

    /// Names the first 20 unreadable images; the file lists all.
    private func reportLeftOut(_ names: [String]) {
      let shown = 20
      for name in names.prefix(shown) { Console.error("unreadable, left out: \(name)") }
      if names.count > shown {
        Console.error("and \(names.count - shown) more, listed in the benchmark file")
      }
    }

    /// Prepares a published benchmark, own images or a rehearsal, as the arguments say.
    /// - Throws: `BenchmarkError`; `ValidationError` without `--from`.
    private func prepare(
      _ folder: BenchmarkFolder, _ definition: BenchmarkDefinition?, _ meter: PreparationMeter
    ) throws -> BenchmarkSummary {
      if let definition, let from {
        return try BenchmarkPreparation.prepare(
          definition, from: from, to: to ?? folder.file(of: definition), options: options,
          report: meter.show)
      } else if let from {
        return try BenchmarkPreparation.prepareFolders(
          named: benchmark, from: from, to: to ?? folder.file(named: benchmark), options: options,
          report: meter.show)
      } else if let definition, definition.isRehearsal {
        return try folder.createRehearsal(definition, to: to, options: options, report: meter.show)
      } else {
        throw ValidationError(
          "--from PATH is required: the folder or archive with the original files")
      }
    }
  }
}

/// Finished runs that were computed from the content of a benchmark file. Replacing the file makes
/// them stale, so messages name them:
///
///     data/flowers.h5: replaced; 2 finished runs in 'results' used the previous content (...)
private struct DependentRuns {
  /// The number of runs that a message names.
  private static let shown = 3

  /// The folder that is searched.
  private let results: String

  /// - Parameter results: the folder to search.
  init(results: String) {
    self.results = results
  }

  /// "; 4 finished runs in 'results' used the previous content (...)", or that none did. Empty if
  /// there was no file before.
  func text(of info: BenchmarkInfo?) -> String {
    guard let info else { return "" }
    let runs = labels(ofContent: info.contentSHA256)
    if runs.isEmpty { return "; no finished run in '\(results)' used it" }
    let names = runs.prefix(Self.shown).joined(separator: ", ")
    let more = runs.count > Self.shown ? " and \(runs.count - Self.shown) more" : ""
    let count = Quantities.count(runs.count, "finished run")
    return "; \(count) in '\(results)' used the previous content (\(names)\(more))"
  }

  /// The runs whose records have this content hash, sorted. Unreadable records are ignored.
  private func labels(ofContent content: String) -> [String] {
    guard let files = FileManager.default.enumerator(atPath: results) else { return [] }
    var labels: [String] = []
    for case let file as String in files where file.hasSuffix("/run.json") {
      let record = try? RunRecord.read(from: "\(results)/\(file)")
      guard let record, record.provenance.benchmarkFile.contentHash == content else { continue }
      labels.append("\(record.experiment)/\(record.benchmark)/\(record.method)/seed-\(record.seed)")
    }
    return labels.sorted()
  }
}
