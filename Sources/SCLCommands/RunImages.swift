import Benchmarks
import Domain
import Experiments
import Foundation
import Records
import Reporting

/// The benchmark files of finished runs, each opened once.
///
///     var images = RunImages(data: "data")
///     let catalogue = try images.catalogue(of: run)  // names of files, splits and classes
///     let file = try images.requiredFile(of: run)  // pixels
///
/// A file counts only if its content is that of the file that the run used: indices of images mean nothing in another
/// one.
struct RunImages {
  /// A benchmark file with what a list of its images needs.
  private struct Opened {
    let file: BenchmarkFile
    let catalogue: ImageCatalogue

    /// Opens and reads all but the pixels.
    /// - Throws: `BenchmarkError`.
    init(_ path: String) throws {
      file = try BenchmarkFile.open(path)
      catalogue = ImageCatalogue(
        classNames: file.info.classNames, fileNames: try file.fileNames(), splits: file.splits)
    }
  }

  private let folder: BenchmarkFolder
  /// By benchmark; nil for a file that does not exist.
  private var opened: [String: Opened?] = [:]
  /// What keeps names and splits of images from being known, a sentence each.
  private(set) var notes: [String] = []

  /// - Parameter data: the folder of benchmark files.
  init(data: String) {
    folder = BenchmarkFolder(data)
  }

  /// The benchmark file that a run used.
  /// - Throws: `ReportError.otherBenchmarkFile`, `BenchmarkError`.
  mutating func requiredFile(of run: FinishedRun) throws -> BenchmarkFile {
    guard let found = try open(run) else {
      throw ReportError.otherBenchmarkFile(
        file: folder.file(named: run.record.benchmark), run: run.label)
    }
    return found.file
  }

  /// What is known of a run's images: everything from its benchmark file or, without that, the names of the classes of
  /// a benchmark that is registered.
  /// - Throws: `BenchmarkError` if the file is damaged.
  mutating func catalogue(of run: FinishedRun) throws -> ImageCatalogue {
    let isFine = run.record.protocol.labels == .fine
    guard let opened = try open(run) else {
      let definition = BenchmarkRegistry.current[run.record.benchmark]
      return ImageCatalogue(
        classNames: (isFine ? definition?.fineClasses?.names : definition?.classNames) ?? [])
    }
    var catalogue = opened.catalogue
    if isFine { catalogue.classNames = opened.file.info.fineClassNames }
    return catalogue
  }

  /// The file of a run's benchmark, if it has the run's content. If not, the reason is noted.
  private mutating func open(_ run: FinishedRun) throws -> Opened? {
    let name = run.record.benchmark
    if opened[name] == nil {
      let path = folder.file(named: name)
      opened[name] = .some(
        FileManager.default.fileExists(atPath: path) ? try Opened(path) : nil)
    }
    let found = opened[name] ?? nil
    guard found?.file.info.contentSHA256 == run.record.provenance.benchmarkFile.contentHash else {
      let path = folder.file(named: name)
      let reason = found == nil ? "does not exist" : "has other images than the runs used"
      let note = "'\(path)' \(reason): images of \(name) have no names and splits here"
      if !notes.contains(note) { notes.append(note) }
      return nil
    }
    return found
  }
}
