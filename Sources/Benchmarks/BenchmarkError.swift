import Core
import Domain
import HDF5

/// Why a benchmark could not be prepared or read.
package enum BenchmarkError: Error, Hashable, Sendable {
  // What was asked for
  case unknownBenchmark(name: String, nearest: String?)
  /// A name for a user's own images that cannot be one.
  case invalidName(String, reason: String)
  case notRehearsal(benchmark: String)
  /// There is nothing at the path.
  case missing(path: String)
  /// The path holds no form of the benchmark that can be read.
  case unrecognised(path: String, benchmark: String, reason: String)

  // Original files
  /// The operating system does not let the file be read, or it is not there.
  case unreadable(file: String, reason: String)
  /// The file has contents that it should not have.
  case damaged(file: String, reason: String)
  case emptyFile(file: String)
  /// Bytes.
  case tooLarge(file: String, size: Int, limit: Int)
  /// A member of an archive that could lead out of it.
  case unsafeMember(archive: String, member: String, reason: String)
  /// The file ends `bytesLeft` bytes into record `record` (counted from 0).
  case brokenRecord(file: String, record: Int, bytesLeft: Int, recordSize: Int)
  case labelOutOfRange(file: String, record: Int, label: Int, allowed: ClosedRange<Int>)
  /// The superclass that a record states is not that of its fine label.
  case contradictoryLabels(
    file: String, record: Int, fine: String, stated: String, expected: String)
  case wrongLabelCount(file: String, labels: Int, images: Int)
  case unreadableImage(file: String, reason: String)
  /// Several images of a folder or archive, with the path and the reason of each. `areAll` is false where
  /// they were so many that the others were not tried.
  case unusableImages(place: String, reasons: [String], canBeLeftOut: Bool, areAll: Bool)
  case wrongImageSize(file: String, width: Int, height: Int, expected: Int)
  /// The images of this form have one size.
  case fixedImageSize(benchmark: String, size: Int)
  /// Images of several sizes, and none was asked for.
  case imageSizeNeeded(file: String, width: Int, height: Int)
  case unknownClassFolder(path: String, benchmark: String, nearest: String?)
  case wrongClassNames(file: String, expected: [String], found: [String])
  /// Fewer images than the definition's, or others; `missing` says for each file or class what.
  case incomplete(benchmark: String, path: String, missing: [String])
  /// More images than the definition's; `surplus` says for each file or class how many.
  case tooMany(benchmark: String, path: String, surplus: [String])

  // Benchmark files
  /// A file is there already and has other content; `dependents` says what becomes of finished runs.
  case alreadyThere(file: String, difference: String, dependents: String)
  case unwritable(file: String, reason: String)
  /// The file is HDF5 but not a benchmark file of this program, or contradicts itself.
  case invalid(file: String, reason: String)
  case indexOutOfRange(file: String, index: Int, count: Int)
  /// The file has no image of the splits that were asked for.
  case noImages(file: String, splits: [Split])
}

