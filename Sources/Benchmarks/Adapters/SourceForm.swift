/// A form in which original files come. A new one is a case here and one file with its adapter.
enum SourceForm: String, Hashable, Sendable {
  /// CIFAR's "binary version": files of records of label bytes and 3,072 colour bytes.
  case cifarBinary = "cifar-binary"
  /// CIFAR's "python version": pickled dictionaries.
  case cifarPython = "cifar-python"
  /// STL-10's binary files: images column by column, labels in files of their own.
  case stlBinary = "stl-binary"
  /// Folders train/ and test/ with a folder of JPEG or PNG files for each class.
  case classFolders = "class-folders"
  /// ILSVRC-2012's training images: a folder or a tar archive for each synset.
  case synsetFolders = "synset-folders"
  /// CS231n's tree: train/SYNSET/images, val/ with its annotations.
  case tinyImageNet = "tiny-imagenet"
  /// A user's own folders, one for each class, whose names and number make the benchmark.
  case ownFolders = "folders"

  var adapter: any BenchmarkAdapter.Type {
    switch self {
    case .cifarBinary: CIFARBinaryAdapter.self
    case .cifarPython: CIFARPythonAdapter.self
    case .stlBinary: STLBinaryAdapter.self
    case .classFolders: ClassFolderAdapter.self
    case .synsetFolders: SynsetFolderAdapter.self
    case .tinyImageNet: TinyImageNetAdapter.self
    case .ownFolders: OwnFolderAdapter.self
    }
  }
}
