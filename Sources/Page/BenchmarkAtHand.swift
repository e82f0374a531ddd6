import Benchmarks
import Domain
import Records
import Reporting

/// What a benchmark file adds to records: names of classes and of images, and the images. It counts only if it is the
/// file that the runs read.
///
///     let names = BenchmarkAtHand(for: cell, from: sources)
///     names.name(ofClass: 3, in: cell)  // "cat"; of own images "class 3" without the file
///     names.imageName(17)  // "data_batch_1.bin#17", or "image 17"
///
/// The comparison is by content hash: a file that was prepared again from the same originals has the same one, and a
/// partial or re-encoded file has another. Opening checks the file's form and reads no pixels.
struct BenchmarkAtHand {
  /// Nil where the file cannot be used.
  let file: BenchmarkFile?
  /// The names of the images; empty where the file has none.
  private let imageNames: [String]
  /// Why the file is not used; nil if it is.
  let problem: String?

  /// - Parameters:
  ///   - cell: of a run that read the file; other cells whose runs read it may be named by the same value.
  ///   - namesImages: whether the names of images are read too.
  init(for cell: ResultCell, from sources: ReportSources, namesImages: Bool = true) {
    func opened() throws -> (BenchmarkFile?, String?) {
      guard let path = sources.benchmarkFiles[cell.benchmark] else {
        return (nil, "the benchmark file is not at hand")
      }
      let file = try BenchmarkFile.open(path)
      return file.info.contentSHA256 == cell.benchmarkFile?.contentHash
        ? (file, nil) : (nil, "'\(path)' is not the file that the runs read")
    }
    do {
      let (file, problem) = try opened()
      imageNames = namesImages ? try file?.fileNames() ?? [] : []
      (self.file, self.problem) = (file, problem)
    } catch {
      (file, imageNames, problem) = (nil, [], "\(error)")
    }
  }

  /// The name of a class, or its number.
  /// - Parameter cell: its protocol says whether labels are those of the fine classes.
  func name(ofClass label: Int32, in cell: ResultCell) -> String {
    let names = classNames(of: cell)
    return names.indices.contains(Int(label)) ? names[Int(label)] : "class \(label)"
  }

  /// Whether classes have more than numbers.
  func hasClassNames(of cell: ResultCell) -> Bool { !classNames(of: cell).isEmpty }

  /// The names of the file or, without it, those of a registered benchmark.
  private func classNames(of cell: ResultCell) -> [String] {
    let isFine = cell.runProtocol?.labels == .fine
    if let info = file?.info { return isFine ? info.fineClassNames : info.classNames }
    let registered = BenchmarkRegistry.current[cell.benchmark]
    return (isFine ? registered?.fineClasses?.names : registered?.classNames) ?? []
  }

  /// The original name of an image, or its number.
  func imageName(_ index: Int) -> String {
    imageNames.indices.contains(index) ? imageNames[index] : "image \(index)"
  }
}
