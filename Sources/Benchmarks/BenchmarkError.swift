import Core
import Domain
import HDF5

/// The reason why a benchmark could not be prepared or read. Each description is one line that
/// says what is wrong, where, and what to do.
///
/// Records and images are numbered from 0. Paths include the archive that a file is in.
///
///     guard bytes[2] == 8 else {
///       throw .damaged(file: stream.name, reason: "its values are not bytes")
///     }
public enum BenchmarkError: Error, Hashable, Sendable {
  // Requests
  /// No benchmark of this name is registered; `nearest` is the likely one, if any.
  case unknownBenchmark(name: String, nearest: String?)
  /// A name that a benchmark of a user's own images cannot have.
  case invalidName(String, reason: String)
  /// The program can draw only rehearsals.
  case notRehearsal(benchmark: String)
  /// The path does not exist.
  case missing(path: String)
  /// A benchmark names a form of original files that no registered adapter reads.
  case noAdapter(benchmark: String, form: String)
  /// The definition of a benchmark lacks what a form of its original files needs.
  case incompleteDefinition(benchmark: String, form: String, lack: String)
  /// The path contains no supported form of the benchmark.
  case unrecognised(path: String, benchmark: String, reason: String)

  // Original files
  /// The file does not exist or cannot be read.
  case unreadable(file: String, reason: String)
  /// The file has invalid contents.
  case damaged(file: String, reason: String)
  /// The file has no bytes, as after a failed download.
  case emptyFile(file: String)
  /// Sizes in bytes.
  case tooLarge(file: String, size: Int, limit: Int)
  /// An archive member that could refer to files outside the archive, or that a listing cannot
  /// hold.
  case unsafeMember(archive: String, member: String, reason: String)
  /// The file ends `bytesLeft` bytes into record `record` (counted from 0).
  case brokenRecord(file: String, record: Int, bytesLeft: Int, recordSize: Int)
  /// A label that no class has.
  case labelOutOfRange(file: String, record: Int, label: Int, allowed: ClosedRange<Int>)
  /// A record whose superclass does not match its fine label.
  case contradictoryLabels(
    file: String, record: Int, fine: String, stated: String, expected: String)
  /// A file of labels, or a list, does not have one label per image.
  case wrongLabelCount(file: String, labels: Int, images: Int)
  /// An image that cannot be decoded.
  case unreadableImage(file: String, reason: String)
  /// Several images of a folder or archive, each with its path and reason.
  /// - `canBeLeftOut`: whether some are unreadable, so that `--skip-unreadable` helps.
  /// - `areAll`: false if reading stopped because there were too many.
  case unusableImages(place: String, reasons: [String], canBeLeftOut: Bool, areAll: Bool)
  /// Unreadable images are to be left out, but these classes of a user's own images would have none left.
  case unreadableClasses(path: String, classes: [String])
  /// An image of a benchmark with a fixed size has another one; `expected` is the side in
  /// pixels.
  case wrongImageSize(file: String, width: Int, height: Int, expected: Int)
  /// A size was requested, but the images of this benchmark have a fixed one.
  case fixedImageSize(benchmark: String, size: Int)
  /// A user's own images have different sizes or are not square, and no size was requested.
  case imageSizeNeeded(file: String, width: Int, height: Int)
  /// A folder is not named after a class of the benchmark.
  case unknownClassFolder(path: String, benchmark: String, nearest: String?)
  /// A list of class names is that of another benchmark.
  case wrongClassNames(file: String, expected: [String], found: [String])
  /// Missing or different images; `missing` describes them by file or class.
  case incomplete(benchmark: String, path: String, missing: [String])
  /// More images than the definition has; `surplus` states the numbers by file or class.
  case tooMany(benchmark: String, path: String, surplus: [String])

  // Benchmark files
  /// An adapter delivered other images than it announced, or contradictory ones.
  case wrongAdapter(form: String, reason: String)
  /// A file with different content exists; `dependents` describes the runs that used it.
  case alreadyThere(file: String, difference: String, dependents: String)
  /// A file could not be written, for the operating system's reason.
  case unwritable(file: String, reason: String)
  /// The file is not a consistent benchmark file.
  case invalid(file: String, reason: String)
  /// An image with this index does not exist.
  case indexOutOfRange(file: String, index: Int, count: Int)
  /// The file has no images of the requested splits.
  case noImages(file: String, splits: [Split])
}

