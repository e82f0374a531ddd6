import Records

/// Images that a finished run was applied to: each with its cluster and the class of its cluster.
///
///     let list = NewImages(clusters, catalogue)
///     let text = NewImages.csvHeader + list.csv([(file: "a.jpg", cluster: 3)])
package struct NewImages: Sendable {
  private let matched: [Int32?]
  private let catalogue: ImageCatalogue

  /// - Parameters:
  ///   - clusters: those of the run's own images.
  ///   - catalogue: the names of the classes.
  package init(_ clusters: RunClusters, _ catalogue: ImageCatalogue) {
    matched = clusters.matchedClasses
    self.catalogue = catalogue
  }

  /// An image as JSON.
  private struct Line: Encodable {
    let file: String
    let cluster: Int32
    /// Absent if the cluster is matched to no class.
    let matched: String?
  }

  private func line(_ image: (file: String, cluster: Int32)) -> Line {
    let place = Int(image.cluster)
    let label = matched.indices.contains(place) ? matched[place] : nil
    return Line(
      file: image.file, cluster: image.cluster, matched: label.map(catalogue.className))
  }

  /// The columns of `csv`.
  package static let csvHeader = "file,cluster,matched\n"

  /// A line of RFC 4180 for each image.
  package func csv(_ images: [(file: String, cluster: Int32)]) -> String {
    images.map { image in
      let line = line(image)
      return "\(Escaping.csv(line.file)),\(line.cluster),\(Escaping.csv(line.matched ?? ""))\n"
    }.joined()
  }

  /// The same images as JSON, an object per line.
  package func json(_ images: [(file: String, cluster: Int32)]) -> String {
    images.map { JSONLines.line(line($0)) }.joined()
  }
}
