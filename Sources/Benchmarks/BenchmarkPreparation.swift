import Core
import Domain
import Foundation
import HDF5

/// The result of a preparation, for the user: what was read, what is missing, and what became
/// of the file.
package struct BenchmarkSummary: Hashable, Sendable {
  /// The name of the benchmark.
  package let benchmark: String
  /// The path of the benchmark file.
  package let file: String
  /// The form of the original files: the name of a `SourceForm`.
  package let sourceFormat: String
  /// The folder or archive that contains the original files.
  package let source: String
  /// The numbers of prepared images by split.
  package let counts: SplitCounts
  /// Height and width of the images in pixels.
  package let imageSize: Int
  /// Whether the file has every image of the definition.
  package let isComplete: Bool
  /// The differences from a complete copy: "data_batch_2.bin: 1017 of 10000".
  package let missing: [String]
  /// The SHA-256 of the content (`ContentHash`).
  package let contentSHA256: String
  /// Notes on skipped and unusual original files.
  package let remarks: [Remark]
  /// Whether the file is new, or what happened to the previous file.
  package var outcome = Outcome.made

  /// The outcome of a preparation with respect to a previous file.
  package enum Outcome: Hashable, Sendable {
    /// There was no file.
    case made
    /// The previous file has the same content and was kept.
    case kept
    /// The previous file was replaced. The SHA-256 of its content is nil if it could not be opened.
    case replaced(contentSHA256: String?)
  }
}

