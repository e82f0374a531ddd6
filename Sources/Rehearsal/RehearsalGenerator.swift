import Benchmarks
import Core
import Domain
import Foundation

/// The layout in which a rehearsal's original files are written. Together they cover the
/// published forms, as folders and as archives.
enum RehearsalLayout: Hashable, Sendable {
  /// A folder of CIFAR-10's binary version.
  case cifarBinary
  /// cifar-10-python.tar.gz.
  case cifar10PythonArchive
  /// cifar-100-binary.tar.gz.
  case cifar100BinaryArchive
  /// A folder of STL-10's binary files.
  case stlBinary
  /// A folder for each synset, with JPEGs of several kinds.
  case synsetFolders
  /// ILSVRC2012_img_train.tar, which holds a tar archive for each synset.
  case synsetArchives
  /// tiny-imagenet-200.zip.
  case tinyImageNetArchive

  /// The layout of a rehearsal; nil for other benchmarks.
  init?(of definition: BenchmarkDefinition) {
    switch definition {
    case .rehearsal: self = .cifarBinary
    case .rehearsalCIFAR10: self = .cifar10PythonArchive
    case .rehearsalCIFAR100: self = .cifar100BinaryArchive
    case .rehearsalSTL10: self = .stlBinary
    case .rehearsalImageNet10: self = .synsetFolders
    case .rehearsalImageNetDogs: self = .synsetArchives
    case .rehearsalTinyImageNet: self = .tinyImageNetArchive
    default: return nil
    }
  }
}

extension BenchmarkDefinition {
  /// The shape of each of a rehearsal's finest classes, in the order of their labels. The
  /// definition of Tiny-ImageNet's rehearsal names no classes; they take the first shapes.
  fileprivate var shapes: [RehearsalShape] {
    let names = fineClasses?.names ?? classNames
    return names.isEmpty
      ? Array(RehearsalShape.allCases.prefix(classCount)) : names.compactMap(RehearsalShape.init)
  }
}

/// Writes the original files of the rehearsals.
///
///     let originals = try RehearsalGenerator().write(.rehearsal, to: "data/originals/rehearsal")
///     let summary = try BenchmarkPreparation.prepare(
///       .rehearsal, from: originals, to: "data/rehearsal.h5")
///
/// The same seed gives the same bytes. Every file in CIFAR's or STL-10's layout has equal
/// numbers of images of each class, in random order.
package struct RehearsalGenerator: Sendable {
  /// The seed of the images behind the documented results. Another one gives other images of
  /// the same kind.
  package static let defaultSeed: UInt64 = 2_020

  /// Determines all images.
  private let seed: UInt64

  /// - Parameter seed: determines all images.
  package init(seed: UInt64 = defaultSeed) {
    self.seed = seed
  }

  /// Writes a rehearsal's original files in the layout of the benchmark that it rehearses.
  /// - Parameters:
  ///   - definition: one of `BenchmarkDefinition.rehearsals`.
  ///   - folder: the target folder; created if missing.
  ///   - unpacked: whether to write the files to a folder instead of an archive.
  /// - Returns: the folder or archive to prepare the benchmark from.
  /// - Throws: `BenchmarkError.notRehearsal` or `.unwritable`.
  @discardableResult
  package func write(
    _ definition: BenchmarkDefinition = .rehearsal, to folder: String, unpacked: Bool = false
  ) throws(BenchmarkError) -> String {
    guard let layout = RehearsalLayout(of: definition) else {
      throw .notRehearsal(benchmark: definition.name)
    }
    let number = BenchmarkDefinition.rehearsals.firstIndex(of: definition) ?? 0
    let series = RehearsalSeries(
      seed: seed, number: number, shapes: definition.shapes)
    let cifar = CIFAROriginals(definition: definition, series: series)
    let photographs = PhotographOriginals(series: series)
    switch layout {
    case .cifarBinary: return try write(cifar.binaryFiles(), to: folder)
    case .cifar10PythonArchive:
      return try write(
        cifar.pickles(), in: "cifar-10-batches-py", as: .gzippedTar,
        to: folder + "/cifar-10-python.tar.gz", unpacked: unpacked)
    case .cifar100BinaryArchive:
      return try write(
        cifar.binaryFiles(), in: "cifar-100-binary", as: .gzippedTar,
        to: folder + "/cifar-100-binary.tar.gz", unpacked: unpacked)
    case .stlBinary:
      let originals = STLOriginals(definition: definition, series: series)
      return try write(originals.files(), to: folder + "/stl10_binary")
    case .synsetFolders, .synsetArchives:
      let synsets = try photographs.synsetFiles(definition)
      if layout == .synsetFolders || unpacked {
        return try write(synsets.flatMap(\.self), to: folder + "/train")
      }
      let file = folder + "/ILSVRC2012_img_train.tar"
      var archives: [OriginalFile] = []
      for (synset, files) in zip(definition.synsets, synsets) {
        // In these archives the images are at the top level.
        let images = files.map {
          OriginalFile(String($0.path.dropFirst(synset.count + 1)), $0.bytes)
        }
        archives.append(
          OriginalFile(
            "\(synset).tar", try ArchiveWriter.archive(images, as: .tar, file: file)))
      }
      return try write(archives, as: .tar, to: file)
    case .tinyImageNetArchive:
      return try write(
        try photographs.tinyImageNetFiles(definition), in: "tiny-imagenet-200", as: .zip,
        to: folder + "/tiny-imagenet-200.zip", unpacked: unpacked)
    }
  }

  /// Writes files to a folder.
  /// - Returns: the folder.
  private func write(
    _ files: [OriginalFile], to folder: String
  ) throws(BenchmarkError) -> String {
    for file in files { try write(file.bytes, to: "\(folder)/\(file.path)") }
    return folder
  }

  /// Writes files to an archive or, if `unpacked`, to the folder that unpacking it would
  /// create.
  /// - Parameters:
  ///   - folder: the folder within the archive; "" for its root.
  ///   - archive: the path of the archive.
  /// - Returns: the archive or the folder.
  private func write(
    _ files: [OriginalFile], in folder: String = "", as format: ArchiveWriter.Format,
    to archive: String, unpacked: Bool = false
  ) throws(BenchmarkError) -> String {
    if unpacked {
      let place = URL(fileURLWithPath: archive).deletingLastPathComponent().path
      return try write(files, to: folder.isEmpty ? place : "\(place)/\(folder)")
    }
    try write(
      ArchiveWriter.archive(files, in: folder, as: format, file: archive), to: archive)
    return archive
  }

  /// Writes one file atomically and creates its folder.
  /// - Throws: `BenchmarkError.unwritable`.
  private func write(_ bytes: [UInt8], to file: String) throws(BenchmarkError) {
    do {
      // The files can be created again.
      try AtomicFile.write(Data(bytes), to: file, durable: false)
    } catch {
      throw .unwritable(file: file, reason: "\(error)")
    }
  }
}
