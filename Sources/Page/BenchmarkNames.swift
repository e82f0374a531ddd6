import Benchmarks
import Records
import Reporting

/// What a benchmark file adds to records: names of classes. It counts only if it is the file that the runs read.
struct BenchmarkNames {
  /// The classes in the order of their labels; empty where the file is not at hand.
  private let classNames: [String]
  /// Why the file is not used; nil if it is.
  let problem: String?

  /// - Parameter cell: whose labels are to be named.
  init(of cell: ResultCell, from sources: ReportSources) {
    guard let path = sources.benchmarkFiles[cell.benchmark] else {
      (classNames, problem) = ([], "the benchmark file is not at hand")
      return
    }
    do {
      let info = try BenchmarkFile.open(path).info
      guard info.contentSHA256 == cell.benchmarkFile?.contentHash else {
        (classNames, problem) = ([], "'\(path)' is not the file that the runs read")
        return
      }
      classNames = cell.runProtocol?.labels == .fine ? info.fineClassNames : info.classNames
      problem = nil
    } catch {
      (classNames, problem) = ([], "\(error)")
    }
  }

  /// The name of a class, or its number.
  func name(ofClass label: Int32) -> String {
    classNames.indices.contains(Int(label)) ? classNames[Int(label)] : "class \(label)"
  }
}