/// Prepares benchmark files from original files.
///
///     let summary = try BenchmarkPreparation.prepare(
///       .cifar10, from: "cifar-10-python.tar.gz", to: "data/cifar10.h5")
///     print(summary.counts)  // 50000 train, 10000 test
///
/// The steps: find the form of the files (`SourceSearch`), take inventory (`BenchmarkAdapter`),
/// compare it with the definition (`CompletenessCheck`), stream the images into a temporary
/// file (`BenchmarkWriter`), compare labels and checksums, and rename the file.
package enum BenchmarkPreparation {
  /// Reads the original files of a benchmark in any supported form and writes its HDF5 file
  /// atomically.
  /// - Parameters:
  ///   - definition: the benchmark.
  ///   - path: the folder of the original files, its parent, or an archive of either.
  ///   - file: the benchmark file to write.
  ///   - options: what to accept and how large the images are.
  ///   - report: called often with the progress.
  /// - Returns: what was prepared, and what became of an existing file.
  /// - Throws: `BenchmarkError`; no file is left behind, and an existing one is unchanged.
  package static func prepare(
    _ definition: BenchmarkDefinition, from path: String, to file: String,
    options: PreparationOptions = PreparationOptions(),
    report: @escaping (PreparationStep) -> Void = { _ in }
  ) throws(BenchmarkError) -> BenchmarkSummary {
    let definition = try definition.choosing(options)
    return try write(file, options) { temporary in
      let intake = RecordIntake(definition, file: temporary, report: report)
      // After a failure, images on their way would create the file again once it is removed.
      defer { intake?.finishStoring() }
      let tree = try SourceSearch.tree(for: definition, at: path, intake: intake, report: report)
      return try leavingOutUnreadable(of: tree, options) { leftOut in
        try prepare(
          definition, from: SourceSearch(definition, in: tree, leftOut: leftOut), intake: intake,
          to: file, as: temporary, options, report)
      }
    }
  }

  /// Prepares a benchmark of a user's own class folders, or of images without classes. Its
  /// definition follows from the files.
  /// - Parameters:
  ///   - name: a name of lower-case letters, digits and '-' that no registered benchmark has.
  ///   - path: the folder or archive with the class folders.
  ///   - file: the benchmark file to write.
  /// - Throws: `BenchmarkError`, as `prepare`.
  package static func prepareFolders(
    named name: String, from path: String, to file: String,
    options: PreparationOptions = PreparationOptions(),
    report: @escaping (PreparationStep) -> Void = { _ in }
  ) throws(BenchmarkError) -> BenchmarkSummary {
    var index = SourceIndex()
    index.report = report
    let tree = try index.tree(at: path)
    func definition(
      _ leftOut: Set<ExactName>
    ) throws(BenchmarkError) -> (BenchmarkDefinition, SourceSearch) {
      try OwnFolderAdapter.definition(
        named: name, in: tree, leftOut: leftOut, imageSize: options.imageSize,
        hasClasses: !options.ignoresClasses)
    }
    let whole = try definition([])
    return try write(file, options) { temporary in
      try leavingOutUnreadable(of: tree, options) { leftOut in
        if leftOut.isEmpty {
          return try prepare(whole.0, from: whole.1, to: file, as: temporary, options, report)
        }
        let (definition, source) = try definition(leftOut)
        // With a class, the number of clusters would be lost.
        let lost = whole.0.classNames.filter { !definition.classNames.contains($0) }
        guard lost.isEmpty else {
          throw BenchmarkError.unreadableClasses(path: path, classes: lost)
        }
        return try prepare(definition, from: source, to: file, as: temporary, options, report)
      }
    }
  }

  /// Prepares again without the unreadable images, if they are to be left out and nothing else
  /// was wrong.
  ///
  /// The number of images must be known before the first is stored, and only decoding shows
  /// which are unreadable, so the first attempt fails and the second ignores them.
  /// - Parameter body: prepares without the images at the given paths.
  private static func leavingOutUnreadable(
    of tree: any SourceTree, _ options: PreparationOptions,
    _ body: (_ leftOut: Set<ExactName>) throws -> BenchmarkSummary
  ) throws -> BenchmarkSummary {
    do {
      return try body([])
    } catch let error as BenchmarkError {
      let unreadable = tree.remarks.paths(.unreadable)
      guard options.skipsUnreadable, !unreadable.isEmpty else { throw error }
      return try body(Set(unreadable.map { ExactName($0) }))
    }
  }

  /// Lets `body` write the benchmark file under a temporary name and moves it to its path,
  /// unless an existing file is to be kept. A folder created for it is removed on failure.
  private static func write(
    _ file: String, _ options: PreparationOptions,
    _ body: (_ temporary: String) throws -> BenchmarkSummary
  ) throws(BenchmarkError) -> BenchmarkSummary {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
    let isNewFolder = !FileManager.default.fileExists(atPath: folder)
    var isMade = false
    // This removes only an empty folder.
    defer { if isNewFolder, !isMade { rmdir(folder) } }
    let existing = try ExistingFile(file, isKept: options.keepsExisting)
    do {
      let summary = try AtomicFile.replace(file) { temporary in
        var summary = try body(temporary)
        summary.outcome = try existing.outcome(for: summary, isKept: options.keepsExisting)
        if summary.outcome == .kept { throw ExistingFile.Kept(summary: summary) }
        return summary
      }
      isMade = true
      return summary
    } catch let kept as ExistingFile.Kept {
      isMade = true
      return kept.summary
    } catch BenchmarkError.unwritable(_, let reason) {
      // Report the final path, not the temporary one.
      throw .unwritable(file: file, reason: reason)
    } catch let error as BenchmarkError {
      throw error
    } catch {
      throw .unwritable(file, because: error)
    }
  }

  /// Prepares from files whose form is known.
  /// - Parameters:
  ///   - intake: the images stored while the archive was listed.
  ///   - file: the final path, for the summary.
  ///   - temporary: the path to write.
  private static func prepare(
    _ definition: BenchmarkDefinition, from source: SourceSearch, intake: RecordIntake? = nil,
    to file: String, as temporary: String, _ options: PreparationOptions,
    _ report: (PreparationStep) -> Void
  ) throws -> BenchmarkSummary {
    let adapter = try source.adapter.init(definition: definition, root: source.root)
    let check = CompletenessCheck(definition, source.root.name(of: ""), options)
    var missing = try check.missing(in: adapter)
    var counts = SplitCounts()
    for entry in adapter.inventory { counts[entry.split] += entry.found }

    let images =
      try intake?.images(for: adapter.inventory, in: source.root)
      ?? ImageStore(temporary, count: counts.total, side: definition.storedSize)
    let writer = BenchmarkWriter(
      definition, from: source.adapter.form, classNames: adapter.classNames, counts, images: images)
    var labels = ClassTally(classCount: adapter.classNames.count)
    var fineLabels = ClassTally(classCount: definition.fineClasses?.names.count ?? 0)
    var done = intake?.imageCount ?? 0
    var sources = try adapter.read { block throws(BenchmarkError) in
      try writer.append(block)
      labels.add(block.labels, in: block.split)
      fineLabels.add(block.fineLabels, in: block.split)
      // The intake has reported its images.
      if block.pixels == nil { return }
      done += block.rows.count
      report(.images(done, of: counts.total))
    }
    sources = check.compared(try source.root.tree.archives() + sources)
    missing += try check.accepted(
      check.differences(of: labels, fineLabels, in: adapter)
        + check.differences(of: sources, missing: missing))
    let remarks = source.root.remarks
    let contentSHA256 = try writer.finish(
      complete: missing.isEmpty, sources: sources,
      fileNames: adapter.imageNames, remarks: remarks.list, leftOut: remarks.paths(.unreadable),
      report: report)
    return BenchmarkSummary(
      benchmark: definition.name, file: file, sourceFormat: source.adapter.form.name,
      source: source.root.name(of: ""), counts: counts,
      imageSize: definition.storedSize, isComplete: missing.isEmpty, missing: missing,
      contentSHA256: contentSHA256, remarks: remarks.list)
  }
}

