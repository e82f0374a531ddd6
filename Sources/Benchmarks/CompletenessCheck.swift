import Domain

/// Compares original files with the definition: numbers of images per file and class, and
/// published checksums.
///
/// A partial copy would give other scores without anyone noticing, so it is refused unless the
/// user accepts it. Then the benchmark file says that it is incomplete.
struct CompletenessCheck {
  private let definition: BenchmarkDefinition
  private let path: String
  /// Whether the user accepts what is missing or different.
  private let acceptsPartial: Bool

  /// - Parameter path: the folder or archive, for messages.
  init(_ definition: BenchmarkDefinition, _ path: String, _ options: PreparationOptions) {
    self.definition = definition
    self.path = path
    acceptsPartial = options.acceptsPartial
  }

  /// Missing and different files: "data_batch_2.bin: 1017 of 10000".
  /// - Throws: `BenchmarkError.tooMany` for surplus images; `.incomplete` unless missing ones
  ///   are accepted, and always if there are no images at all.
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

  /// The files with their published checksums. Published archives are recognised by their MD5
  /// under any name.
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

  /// Classes with wrong numbers of images. The published splits are balanced, so a class with
  /// more or fewer means wrong labels or duplicates.
  /// - Parameters:
  ///   - labels: the images read, by class.
  ///   - fineLabels: the same by fine class; empty if the benchmark has none.
  func differences(
    of labels: ClassTally, _ fineLabels: ClassTally, in adapter: some BenchmarkAdapter
  ) -> [String] {
    // Superclasses consist of fine classes.
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
      // Incomplete files are already listed.
      let isWhole = files.allSatisfy { $0.found == $0.expected }
      for (name, found) in zip(names, counts)
      where found > expected || (isWhole && found < expected) {
        differences.append("\(split.name) images of \(name): \(found) of \(expected)")
      }
    }
    return differences
  }

  /// Duplicate files and files that differ from the published ones. Repacked archives are
  /// judged by their members if those have published checksums.
  /// - Parameter missing: what is already known to be missing; incomplete files are not listed
  ///   again.
  func differences(of sources: [SourceFile], missing: [String]) -> [String] {
    let archives = Set(definition.publication?.files.map(\.name) ?? [])
    let members = sources.filter { !archives.contains($0.name) && $0.isAsPublished != nil }
    let differing =
      sources.filter { $0.isAsPublished == false }
      .filter { members.isEmpty || !archives.contains($0.name) }
      // Incomplete files are already listed.
      .filter { source in !missing.contains { $0.hasPrefix(source.name + ":") } }
    return doubles(among: sources)
      + differing.map {
        "\($0.name): MD5 \($0.md5 ?? "-"), published \($0.publishedMD5 ?? "-")"
      }
  }

  /// Files with the same SHA-256: one of them was copied over another.
  private func doubles(among sources: [SourceFile]) -> [String] {
    // A user's own folders may contain duplicates.
    if definition.isOwn { return [] }
    var names: [String: String] = [:]
    return sources.compactMap { source in
      guard let first = names[source.sha256] else {
        names[source.sha256] = source.name
        return nil
      }
      return "\(source.name): identical to \(first)"
    }
  }

  /// The missing files, if there are none or they are accepted.
  /// - Parameter isHopeless: whether nothing is there, which is never accepted.
  /// - Throws: `BenchmarkError.incomplete` otherwise.
  func accepted(
    _ missing: [String], isHopeless: Bool = false
  ) throws(BenchmarkError) -> [String] {
    if isHopeless || (!missing.isEmpty && !acceptsPartial) {
      throw .incomplete(benchmark: definition.name, path: path, missing: missing)
    }
    return missing
  }
}

/// Counts images by split and class.
struct ClassTally {
  private let classCount: Int
  /// `counts[split]?[label]`, for splits with labelled images.
  private(set) var counts: [Split: [Int]] = [:]

  init(classCount: Int) {
    self.classCount = classCount
  }

  /// Adds the images of a split. Label -1 means unlabelled; other labels must be below the
  /// number of classes.
  mutating func add(_ labels: some Sequence<Int32>, in split: Split) {
    for label in labels where label >= 0 {
      counts[split, default: Array(repeating: 0, count: classCount)][Int(label)] += 1
    }
  }
}