extension BenchmarkError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownBenchmark(let name, let nearest):
      "unknown benchmark '\(name)'"
        + (nearest.map { "; did you mean '\($0)'?" }
          ?? "; known are \(BenchmarkDefinition.all.map(\.name).joined(separator: ", "))")
    case .invalidName(let name, let reason):
      "'\(name)' cannot be the name of your benchmark: \(reason)"
    case .notRehearsal(let benchmark):
      "\(benchmark) is not a rehearsal; give its original files with --from"
    case .missing(let path):
      "'\(path)' does not exist; give the folder or archive with the original files"
    case .noAdapter(let benchmark, let form):
      "no adapter reads '\(form)', the form of the original files of \(benchmark); register one"
    case .incompleteDefinition(let benchmark, let form, let lack):
      "the definition of \(benchmark) lacks the \(lack), which original files of the form '\(form)' need"
    case .unrecognised(let path, let benchmark, let reason):
      "'\(path)' is not a supported form of \(benchmark): \(reason)"
    case .unreadable(let file, let reason), .damaged(let file, let reason):
      "cannot read '\(file)': \(reason)"
    case .emptyFile(let file):
      "'\(file)' is empty\(Self.getAgain(file))"
    case .tooLarge(let file, let size, let limit):
      "'\(file)' has \(size) bytes, more than the limit of \(limit)\(Self.getAgain(file))"
    case .unsafeMember(let archive, let member, let reason):
      "'\(archive)' has an unsafe member '\(member)': \(reason)"
    case .brokenRecord(let file, let record, let bytesLeft, let recordSize):
      "'\(file)' is truncated in record \(record), after \(bytesLeft) of \(recordSize) "
        + "bytes\(Self.getAgain(file))"
    case .labelOutOfRange(let file, let record, let label, let allowed):
      "'\(file)', record \(record): label \(label) is out of range "
        + "(\(allowed.lowerBound) to \(allowed.upperBound)); "
        + "the file is damaged or belongs to another benchmark"
    case .contradictoryLabels(let file, let record, let fine, let stated, let expected):
      "'\(file)', record \(record): \(fine) belongs to \(expected), but the file says \(stated); it is damaged"
    case .wrongLabelCount(let file, let labels, let images):
      "'\(file)' has \(labels) labels for \(images) images; labels or images are incomplete"
    case .unreadableImage(let file, let reason):
      "cannot decode '\(file)': \(reason); leave out such images with --skip-unreadable"
    case .unusableImages(let place, let reasons, let canBeLeftOut, let areAll):
      "\(areAll ? "" : "at least ")\(reasons.count) images of '\(place)' cannot be used: "
        + Self.listing(reasons)
        + (canBeLeftOut ? "; leave out unreadable images with --skip-unreadable" : "")
    case .unreadableClasses(let path, let classes):
      "no image of \(classes.map { "'\($0)'" }.joined(separator: ", ")) in '\(path)' can be read; repair the images, "
        + "or remove the \(classes.count == 1 ? "folder" : "folders") to prepare the other classes"
    case .wrongImageSize(let file, let width, let height, let expected):
      "'\(file)' is \(width) x \(height) pixels, expected \(expected) x \(expected)"
    case .fixedImageSize(let benchmark, let size):
      "the images of \(benchmark) are \(size) x \(size) pixels and cannot be resized; omit --image-size"
    case .imageSizeNeeded(let file, let width, let height):
      "'\(file)' is \(width) x \(height) pixels, which differs from other images or is not square; "
        + "choose a common size with --image-size"
    case .unknownClassFolder(let path, let benchmark, let nearest):
      "'\(path)' is not named after a class of \(benchmark)"
        + (nearest.map { "; did you mean '\($0)'?" } ?? "; there may be an extra folder level")
    case .wrongClassNames(let file, let expected, let found):
      "'\(file)' lists the classes \(found.joined(separator: ", ")), expected "
        + "\(expected.joined(separator: ", ")); it belongs to another benchmark"
    case .incomplete(let benchmark, let path, let missing):
      "'\(path)' is not a complete copy of \(benchmark): \(Self.listing(missing)); "
        + "complete it, or accept it with --partial"
    case .tooMany(let benchmark, let path, let surplus):
      "'\(path)' has more images than \(benchmark): \(Self.listing(surplus)); remove the others"
    case .wrongAdapter(let form, let reason):
      "the adapter of '\(form)' is wrong: \(reason)"
    case .alreadyThere(let file, let difference, let dependents):
      "'\(file)' exists and differs: \(difference)\(dependents); replace it with --force, or write to "
        + "another file with --to"
    case .unwritable(let file, let reason):
      "cannot write '\(file)': \(reason)"
    case .invalid(let file, let reason):
      "'\(file)' is not a valid benchmark file: \(reason); prepare it again"
    case .indexOutOfRange(let file, let index, let count):
      "'\(file)' has \(count) images, index \(index) is out of range"
    case .noImages(let file, let splits):
      "'\(file)' has no \(splits.map(\.name).joined(separator: " or ")) images; choose another split"
    }
  }

  /// The error for a file that could not be written because of another error.
  static func unwritable(_ file: String, because error: any Error) -> BenchmarkError {
    let reason =
      switch error {
      case let error as FileError: error.isFull ? "the disk is full" : error.reason
      case let error as HDF5Error where error.isFull: "the disk is full"
      case HDF5Error.unwritable(_, let reason), HDF5Error.callFailed(_, _, _, let reason): reason
      default: "\(error)"
      }
    return .unwritable(file: file, reason: reason)
  }

  /// Advice for published files; a user's own files cannot be downloaded again.
  private static func getAgain(_ file: String) -> String {
    PublishedFile.isPublished(MemberPath.split(file).name) ? "; download it again" : ""
  }

  /// The first entries, separated by semicolons, and the number of the others.
  private static func listing(_ entries: [String]) -> String {
    let shown = 24
    return entries.prefix(shown).joined(separator: "; ")
      + (entries.count > shown ? " and \(entries.count - shown) more" : "")
  }
}
