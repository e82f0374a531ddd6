import Domain

/// The adapters that read original files, by the form that they read.
///
///     let registry = try AdapterRegistry.builtIn.adding([IDXAdapter.self])
///     registry[SourceForm("idx", hasRawPixels: true)]   // IDXAdapter
///
/// A program that brings a form of its own names its adapter in `SCLProgram.main(adapters:)`.
public struct AdapterRegistry: Sendable {
  /// The registry of the current task, which all look-ups use.
  @TaskLocal public static var current = AdapterRegistry.builtIn

  /// The adapters of the forms of `SourceForm`. A new one needs an entry here.
  public static let builtIn = AdapterRegistry([
    CIFARBinaryAdapter.self,
    CIFARPythonAdapter.self,
    STLBinaryAdapter.self,
    ClassFolderAdapter.self,
    SynsetFolderAdapter.self,
    TinyImageNetAdapter.self,
    OwnFolderAdapter.self,
  ])

  public let adapters: [any BenchmarkAdapter.Type]

  init(_ adapters: [any BenchmarkAdapter.Type]) {
    self.adapters = adapters
  }

  /// These adapters and more.
  /// - Throws: `DuplicateName` if two read a form of the same name.
  public func adding(
    _ more: [any BenchmarkAdapter.Type]
  ) throws(DuplicateName) -> AdapterRegistry {
    let all = adapters + more
    try DuplicateName.check(all.map { $0.form.name }, of: "form of original files")
    return AdapterRegistry(all)
  }

  /// The adapter of a form; nil if none is registered.
  public subscript(form: SourceForm) -> (any BenchmarkAdapter.Type)? {
    adapters.first { $0.form == form }
  }

  /// Refuses benchmarks whose original files nothing can read.
  /// - Throws: `BenchmarkError.noAdapter`, `.incompleteDefinition`.
  package func check(_ benchmarks: [BenchmarkDefinition]) throws(BenchmarkError) {
    for benchmark in benchmarks {
      for form in benchmark.sourceForms {
        guard let adapter = self[form] else {
          throw .noAdapter(benchmark: benchmark.name, form: form.name)
        }
        if let lack = adapter.lack(of: benchmark) {
          throw .incompleteDefinition(benchmark: benchmark.name, form: form.name, lack: lack)
        }
      }
    }
  }
}

extension BenchmarkDefinition {
  /// The adapters of its forms, the preferred first.
  var adapters: [any BenchmarkAdapter.Type] {
    sourceForms.compactMap { AdapterRegistry.current[$0] }
  }
}
