import ArgumentParser
import Records
import Reporting

/// `scl assignments`: prints the `ScoredImages` of finished runs.
struct AssignmentsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assignments",
    abstract: "List the scored images of finished runs: file, class, cluster and matched class.",
    discussion: """
      The matched class of a cluster is that of the one-to-one matching behind ACC; with more clusters than \
      classes, some have none. File names and splits come from the benchmark file. Without it, images are \
      known by their index in that file.
      """)

  /// A form of the list.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case csv, json
  }

  @OptionGroup var chosen: FinishedRunOptions

  @Option(help: "Format of the list (default: csv).")
  var format: Format?

  @OptionGroup var output: JSONOption
  @OptionGroup var quiet: QuietOption

  /// The number of images that are made into text at a time.
  private static let block = 4_096

  func validate() throws {
    if output.json, let format, format != .json {
      throw ValidationError("--json conflicts with --format \(format.rawValue)")
    }
  }

  func run() throws {
    let isJSON = output.json || format == .json
    var images = RunImages(data: chosen.experiment.folders.data)
    // Everything is read once before the first line, so that no error follows half a list.
    let runs = try chosen.runs().map { run in
      let (assignments, clusters) = try run.clusters()
      return try ScoredImages(of: run.record, assignments, clusters, images.catalogue(of: run))
    }
    for note in images.notes { Console.note(note) }
    if !isJSON { Console.printPart(ScoredImages.csvHeader) }
    for run in runs {
      for start in stride(from: 0, to: run.count, by: Self.block) {
        let places = start..<min(start + Self.block, run.count)
        Console.printPart(isJSON ? run.json(places) : run.csv(places))
      }
    }
  }
}