/// The previous file at the path of a new benchmark file.
struct ExistingFile {
  /// Ends a preparation whose content equals that of the previous file.
  struct Kept: Error {
    let summary: BenchmarkSummary
  }

  private let file: String
  /// Whether anything is at the path.
  private let isThere: Bool
  /// Nil if it is not a valid benchmark file.
  private let info: BenchmarkInfo?

  /// - Parameter isKept: whether a file with different content must be kept.
  /// - Throws: `BenchmarkError.alreadyThere` if a file to be kept cannot be opened for comparison.
  init(_ file: String, isKept: Bool) throws(BenchmarkError) {
    self.file = file
    isThere = FileManager.default.fileExists(atPath: file)
    info = isThere ? try? BenchmarkFile.open(file).info : nil
    if isThere, info == nil, isKept {
      throw .alreadyThere(
        file: file, difference: "it is not a valid benchmark file", dependents: "")
    }
  }

  /// What happens to it, given the new content.
  /// - Throws: `BenchmarkError.alreadyThere` if it must be kept and has different content.
  func outcome(
    for summary: BenchmarkSummary, isKept: Bool
  ) throws(BenchmarkError) -> BenchmarkSummary.Outcome {
    guard isThere else { return .made }
    guard isKept, let info else { return .replaced(contentSHA256: info?.contentSHA256) }
    if info.contentSHA256 == summary.contentSHA256, info.benchmark == summary.benchmark {
      return .kept
    }
    throw .alreadyThere(file: file, difference: difference(info, from: summary), dependents: "")
  }

  /// What tells the file from the new one, in words.
  private func difference(_ info: BenchmarkInfo, from summary: BenchmarkSummary) -> String {
    if info.benchmark != summary.benchmark { return "it contains \(info.benchmark)" }
    if info.counts != summary.counts {
      return "it has \(info.counts), the new one \(summary.counts)"
    }
    if info.imageSize != summary.imageSize {
      return "its images have \(info.imageSize) pixels a side, the new ones \(summary.imageSize)"
    }
    return "images or labels differ"
  }
}
