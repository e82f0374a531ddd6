/// Compares original files with the definition: the numbers of images, and published checksums.
struct CompletenessCheck {
  private let definition: BenchmarkDefinition
  private let path: String
  private let acceptsPartial: Bool

  /// - Parameter path: the folder or archive, for messages.
  init(_ definition: BenchmarkDefinition, _ path: String, _ options: PreparationOptions) {
    self.definition = definition
    self.path = path
    acceptsPartial = options.acceptsPartial
  }

  /// What is missing or different by name and number.
  /// - Throws: `BenchmarkError.tooMany`, and `.incomplete` unless that is accepted.
  func missing(in adapter: some BenchmarkAdapter) throws(BenchmarkError) -> [String] {
    func listing(_ entries: [InventoryEntry]) -> [String] {
      entries.map { "\($0.name): \($0.found) of \($0.expected)" }
    }
    let inventory = adapter.inventory
    let surplus = listing(inventory.filter { $0.found > $0.expected })
    if !surplus.isEmpty {
      throw .tooMany(benchmark: definition.name, path: path, surplus: surplus)
    }
    let missing = adapter.differences + listing(inventory.filter { $0.found < $0.expected })
    try accept(missing, unless: inventory.allSatisfy { $0.found == 0 })
    return missing
  }

  /// The files with the checksums that their publishers give.
  func compared(_ sources: [SourceFile]) -> [SourceFile] {
    sources.map { source in
      var source = source
      source.publishedMD5 = definition.publishedMD5(of: source.name)
      return source
    }
  }

  /// The files that are not the published ones. An archive that was packed anew is judged by its
  /// members where those have checksums.
  /// - Throws: `BenchmarkError.incomplete` unless differences are accepted.
  func differences(of sources: [SourceFile], missing: [String]) throws(BenchmarkError) -> [String] {
    let archives = Set(definition.publication?.files.map(\.name) ?? [])
    let members = sources.filter { !archives.contains($0.name) && $0.isAsPublished != nil }
    let differing =
      sources.filter { $0.isAsPublished == false }
      .filter { members.isEmpty || !archives.contains($0.name) }
      // A file that is too short was listed already.
      .filter { source in !missing.contains { $0.hasPrefix(source.name + ":") } }
    let differences = differing.map {
      "\($0.name): MD5 \($0.md5 ?? "-") instead of the published \($0.publishedMD5 ?? "-")"
    }
    try accept(differences, unless: false)
    return differences
  }

  private func accept(_ missing: [String], unless isHopeless: Bool) throws(BenchmarkError) {
    if isHopeless || (!missing.isEmpty && !acceptsPartial) {
      throw .incomplete(benchmark: definition.name, path: path, missing: missing)
    }
  }
}
