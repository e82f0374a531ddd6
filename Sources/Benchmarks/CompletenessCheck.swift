import Domain

/// Compares original files with the definition: the numbers of images, of files and of classes, and
/// published checksums.
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
    return try accepted(missing, isHopeless: inventory.allSatisfy { $0.found == 0 })
  }

  /// The files with the checksums that their publishers give. An archive of published bytes may have any
  /// name.
  func compared(_ sources: [SourceFile]) -> [SourceFile] {
    let published = Set(definition.publication?.files.map(\.md5) ?? [])
    return sources.map { source in
      var source = source
      source.publishedMD5 =
        source.md5.flatMap { published.contains($0) ? $0 : nil }
        ?? definition.publishedMD5(of: source.name)
      return source
    }
  }

  /// The classes, by split, that have other numbers of images than the definition's: some are labelled
  /// wrongly or there twice.
  func differences(
    of labels: ClassTally, _ fineLabels: ClassTally, in adapter: some BenchmarkAdapter
  ) -> [String] {
    // A superclass has the images of its fine classes.
    let isFine = !fineLabels.counts.isEmpty
    let names = isFine ? definition.fineClasses?.names ?? [] : adapter.classNames
    var differences: [String] = []
    for split in Split.allCases {
      let expected =
        isFine ? definition.imagesPerFineClass(in: split) : definition.imagesPerClass(in: split)
      guard let expected, let counts = (isFine ? fineLabels : labels).counts[split] else {
        continue
      }
      let files = adapter.inventory.filter { $0.split == split }
      // What files lack was listed already, and not by class where they hold several.
      let isWhole = files.allSatisfy { $0.found == $0.expected }
      for (name, found) in zip(names, counts)
      where found > expected || (isWhole && found < expected) {
        differences.append("\(split.name) images of \(name): \(found) of \(expected)")
      }
    }
    return differences
  }

  /// The files that are there under two names, and those that are not the published ones. An archive that
  /// was packed anew is judged by its members where those have checksums.
  func differences(of sources: [SourceFile], missing: [String]) -> [String] {
    let archives = Set(definition.publication?.files.map(\.name) ?? [])
    let members = sources.filter { !archives.contains($0.name) && $0.isAsPublished != nil }
    let differing =
      sources.filter { $0.isAsPublished == false }
      .filter { members.isEmpty || !archives.contains($0.name) }
      // A file that is too short was listed already.
      .filter { source in !missing.contains { $0.hasPrefix(source.name + ":") } }
    return doubles(among: sources)
      + differing.map {
        "\($0.name): MD5 \($0.md5 ?? "-") instead of the published \($0.publishedMD5 ?? "-")"
      }
  }

  private func doubles(among sources: [SourceFile]) -> [String] {
    // What a user's own folders hold is theirs to say.
    if definition.isOwn { return [] }
    var names: [String: String] = [:]
    return sources.compactMap { source in
      guard let first = names[source.sha256] else {
        names[source.sha256] = source.name
        return nil
      }
      return "\(source.name): the same bytes as \(first)"
    }
  }

  /// - Throws: `BenchmarkError.incomplete` unless there is nothing or it is accepted.
  func accepted(
    _ missing: [String], isHopeless: Bool = false
  ) throws(BenchmarkError) -> [String] {
    if isHopeless || (!missing.isEmpty && !acceptsPartial) {
      throw .incomplete(benchmark: definition.name, path: path, missing: missing)
    }
    return missing
  }
}
