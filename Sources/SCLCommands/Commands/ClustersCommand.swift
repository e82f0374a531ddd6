import ArgumentParser
import Benchmarks
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
      behind ACC. Text names the three largest classes of a cluster, JSON all of them. Pictures show the most \
      and the least typical images of the matched class and the surest mistakes of every other class, by the \
      confidence that the run recorded or else by the agreement of the chosen seeds; they need the benchmark file.
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
      return ClusteredRun(
        run: run, assignments: assignments, clusters: clusters,
        catalogue: try files.catalogue(of: run))
    }
    // Before the first line, so that no error follows half of them.
    let benchmarks = try montage.map { _ in try runs.map { try files.requiredFile(of: $0.run) } }
    for (place, chosen) in runs.enumerated() {
      let run = chosen.run
      var pictures: [String?]?
      if let montage, let benchmarks {
        Console.note("drawing \(place + 1) of \(runs.count): \(run.label)")
        pictures = try ClusterPictures(
          folder: montage, perClass: images, classes: classes, catalogue: chosen.catalogue
        ).draw(chosen, ImageOrder(of: chosen, among: runs), from: benchmarks[place])
      }
      let report = ClusterReport(
        run, chosen.clusters, chosen.catalogue,
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
