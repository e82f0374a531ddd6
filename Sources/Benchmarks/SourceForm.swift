/// A form in which original files come. A new one is a case here and one file with its adapter.
enum SourceForm: String, Hashable, Sendable {
  /// CIFAR-10's "binary version": batch files of a label byte and 3,072 colour bytes a record.
  case cifarBinary = "cifar-binary"
  /// Folders train/ and test/ with a folder of JPEG or PNG files for each class.
  case classFolders = "class-folders"

  var adapter: any BenchmarkAdapter.Type {
    switch self {
    case .cifarBinary: CIFARBinaryAdapter.self
    case .classFolders: ClassFolderAdapter.self
    }
  }
}

/// Reads one form of original files, in two steps: `init` takes stock without decoding anything, and
/// `read` streams the images in their final order.
protocol BenchmarkAdapter {
  /// What the files look like, for a message: "data_batch_1.bin ... test_batch.bin".
  static func expectation(of definition: BenchmarkDefinition) -> String
  /// Whether `folder` holds files of this form.
  static func recognises(_ folder: String, as definition: BenchmarkDefinition) -> Bool

  init(definition: BenchmarkDefinition, folder: String) throws(BenchmarkError)

  /// The files or folders of a complete copy, with how many images are there.
  var inventory: [InventoryEntry] { get }

  /// Hands over all images block by block, and returns where they came from.
  func read(
    into receive: (ImageBlock) throws(BenchmarkError) -> Void
  ) throws(BenchmarkError) -> [SourceFile]
}

/// A file or folder of the original data and its number of images.
struct InventoryEntry {
  /// The path below the data's folder: "data_batch_1.bin", "train/cat".
  let name: String
  let split: Split
  let expected: Int
  let found: Int
}

/// Some images on their way into a benchmark file.
struct ImageBlock {
  let split: Split
  /// [count, H, W, 3].
  let pixels: [UInt8]
  let labels: [Int32]
}

/// An original file, or a folder of many small ones, as the benchmark file records it.
public struct SourceFile: Hashable, Sendable {
  /// The path below the data's folder.
  public let name: String
  /// Bytes; of a folder, those of all its files.
  public let size: Int64
  /// SHA-256 of the file. Of a folder: what `sha256sum * | sha256sum` prints in it (LC_ALL=C).
  public let sha256: String
}
