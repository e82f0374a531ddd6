import Domain

extension SourceForm {
  /// The adapter that reads files of this form.
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
