/// What a user can ask of a preparation.
public struct PreparationOptions: Sendable {
  /// Accept fewer or other images than the definition's, and record that.
  public var acceptsPartial = false
  /// The side in pixels to which images of any size are cut; nil for the definition's.
  public var imageSize: Int?
  /// Leave out the images without labels.
  public var omitsUnlabelled = false
  /// Take a user's own images without classes, whatever folders they lie in.
  public var ignoresClasses = false
  /// Leave out images that cannot be decoded, and record which.
  public var skipsUnreadable = false
  /// Keep a benchmark file that is there already unless it has the same content.
  public var keepsExisting = false

  public init() {}
}

extension BenchmarkDefinition {
  /// What a file of a user's own images says that its benchmark is.
  public init(_ info: BenchmarkInfo) {
    self.init(
      info.benchmark, title: info.benchmark, classNames: info.classNames,
      imageSize: info.imageSize, counts: info.expectedCounts, sourceForms: [.ownFolders])
  }

  /// What is known of a benchmark of a user's own without its file. Which splits the images are in is not,
  /// so they count as training images, which most are.
  public init(ownNamed name: String, imageSize: Int, images: Int) {
    self.init(
      name, title: name, imageSize: imageSize, counts: SplitCounts(train: images),
      sourceForms: [.ownFolders])
  }

  /// The definition with the classes of a file, which may be fewer where the files name them.
  public func with(classesOf info: BenchmarkInfo) -> BenchmarkDefinition {
    guard classNames.isEmpty, classCount != info.classNames.count else { return self }
    return copy(classCount: info.classNames.count)
  }

  private func copy(
    classCount: Int? = nil, storedSize: Int? = nil, counts: SplitCounts? = nil
  ) -> BenchmarkDefinition {
    BenchmarkDefinition(
      name, title: title, classNames: classNames, classCount: classCount ?? self.classCount,
      fineClasses: fineClasses, synsets: synsets, imageSize: imageSize,
      storedSize: storedSize ?? self.storedSize, cutsImages: cutsImages,
      counts: counts ?? self.counts, extraCounts: extraCounts, miniatureOf: miniatureOf,
      drawnLayout: drawnLayout, sourceForms: sourceForms)
  }

  /// The definition with what the user chose of it.
  /// - Throws: `BenchmarkError.fixedImageSize` where the images have one size.
  func choosing(_ options: PreparationOptions) throws(BenchmarkError) -> BenchmarkDefinition {
    var counts = counts
    if options.omitsUnlabelled { counts.unlabelled = 0 }
    if let size = options.imageSize, size != storedSize, !cutsImages {
      throw .fixedImageSize(benchmark: name, size: storedSize)
    }
    return copy(storedSize: options.imageSize, counts: counts)
  }

  /// The MD5 that is published for an original file of this name.
  func publishedMD5(of file: String) -> String? {
    let name = MemberPath.split(file).name
    for published in publication?.files ?? [] {
      if published.name == name { return published.md5 }
      if let member = published.members.first(where: { $0.name == name }) { return member.md5 }
    }
    return nil
  }
}
