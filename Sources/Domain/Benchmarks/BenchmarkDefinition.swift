/// A data set with the protocol of its published scores: its classes, its splits, and the
/// number and size of its images.
///
///     let definition = BenchmarkDefinition.cifar10
///     definition.classCount            // 10
///     definition.counts[.train]        // 50000
///     definition.imagesPerClass(in: .test)  // 1000
///
/// A new benchmark takes its definition and, if its original files have a new form, a `SourceForm`
/// with its adapter. `BenchmarkRegistry` shows how a program of another package registers one.
public struct BenchmarkDefinition: Hashable, Sendable {
  /// The name in commands, experiment files and folders: "cifar10".
  public let name: String
  /// The name in messages: "CIFAR-100".
  public let title: String
  /// The heading of its columns in tables: "CIFAR-100 (20)".
  public let heading: String
  /// The classes in the order of their labels; empty where the original files name them.
  public let classNames: [String]
  /// The number of classes; also the number of clusters unless an experiment asks for another.
  public let classCount: Int
  /// The finer classes that make up the classes, if the original files label them.
  public let fineClasses: FineClasses?
  /// The names of the class folders in the original files, if they differ from `classNames`:
  /// ImageNet's synsets. In the order of the labels.
  public let synsets: [String]
  /// The side of the square images in an experiment in pixels, unless the experiment sets
  /// another.
  public let imageSize: Int
  /// The side in pixels of the images in a benchmark file. An experiment cuts smaller images
  /// from their centre.
  public let storedSize: Int
  /// Whether the original images are photographs of any size, from which squares are cut.
  public let cutsImages: Bool
  /// The number of images of a complete copy. All classes have equally many in a split, except
  /// in a user's own benchmarks.
  public let counts: SplitCounts
  /// Images of the original files that are not part of the benchmark, such as Tiny-ImageNet's
  /// validation images. A copy is complete without them, and an experiment uses them only if it
  /// names their split alone.
  public let extraCounts: SplitCounts
  /// The name of the benchmark that this one rehearses: the program generates the images and
  /// writes them in the layout of that benchmark's original files. Nil for real images.
  public let rehearsalOf: String?
  /// The forms of original files that can be read, the preferred first.
  public let sourceForms: [SourceForm]
  /// Where the original files come from; nil for rehearsals and a user's own images.
  public let publication: Publication?

  /// Each argument sets the property of its name. Without `heading` the title is taken, without
  /// `classCount` the number of `classNames`, and without `storedSize` the `imageSize`.
  public init(
    _ name: String, title: String, heading: String? = nil, classNames: [String] = [],
    classCount: Int? = nil, fineClasses: FineClasses? = nil, synsets: [String] = [],
    imageSize: Int, storedSize: Int? = nil, cutsImages: Bool = false, counts: SplitCounts,
    extraCounts: SplitCounts = SplitCounts(), rehearsalOf: String? = nil,
    sourceForms: [SourceForm], publication: Publication? = nil
  ) {
    self.name = name
    self.title = title
    self.heading = heading ?? title
    self.classNames = classNames
    self.classCount = classCount ?? classNames.count
    self.fineClasses = fineClasses
    self.synsets = synsets
    self.imageSize = imageSize
    self.storedSize = storedSize ?? imageSize
    self.cutsImages = cutsImages
    self.counts = counts
    self.extraCounts = extraCounts
    self.rehearsalOf = rehearsalOf
    self.sourceForms = sourceForms
    self.publication = publication
  }

  /// The definition of a benchmark of a user's own, as far as it is known without its file.
  ///
  /// The splits of its images are not known. They count as training images, which most are.
  /// - Parameters:
  ///   - name: the name in experiment files, which is the title too.
  ///   - imageSize: the side of the images in pixels.
  ///   - images: their number.
  public init(ownNamed name: String, imageSize: Int, images: Int) {
    self.init(
      name, title: name, imageSize: imageSize, counts: SplitCounts(train: images),
      sourceForms: [.ownFolders])
  }

