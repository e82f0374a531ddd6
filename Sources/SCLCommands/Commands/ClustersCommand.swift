import ArgumentParser
import Benchmarks
import Montage
import Records
import Reporting

/// `scl clusters`: prints a `ClusterReport` of each finished run, and draws its clusters.
///
///     $ scl clusters experiments/cifar10-cpu.yaml --only method=scl --montage pictures
///     cifar10 / scl / seed 0: 9353 images in 10 clusters, purity 27.3, ACC 26.2
///     cluster  images  purity  matched    largest classes
///           0     848    40.1  ship 40.1  ship 40.1, airplane 29.1, automobile 11.0
struct ClustersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clusters",
    abstract: "Show what is in the clusters of finished runs: sizes, classes, purity, pictures.",
    discussion: """
      Purity is the share of a cluster's largest class. The matched class is that of the one-to-one matching \
      behind ACC. Text names the three largest classes of a cluster, JSON all of them. Pictures show images \
      of each class, largest first, sampled at even intervals; they need the benchmark file.
      """)

  @OptionGroup var chosen: FinishedRunOptions

  /// Folders in it are those of the results folder, so that several experiments need several folders.
  @Option(
    help: "Folder for a picture of each cluster, BENCHMARK/METHOD/seed-N/cluster-K.png.",
    completion: .directory)
  var montage: String?

  /// Fewer where a class has fewer in the cluster.
  @Option(help: "Images per class in a picture.")
  var images = 10

  /// A picture of all of Tiny-ImageNet's 200 classes would be 12,000 pixels high.
  @Option(help: "Maximum number of classes in a picture, the largest ones.")
  var classes = 10

  @OptionGroup var output: JSONOption
  @OptionGroup var quiet: QuietOption

  /// Bounds the size of a picture.
  func validate() throws {
    try require("images", images, in: 1...100)
    try require("classes", classes, in: 1...100)
  }

  /// Reads all runs, then draws and prints one after the other.
  /// - Throws: as `FinishedRunOptions.runs` and `FinishedRun.clusters`; `BenchmarkError` for pictures.
  func run() throws {
    var files = RunImages(data: chosen.experiment.folders.data)
    let runs = try chosen.runs(needsData: montage != nil).map { run in
      let (assignments, clusters) = try run.clusters()
      return (run, assignments, clusters, try files.catalogue(of: run))
    }
    // Before the first line, so that no error follows half of them.
    let benchmarks = try montage.map { _ in try runs.map { try files.requiredFile(of: $0.0) } }
    for (place, (run, assignments, clusters, catalogue)) in runs.enumerated() {
      var pictures: [String?]?
      if let montage, let benchmarks {
        Console.note("drawing \(place + 1) of \(runs.count): \(run.label)")
        pictures = try ClusterPictures(
          folder: montage, perClass: images, classes: classes, catalogue: catalogue
        ).draw(run, assignments, clusters, from: benchmarks[place])
      }
      let report = ClusterReport(
        run, clusters, catalogue,
        silhouette: try run.folder.readProjection(of: run.record)?.silhouette, pictures: pictures)
      guard !output.json else {
        try report.printJSON()
        continue
      }
      if place > 0 { Console.print("") }
      report.printText()
    }
  }
}

/// Draws the clusters of runs, a picture each (`ClusterMontage`).
///
///     let files = try ClusterPictures(folder: "pictures", perClass: 10, classes: 10, catalogue: catalogue)
///       .draw(run, assignments, clusters, from: file)
///
/// Names of pictures sort by cluster: numbers have leading zeros.
private struct ClusterPictures {
  /// The folder of all pictures.
  let folder: String
  /// The number of images in a row.
  let perClass: Int
  /// The maximum number of rows.
  let classes: Int
  /// The names of the classes.
  let catalogue: ImageCatalogue

  /// Draws a picture of each cluster that has images.
  /// - Returns: their files, by cluster.
  /// - Throws: `BenchmarkError`.
  func draw(
    _ run: FinishedRun, _ assignments: Assignments, _ clusters: RunClusters,
    from file: BenchmarkFile
  ) throws -> [String?] {
    let record = run.record
    let place = "\(folder)/\(record.benchmark)/\(record.method)/\(run.folderName)"
    let members = Dictionary(grouping: assignments.predicted.indices) { assignments.predicted[$0] }
    let digits = "\(clusters.clusters.count - 1)".count
    return try clusters.clusters.map { cluster in
      guard cluster.images > 0 else { return nil }
      let number = "\(cluster.number)"
      let path =
        "\(place)/cluster-\(String(repeating: "0", count: digits - number.count))\(number).png"
      try ClusterMontage(
        file, title: title(cluster, of: run),
        groups(of: cluster, members[cluster.number] ?? [], assignments),
        perRow: perClass
      ).write(to: path, as: .png)
      return path
    }
  }

  /// "cifar10 / scl / seed 0, cluster 3: 914 images"
  private func title(_ cluster: RunClusters.Cluster, of run: FinishedRun) -> String {
    let leftOut = max(0, cluster.parts.count - classes)
    return "\(run.label), cluster \(cluster.number): \(Quantities.count(cluster.images, "image"))"
      + (leftOut > 0 ? ", without \(leftOut) smaller classes" : "")
  }

  /// The images of each class of a cluster, largest first.
  /// - Parameter members: the places of the cluster's images in `assignments`.
  private func groups(
    of cluster: RunClusters.Cluster, _ members: [Int], _ assignments: Assignments
  ) -> [ClusterMontage.Group] {
    func indices(_ label: Int32) -> [Int] {
      members.filter { assignments.truth[$0] == label }.map { Int(assignments.indices[$0]) }
    }
    let groups = cluster.parts.prefix(classes).map { part in
      let share = Double(part.images) / Double(cluster.labelled)
      return ClusterMontage.Group(
        "\(catalogue.className(part.label)) \(ClusterReport.percent(share))%", indices(part.label))
    }
    return groups.isEmpty ? [ClusterMontage.Group("", indices(-1))] : groups
  }
}
