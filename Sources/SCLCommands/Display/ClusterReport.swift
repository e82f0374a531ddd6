import Core
import Metrics
import Records
import Reporting

/// The clusters of a finished run, as text or JSON: sizes, classes, purity and matched classes.
///
///     let report = ClusterReport(run, clusters, catalogue, silhouette: nil, pictures: nil)
///     report.printText()
///
/// Shares are per cent: with one decimal in text, with four in JSON. Shares of classes are of the images of the cluster
/// that have a class, shares of clusters of all images.
struct ClusterReport {
  /// The run as JSON.
  private struct Run: Encodable {
    let kind = "run"
    let unit = "percent"
    let benchmark: String
    let method: String
    let seed: UInt64
    let identity: String
    let images: Int
    let clusters: Int
    /// Absent without classes, as all scores below.
    let purity: Double?
    let acc: Double?
    /// Absent for a method without a network.
    let silhouette: Double?
  }

  /// A cluster as JSON.
  private struct Cluster: Encodable {
    let kind = "cluster"
    let benchmark: String
    let method: String
    let seed: UInt64
    let cluster: Int32
    let images: Int
    /// Of all scored images.
    let share: Double
    /// Absent without classes or images.
    let purity: Double?
    /// The class of the one-to-one matching; absent if the cluster has none.
    let matched: String?
    /// Every class in the cluster, largest first.
    let classes: [Part]
    /// The file of its picture; absent if none was asked for.
    let picture: String?
  }

  /// A class in a cluster as JSON.
  private struct Part: Encodable {
    let `class`: String
    let images: Int
    let share: Double
  }

  /// The number of classes that the text names of each cluster: as many as fit beside the figures in 80 columns.
  private static let namedClasses = 3

  private let run: FinishedRun
  private let clusters: RunClusters
  private let catalogue: ImageCatalogue
  private let silhouette: Double?
  private let pictures: [String?]

  /// - Parameters:
  ///   - clusters: those of `run`.
  ///   - silhouette: the mean silhouette value, in -1...1; nil if the run kept none.
  ///   - catalogue: the names of the classes.
  ///   - pictures: the file of each cluster's picture; nil for none.
  init(
    _ run: FinishedRun, _ clusters: RunClusters, _ catalogue: ImageCatalogue, silhouette: Double?,
    pictures: [String?]?
  ) {
    self.run = run
    self.clusters = clusters
    self.catalogue = catalogue
    self.silhouette = silhouette
    self.pictures = pictures ?? clusters.clusters.map { _ in nil }
  }

  // MARK: - Text

  /// Prints a heading and a line per cluster, wrapped to the terminal.
  func printText() {
    Console.print(heading)
    Console.printColumns([columns] + clusters.clusters.map(row))
  }

  /// "cifar10 / scl / seed 0: 9353 images in 10 clusters, purity 27.9, ACC 26.2"
  var heading: String {
    let acc = run.record.metrics.scores?[.acc]
    return "\(run.label): \(Quantities.count(images, "image")) in "
      + Quantities.count(clusters.clusters.count, "cluster")
      + (clusters.purity.map { ", purity \(Self.percent($0))" } ?? "")
      + (acc.map { ", ACC \(Self.percent($0))" } ?? "")
      + (silhouette.map { ", silhouette \(Self.percent($0))" } ?? "")
  }

  /// The number of scored images.
  private var images: Int { clusters.clusters.reduce(0) { $0 + $1.images } }

  /// The names of the columns.
  private var columns: [String] {
    clusters.hasClasses
      ? ["cluster", "images", "purity", "matched", "largest classes"]
      : ["cluster", "images", "share"]
  }

  /// The line of a cluster. Without classes it has no more than its size.
  private func row(_ cluster: RunClusters.Cluster) -> [String] {
    let start = [Self.right("\(cluster.number)", 7), Self.right("\(cluster.images)", 6)]
    guard clusters.hasClasses else {
      return start + [Self.right(Self.percent(share(cluster.images, of: images)), 5)]
    }
    let matched = cluster.matched.map {
      name($0) + " " + Self.percent(share(cluster.matchedImages, of: cluster.labelled))
    }
    let largest = cluster.parts.prefix(Self.namedClasses).map {
      name($0.label) + " " + Self.percent(share($0.images, of: cluster.labelled))
    }
    return start + [
      Self.right(cluster.purity.map(Self.percent) ?? "-", 6), matched ?? "-",
      largest.isEmpty ? "-" : largest.joined(separator: ", "),
    ]
  }

  /// The name of a class or, if that is not known, its label.
  private func name(_ label: Int32) -> String { catalogue.className(label) }

  /// A part as a fraction; 0 of nothing.
  private func share(_ part: Int, of whole: Int) -> Double {
    whole > 0 ? Double(part) / Double(whole) : 0
  }

  /// A fraction in per cent with one decimal.
  static func percent(_ fraction: Double) -> String { (100 * fraction).oneDecimal }

  /// The text at the right of a column of this width.
  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  // MARK: - JSON

  /// Prints an object for the run, then one per cluster.
  func printJSON() throws {
    let record = run.record
    try Console.json(
      Run(
        benchmark: record.benchmark, method: record.method, seed: record.seed,
        identity: record.identity, images: images, clusters: clusters.clusters.count,
        purity: clusters.purity.map(Self.rounded),
        acc: record.metrics.scores?[.acc].map(Self.rounded),
        silhouette: silhouette.map(Self.rounded)))
    for (cluster, picture) in zip(clusters.clusters, pictures) {
      try Console.json(
        Cluster(
          benchmark: record.benchmark, method: record.method, seed: record.seed,
          cluster: cluster.number, images: cluster.images,
          share: Self.rounded(share(cluster.images, of: images)),
          purity: cluster.purity.map(Self.rounded), matched: cluster.matched.map(name),
          classes: cluster.parts.map {
            Part(
              class: name($0.label), images: $0.images,
              share: Self.rounded(share($0.images, of: cluster.labelled)))
          }, picture: picture))
    }
  }

  /// A fraction in per cent with at most four decimals.
  private static func rounded(_ fraction: Double) -> Double { (100 * fraction).fourDecimals }
}