  /// Whether it consists of a user's own images, so that its file alone defines it.
  public var isOwn: Bool { sourceForms == [.ownFolders] }

  /// Whether the program generates the images.
  public var isRehearsal: Bool { rehearsalOf != nil }

  /// Whether the published images are raw pixels, so that JPEG files of them have lost some detail.
  public var hasRawOriginals: Bool { sourceForms.contains { $0.hasRawPixels } }

  /// The number of images of each class in a split of a complete copy, extra images included;
  /// nil if the split has no labels, or for a user's own benchmark, whose classes differ in
  /// size.
  package func imagesPerClass(in split: Split) -> Int? {
    imagesPerClass(in: split, of: classCount)
  }

  /// The number of images of each fine class in a split of a complete copy; nil without fine
  /// classes.
  package func imagesPerFineClass(in split: Split) -> Int? {
    fineClasses.flatMap { imagesPerClass(in: split, of: $0.names.count) }
  }

  private func imagesPerClass(in split: Split, of classes: Int) -> Int? {
    guard !isOwn, split != .unlabelled else { return nil }
    return (counts[split] + extraCounts[split]) / classes
  }

  /// The same benchmark with some of its properties replaced.
  package func with(
    classCount: Int? = nil, storedSize: Int? = nil, counts: SplitCounts? = nil
  ) -> BenchmarkDefinition {
    BenchmarkDefinition(
      name, title: title, heading: heading, classNames: classNames,
      classCount: classCount ?? self.classCount, fineClasses: fineClasses, synsets: synsets,
      imageSize: imageSize, storedSize: storedSize ?? self.storedSize, cutsImages: cutsImages,
      counts: counts ?? self.counts, extraCounts: extraCounts, rehearsalOf: rehearsalOf,
      sourceForms: sourceForms, publication: publication)
  }
}

/// Classes that are merged into a benchmark's classes: CIFAR-100's 100, which make 20
/// superclasses.
///
///     FineClasses(names: ["oak", "maple", "car"], superclasses: [0, 0, 1])   // trees and a vehicle
public struct FineClasses: Hashable, Sendable {
  /// In the order of the fine labels.
  public let names: [String]
  /// For each fine class, the label of the class that it belongs to.
  public let superclasses: [Int]

  public init(names: [String], superclasses: [Int]) {
    self.names = names
    self.superclasses = superclasses
  }
}

/// A form in which original files come, such as CIFAR's binary records.
///
///     extension SourceForm {
///       static let idx = SourceForm("idx", hasRawPixels: true)
///     }
///
/// Every form has an adapter, which is registered by its form (`AdapterRegistry` of the module
/// Benchmarks).
public struct SourceForm: Hashable, Sendable {
  /// The name in benchmark files (`source_format`): "cifar-binary".
  public let name: String
  /// Whether the files hold raw pixels, so that JPEG files of the same images have lost some
  /// detail.
  public let hasRawPixels: Bool

  public init(_ name: String, hasRawPixels: Bool = false) {
    self.name = name
    self.hasRawPixels = hasRawPixels
  }

  /// CIFAR's "binary version": files of records, each one or two label bytes and 3,072 colour
  /// bytes.
  public static let cifarBinary = SourceForm("cifar-binary", hasRawPixels: true)
  /// CIFAR's "python version": pickled dictionaries.
  public static let cifarPython = SourceForm("cifar-python", hasRawPixels: true)
  /// STL-10's binary files: images stored column by column, and labels in separate files.
  public static let stlBinary = SourceForm("stl-binary", hasRawPixels: true)
  /// Folders train/ and test/ with a folder of JPEG or PNG files for each class.
  public static let classFolders = SourceForm("class-folders")
  /// ILSVRC-2012's training images: a folder or a tar archive for each synset.
  public static let synsetFolders = SourceForm("synset-folders")
  /// CS231n's tree: train/SYNSET/images, and val/ with its annotations.
  public static let tinyImageNet = SourceForm("tiny-imagenet")
  /// A user's own folders, one for each class; their names and number make the benchmark.
  package static let ownFolders = SourceForm("folders")
}