extension BenchmarkError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknownBenchmark(let name, let nearest):
      "unknown benchmark '\(name)'"
        + (nearest.map { "; did you mean '\($0)'?" }
          ?? "; known are \(BenchmarkDefinition.all.map(\.name).joined(separator: ", "))")
    case .invalidName(let name, let reason):
      "'\(name)' cannot name a benchmark of your own: \(reason)"
    case .notRehearsal(let benchmark):
      "\(benchmark) cannot be generated; name its original files with --from"
    case .missing(let path):
      "'\(path)' does not exist; name the folder or archive of the original files"
    case .unrecognised(let path, let benchmark, let reason):
      "'\(path)' is no form of \(benchmark) that can be read: \(reason)"
    case .unreadable(let file, let reason), .damaged(let file, let reason):
      "cannot read '\(file)': \(reason)"
    case .emptyFile(let file):
      "'\(file)' is empty\(Self.getAgain(file))"
    case .tooLarge(let file, let size, let limit):
      "'\(file)' has \(size) bytes where at most \(limit) make sense\(Self.getAgain(file))"
    case .unsafeMember(let archive, let member, let reason):
      "'\(archive)' is refused for its member '\(member)': \(reason)"
    case .brokenRecord(let file, let record, let bytesLeft, let recordSize):
      "'\(file)' breaks off in record \(record), after \(bytesLeft) of its \(recordSize) "
        + "bytes\(Self.getAgain(file))"
    case .labelOutOfRange(let file, let record, let label, let allowed):
      "'\(file)', record \(record): label \(label) is not in "
        + "\(allowed.lowerBound) to \(allowed.upperBound); "
        + "the file is damaged or of another benchmark"
    case .contradictoryLabels(let file, let record, let fine, let stated, let expected):
      "'\(file)', record \(record): a \(fine) is of \(expected), but the file says \(stated); it is damaged"
    case .wrongLabelCount(let file, let labels, let images):
      "'\(file)' has \(labels) labels for \(images) images; one of the two is not whole"
    case .unreadableImage(let file, let reason):
      "cannot decode '\(file)': \(reason); --skip-unreadable leaves out such images"
    case .unusableImages(let place, let reasons, let canBeLeftOut, let areAll):
      "\(areAll ? "" : "at least ")\(reasons.count) images of '\(place)' cannot be used: "
        + Self.listing(reasons)
        + (canBeLeftOut ? "; --skip-unreadable leaves out what cannot be read" : "")
    case .wrongImageSize(let file, let width, let height, let expected):
      "'\(file)' is \(width) x \(height) pixels, expected \(expected) x \(expected)"
    case .fixedImageSize(let benchmark, let size):
      "the images of \(benchmark) are \(size) x \(size) pixels; leave out --image-size"
    case .imageSizeNeeded(let file, let width, let height):
      "'\(file)' is \(width) x \(height) pixels, not of the size of the others or not square; "
        + "say with --image-size to what all shall be cut"
    case .unknownClassFolder(let path, let benchmark, let nearest):
      "'\(path)' is not named after a class of \(benchmark)"
        + (nearest.map { "; did you mean '\($0)'?" } ?? "; there may be a folder level too many")
    case .wrongClassNames(let file, let expected, let found):
      "'\(file)' names other classes (\(found.joined(separator: ", "))) than "
        + "\(expected.joined(separator: ", ")); it is of another benchmark"
    case .incomplete(let benchmark, let path, let missing):
      "'\(path)' is not the whole of \(benchmark): \(Self.listing(missing)); "
        + "complete it, or accept it as it is with --partial"
    case .tooMany(let benchmark, let path, let surplus):
      "'\(path)' has more than \(benchmark): \(Self.listing(surplus)); remove what is not part of it"
    case .alreadyThere(let file, let difference, let dependents):
      "'\(file)' is there already and is kept: \(difference)\(dependents); --force replaces it, --to "
        + "names another file"
    case .unwritable(let file, let reason):
      "cannot write '\(file)': \(reason)"
    case .invalid(let file, let reason):
      "'\(file)' is not a valid benchmark file: \(reason); prepare it again"
    case .indexOutOfRange(let file, let index, let count):
      "'\(file)' has \(count) images, none of index \(index)"
    case .noImages(let file, let splits):
      "'\(file)' has no \(splits.map(\.name).joined(separator: " or ")) images; name another split"
    }
  }

  /// That a file could not be written, for the reason that an error of writing it gives.
  static func unwritable(_ file: String, because error: any Error) -> BenchmarkError {
    let reason =
      switch error {
      case let error as FileError: error.isFull ? "the disk is full" : error.reason
      case let error as HDF5Error where error.isFull: "the disk is full"
      case HDF5Error.callFailed(_, _, _, let reason): reason
      default: "\(error)"
      }
    return .unwritable(file: file, reason: reason)
  }

  /// Advice for a file that is downloaded; one's own is not got again.
  private static func getAgain(_ file: String) -> String {
    PublishedFile.isPublished(MemberPath.split(file).name) ? "; get it again" : ""
  }

  private static func listing(_ entries: [String]) -> String {
    let shown = 24
    return entries.prefix(shown).joined(separator: "; ")
      + (entries.count > shown ? " and \(entries.count - shown) more" : "")
  }
}
