import Records

/// Images that a finished run was applied to: each with its cluster and the class of its cluster.
///
///     let list = NewImages(clusters, catalogue)
///     let text = NewImages.csvHeader + list.csv([.init(file: "a.jpg", cluster: 3, confidence: nil)])
package struct NewImages: Sendable {
  /// One of them.
  package struct Image: Hashable, Sendable {
    let file: String
    let cluster: Int32
    let confidence: Float?

    /// - Parameters:
    ///   - file: its name.
    ///   - cluster: 0..<K.
    ///   - confidence: the probability of the cluster; nil for methods that have none.
    package init(file: String, cluster: Int32, confidence: Float?) {
      self.file = file
      self.cluster = cluster
      self.confidence = confidence
    }
  }

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
    /// The probability of the cluster, 0...1, with four decimals; absent for methods that have none.
    let confidence: Double?
  }

  private func line(_ image: Image) -> Line {
    let place = Int(image.cluster)
    let label = matched.indices.contains(place) ? matched[place] : nil
    return Line(
      file: image.file, cluster: image.cluster, matched: label.map(catalogue.className),
      confidence: image.confidence.map { Double($0).fourDecimals })
  }

  /// The columns of `csv`.
  package static let csvHeader = "file,cluster,matched,confidence\n"

  /// A line of RFC 4180 for each image.
  package func csv(_ images: [Image]) -> String {
    images.map { image in
      let line = line(image)
      return "\(Escaping.csv(line.file)),\(line.cluster),\(Escaping.csv(line.matched ?? "")),"
        + "\(line.confidence.map { "\($0)" } ?? "")\n"
    }.joined()
  }

  /// The same images as JSON, an object per line.
  package func json(_ images: [Image]) -> String {
    images.map { JSONLines.line(line($0)) }.joined()
  }
}
