import Core
import Foundation
import HDF5

/// What became of the original files.
public struct BenchmarkSummary: Hashable, Sendable {
  public let benchmark: String
  public let file: String
  /// "cifar-binary" or "class-folders".
  public let sourceFormat: String
  /// The folder in which the original files were found.
  public let sourceFolder: String
  public let counts: SplitCounts
  public let isComplete: Bool
  /// What a complete copy has more: "data_batch_2.bin: 1017 of 10000".
  public let missing: [String]
  public let contentSHA256: String
}

/// From original files to a benchmark file.
public enum BenchmarkPreparation {
  /// Reads the original files of a benchmark in whatever form they come and writes its HDF5 file,
  /// which exists only when it is whole.
  /// - Parameters:
  ///   - path: the folder of the original files, or its parent.
  ///   - file: the benchmark file to make.
  ///   - partial: accept fewer images than the definition's, and record that.
  ///   - progress: told how many images of how many are done.
  /// - Throws: `BenchmarkError`.
  public static func prepare(
    _ definition: BenchmarkDefinition, from path: String, to file: String, partial: Bool = false,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(BenchmarkError) -> BenchmarkSummary {
    let source = try SourceSearch(definition, path)
    let adapter = try source.form.adapter.init(definition: definition, folder: source.folder)
    let missing = try check(adapter.inventory, definition, source.folder, partial: partial)
    var counts = SplitCounts()
    for entry in adapter.inventory { counts[entry.split] += entry.found }

    var contentSHA256 = ""
    do {
      try AtomicFile.replace(file) { temporary in
        let writer = try BenchmarkWriter(definition, counts, file: temporary)
        let sources = try adapter.read { block throws(BenchmarkError) in
          try writer.append(block)
          progress(writer.written, counts.total)
        }
        contentSHA256 = try writer.finish(
          complete: missing.isEmpty, form: source.form, sources: sources)
      }
    } catch let error as BenchmarkError {
      throw error
    } catch {
      throw .unwritable(file: file, reason: "\(error)")
    }
    return BenchmarkSummary(
      benchmark: definition.name, file: file, sourceFormat: source.form.rawValue,
      sourceFolder: source.folder, counts: counts, isComplete: missing.isEmpty, missing: missing,
      contentSHA256: contentSHA256)
  }

  /// Compares what is there with a complete copy and returns what is missing.
  private static func check(
    _ inventory: [InventoryEntry], _ definition: BenchmarkDefinition, _ folder: String,
    partial: Bool
  ) throws(BenchmarkError) -> [String] {
    func listing(_ entries: [InventoryEntry]) -> [String] {
      entries.map { "\($0.name): \($0.found) of \($0.expected)" }
    }
    let surplus = listing(inventory.filter { $0.found > $0.expected })
    if !surplus.isEmpty {
      throw .tooMany(benchmark: definition.name, path: folder, surplus: surplus)
    }
    let missing = listing(inventory.filter { $0.found < $0.expected })
    let isEmpty = inventory.allSatisfy { $0.found == 0 }
    if !missing.isEmpty && (!partial || isEmpty) {
      throw .incomplete(benchmark: definition.name, path: folder, missing: missing)
    }
    return missing
  }
}
