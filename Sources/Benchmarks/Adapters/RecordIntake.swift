import Domain
import Synchronization

/// Stores the images of record files while a compressed archive is listed, so that it is
/// decompressed only once.
///
/// The listing has to decompress everything, and usually the archive is a complete copy. So
/// each file with the name and size of a complete one is stored at its rows in a complete copy.
/// If files turn out to be missing or to be of another folder, the images are discarded, and
/// the archive is read again after listing.
final class RecordIntake {
  /// A file whose images are stored.
  struct Taken {
    /// The position in the plan.
    let entry: Int
    /// [records, labelBytes].
    let labels: [UInt8]
    let source: SourceFile
  }

  /// The first error while storing images in the background.
  private final class Failure: Sendable {
    let first = Mutex<BenchmarkError?>(nil)

    func check() throws(BenchmarkError) {
      if let error = first.withLock({ $0 }) { throw error }
    }
  }

  private let plan: RecordPlan
  /// The path of the benchmark file.
  private let file: String
  private let report: (PreparationStep) -> Void
  /// The benchmark file, which is written in the background; nil before the first image.
  private let store = BackgroundWorker<ImageStore?>(nil)
  private let failure = Failure()
  private var taken: [ExactName: Taken] = [:]
  /// The number of stored images.
  private(set) var imageCount = 0

  /// - Parameters:
  ///   - definition: the benchmark, whose first form with records counts.
  ///   - file: the benchmark file to write, created with the first image.
  ///   - report: called with the progress.
  /// - Returns: nil for benchmarks without record files.
  init?(
    _ definition: BenchmarkDefinition, file: String, report: @escaping (PreparationStep) -> Void
  ) {
    let adapters = definition.adapters.lazy.compactMap { $0 as? any RecordAdapter.Type }
    guard let adapter = adapters.first else { return nil }
    plan = adapter.records(of: definition)
    self.file = file
    self.report = report
  }

  /// Stores the images of an archive member if it has the name and size of a complete record
  /// file that is not stored yet.
  /// - Parameters:
  ///   - path: the member's path in the archive.
  ///   - size: its size in bytes.
  ///   - stream: opens the member.
  /// - Throws: errors of the member, and an earlier error of writing.
  func offer(
    _ path: String, size: Int, _ stream: () -> any MemberStream
  ) throws(BenchmarkError) {
    let (layout, total) = (plan.layout, plan.definition.counts.total)
    let name = MemberPath.split(path).name
    guard let entry = plan.files.firstIndex(where: { $0.name == name }), size > 0,
      plan.files[entry].expected * layout.recordSize == size,
      !taken.values.contains(where: { $0.entry == entry })
    else { return }
    let firstRow = plan.files[..<entry].reduce(0) { $0 + $1.expected }
    var labels: [UInt8] = []
    let source = try plan.read(plan.files[entry].expected, of: name, from: stream()) {
      records, first throws(BenchmarkError) in
      try failure.check()
      labels += layout.labels(of: records)
      let start = firstRow + first
      let rows = start..<start + records.count / layout.recordSize
      store.add { [file, failure] store in
        do throws(BenchmarkError) {
          if store == nil {
            store = try ImageStore(file, count: total, side: layout.side)
          }
          try store?.put(layout.pixels(of: records), rows: Array(rows))
        } catch {
          failure.first.withLock { $0 = $0 ?? error }
        }
      }
      imageCount += rows.count
      report(.images(imageCount, of: total))
    }
    taken[ExactName(path)] = Taken(entry: entry, labels: labels, source: source)
  }

  /// Waits until everything on its way is stored. After that, nobody creates or writes the file.
  func finishStoring() { _ = store.wait() }

  /// The archive member at a path, if its images are stored.
  func taken(_ path: String) -> Taken? { taken[ExactName(path)] }

  /// The stored images if the inventory is a complete copy and all stored files belong to it;
  /// otherwise discards them.
  /// - Returns: nil if nothing is stored.
  /// - Throws: an error of writing.
  func images(
    for inventory: [InventoryEntry], in root: SourceRoot
  ) throws(BenchmarkError) -> ImageStore? {
    let paths = inventory.map { ExactName(root.path($0.name)) }
    guard inventory.allSatisfy({ $0.found == $0.expected }),
      taken.keys.allSatisfy(paths.contains)
    else {
      (taken, imageCount) = ([:], 0)
      store.add { $0 = nil }
      return store.wait()
    }
    let images = store.wait()
    try failure.check()
    return images
  }
}
