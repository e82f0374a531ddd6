import Core
import Domain
import Foundation
import HDF5

/// What became of the original files.
package struct BenchmarkSummary: Hashable, Sendable {
  package let benchmark: String
  package let file: String
  /// "cifar-binary", "class-folders", ...
  package let sourceFormat: String
  /// The folder or archive in which the original files were found.
  package let source: String
  package let counts: SplitCounts
  package let isComplete: Bool
  /// What a complete copy has more or otherwise: "data_batch_2.bin: 1017 of 10000".
  package let missing: [String]
  package let contentSHA256: String
  /// What was passed over, left out, or is worth telling.
  package let remarks: [Remark]
  /// What became of a benchmark file that was there before.
  package var outcome = Outcome.made

  package enum Outcome: Hashable, Sendable {
    case made
    /// It has the same content, and was kept.
    case kept
    /// It was replaced. Its content's SHA-256 is missing where it could not be opened.
    case replaced(contentSHA256: String?)
  }
}

/// From original files to a benchmark file.
package enum BenchmarkPreparation {
  /// Reads the original files of a benchmark in whatever form they come and writes its HDF5 file,
  /// which exists only when it is whole.
  /// - Parameters:
  ///   - path: the folder of the original files, its parent, or an archive of either.
  ///   - file: the benchmark file to make.
  ///   - report: told how far it is, often.
  /// - Throws: `BenchmarkError`.
  package static func prepare(
    _ definition: BenchmarkDefinition, from path: String, to file: String,
    options: PreparationOptions = PreparationOptions(),
    report: @escaping (PreparationStep) -> Void = { _ in }
  ) throws(BenchmarkError) -> BenchmarkSummary {
    let definition = try definition.choosing(options)
    return try write(file, options) { temporary in
      let intake = RecordIntake(definition, file: temporary, report: report)
      let tree = try SourceSearch.tree(for: definition, at: path, intake: intake, report: report)
      return try leavingOutUnreadable(of: tree, options) { leftOut in
        try prepare(
          definition, from: SourceSearch(definition, in: tree, leftOut: leftOut), intake: intake,
          to: file, as: temporary, options, report)
      }
    }
  }

  /// Makes a benchmark of a user's own class folders, or of images without classes, with a definition that is what they hold.
  /// - Parameter name: small letters, digits and '-'; none of the definitions'.
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
        let (definition, source) = leftOut.isEmpty ? whole : try definition(leftOut)
        return try prepare(definition, from: source, to: file, as: temporary, options, report)
      }
    }
  }

  /// Prepares once more without the images that cannot be read, if they are to be left out and nothing
  /// else was wrong: how many images there are has to be known before the first is stored.
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

  /// Lets `body` make the benchmark file under a temporary name, and gives it its own unless another file
  /// is to be kept. A folder that was made for it does not outlive a refusal.
  private static func write(
    _ file: String, _ options: PreparationOptions,
    _ body: (_ temporary: String) throws -> BenchmarkSummary
  ) throws(BenchmarkError) -> BenchmarkSummary {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
    let isNewFolder = !FileManager.default.fileExists(atPath: folder)
    var isMade = false
    // Only an empty folder is removed.
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
      // The name of the file on its way means nothing to anybody.
      throw .unwritable(file: file, reason: reason)
    } catch let error as BenchmarkError {
      throw error
    } catch {
      throw .unwritable(file, because: error)
    }
  }

  /// - Parameters:
  ///   - intake: what an archive was offered to while it was looked through.
  ///   - temporary: the name of `file` on its way.
  private static func prepare(
    _ definition: BenchmarkDefinition, from source: SourceSearch, intake: RecordIntake? = nil,
    to file: String, as temporary: String, _ options: PreparationOptions,
    _ report: (PreparationStep) -> Void
  ) throws -> BenchmarkSummary {
    let adapter = try source.form.adapter.init(definition: definition, root: source.root)
    let check = CompletenessCheck(definition, source.root.name(of: ""), options)
    var missing = try check.missing(in: adapter)
    var counts = SplitCounts()
    for entry in adapter.inventory { counts[entry.split] += entry.found }

    let images =
      try intake?.images(for: adapter.inventory, in: source.root)
      ?? ImageStore(temporary, count: counts.total, side: definition.storedSize)
    let writer = BenchmarkWriter(
      definition, classNames: adapter.classNames, counts, images: images)
    var labels = ClassTally(classCount: adapter.classNames.count)
    var fineLabels = ClassTally(classCount: definition.fineClasses?.names.count ?? 0)
    var done = intake?.imageCount ?? 0
    var sources = try adapter.read { block throws(BenchmarkError) in
      try writer.append(block)
      labels.add(block.labels, in: block.split)
      fineLabels.add(block.fineLabels, in: block.split)
      // Of images that are there already the intake has told.
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
      complete: missing.isEmpty, form: source.form, sources: sources,
      fileNames: adapter.imageNames, remarks: remarks.list, leftOut: remarks.paths(.unreadable),
      report: report)
    return BenchmarkSummary(
      benchmark: definition.name, file: file, sourceFormat: source.form.rawValue,
      source: source.root.name(of: ""), counts: counts, isComplete: missing.isEmpty,
      missing: missing, contentSHA256: contentSHA256, remarks: remarks.list)
  }
}
