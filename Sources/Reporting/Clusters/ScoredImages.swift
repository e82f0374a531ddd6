import Domain
import Records

/// What a benchmark file says of its images and classes, as far as a list of assignments needs it.
package struct ImageCatalogue: Equatable, Sendable {
  /// The classes in the order of their labels; empty if they are not known.
  package var classNames: [String]
  /// The original name of each image of the file; empty if the file has none or is not at hand.
  package var fileNames: [String]
  /// The split of each image of the file; empty if the file is not at hand.
  package var splits: [Split]

  package init(classNames: [String] = [], fileNames: [String] = [], splits: [Split] = []) {
    self.classNames = classNames
    self.fileNames = fileNames
    self.splits = splits
  }

  /// The original name of an image and its split; nil where they are not known.
  func image(_ index: Int) -> (fileName: String?, split: Split?) {
    (
      fileNames.indices.contains(index) ? fileNames[index] : nil,
      splits.indices.contains(index) ? splits[index] : nil
    )
  }

  /// The class with this label: its name or, where that is not known, its number.
  package func className(_ label: Int32) -> String {
    classNames.indices.contains(Int(label)) ? classNames[Int(label)] : "\(label)"
  }
}

/// The scored images of a finished run: each with its cluster, its class and the class of its cluster.
///
///     let images = ScoredImages(of: record, assignments, clusters, catalogue)
///     let text = ScoredImages.csvHeader + images.csv(0..<images.count)
package struct ScoredImages: Sendable {
  private let record: RunRecord
  private let assignments: Assignments
  private let matched: [Int32?]
  private let catalogue: ImageCatalogue

  /// - Parameters:
  ///   - assignments: those of `record`.
  ///   - clusters: those of `assignments`.
  ///   - catalogue: what is known of the images; of images beyond its lists nothing is.
  package init(
    of record: RunRecord, _ assignments: Assignments, _ clusters: RunClusters,
    _ catalogue: ImageCatalogue
  ) {
    self.record = record
    self.assignments = assignments
    self.catalogue = catalogue
    matched = clusters.matchedClasses
  }

  /// The number of scored images.
  package var count: Int { assignments.indices.count }

  /// An image as JSON. What is not known is left out.
  private struct Line: Encodable {
    let benchmark: String
    let method: String
    let seed: UInt64
    /// The index in the benchmark file, from 0.
    let index: Int64
    let file: String?
    let split: String?
    let `class`: String?
    let cluster: Int32
    let matched: String?
    /// The probability of the cluster, 0...1, with four decimals.
    let confidence: Double?
  }

  /// What is known of an image.
  /// - Parameter place: in the assignments.
  private func line(_ place: Int) -> Line {
    let image = catalogue.image(Int(assignments.indices[place]))
    let (label, cluster) = (assignments.truth[place], assignments.predicted[place])
    return Line(
      benchmark: record.benchmark, method: record.method, seed: record.seed,
      index: assignments.indices[place],
      file: image.fileName, split: image.split?.name,
      class: label < 0 ? nil : catalogue.className(label), cluster: cluster,
      matched: matched[Int(cluster)].map(catalogue.className),
      confidence: (assignments.confidence?[place]).map { Double($0).fourDecimals })
  }

  /// The columns of `csv`.
  package static let csvHeader =
    "benchmark,method,seed,index,file,split,class,cluster,matched,confidence\n"

  /// Some of the images in the order of the benchmark file, a line of RFC 4180 each. What is not known is empty.
  package func csv(_ places: Range<Int>) -> String {
    let run = [record.benchmark, record.method].map(Escaping.csv).joined(separator: ",")
    return places.map { place in
      let line = line(place)
      let texts = [line.file, line.split, line.class].map { Escaping.csv($0 ?? "") }
      return "\(run),\(line.seed),\(line.index),\(texts.joined(separator: ",")),\(line.cluster),"
        + "\(Escaping.csv(line.matched ?? "")),\(line.confidence.map { "\($0)" } ?? "")\n"
    }.joined()
  }

  /// The same images as JSON, an object per line.
  package func json(_ places: Range<Int>) -> String {
    places.map { JSONLines.line(line($0)) }.joined()
  }
}
